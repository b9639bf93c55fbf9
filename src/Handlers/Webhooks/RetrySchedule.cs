namespace Switchboard.Handlers.Webhooks;

/// <summary>When a delivery that failed is tried again.</summary>
internal static class RetrySchedule
{
    private const double Jitter = 0.2;

    /// <summary>
    /// The next attempt's time: the pause doubles with each failure, give or take a fifth, and is never shorter than what the receiver
    /// asked for. What would come after the end is tried once more at the end. Null when the end has come.
    /// </summary>
    /// <param name="options">The pauses.</param>
    /// <param name="failures">Failed attempts so far, from 1.</param>
    /// <param name="chance">From 0 to 1: where in the jitter the pause lies.</param>
    /// <param name="askedFor">What the receiver's <c>Retry-After</c> asks for, or null.</param>
    /// <param name="now">The present.</param>
    /// <param name="expiresAt">When the delivery is given up.</param>
    public static DateTimeOffset? Next(
        WebhookOptions options, int failures, double chance, TimeSpan? askedFor, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        if (now >= expiresAt)
        {
            return null;
        }

        var doubled = options.FirstPause * Math.Pow(2, Math.Min(failures - 1, 30));
        var pause = (doubled < options.LongestPause ? doubled : options.LongestPause) * (1 - Jitter + (2 * Jitter * chance));
        if (askedFor is { } asked && asked > pause)
        {
            pause = asked;
        }

        return pause < expiresAt - now ? now + pause : expiresAt;
    }
}
