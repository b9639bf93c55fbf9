namespace Switchboard.Grains.Deliveries;

/// <summary>When a delivery that failed is tried again.</summary>
public static class RetrySchedule
{
    private const double Jitter = 0.2;

    /// <summary>
    /// The next attempt's time: the pause doubles with each failure, give or take a fifth, and is never shorter than what the receiver
    /// asked for. What would come after the end is tried once more at the end. Null when the end has come.
    /// </summary>
    /// <param name="pauses">The shortest and the longest pause.</param>
    /// <param name="failures">Failed attempts so far, from 1.</param>
    /// <param name="chance">From 0 to 1: where in the jitter the pause lies.</param>
    /// <param name="askedFor">What the receiver's <c>Retry-After</c> asks for, or null.</param>
    /// <param name="now">The present.</param>
    /// <param name="expiresAt">When the delivery is given up.</param>
    public static DateTimeOffset? Next(
        RetryPauses pauses, int failures, double chance, TimeSpan? askedFor, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        if (now >= expiresAt)
        {
            return null;
        }

        var doubled = pauses.First * Math.Pow(2, Math.Min(failures - 1, 30));
        var pause = (doubled < pauses.Longest ? doubled : pauses.Longest) * (1 - Jitter + (2 * Jitter * chance));
        if (askedFor is { } asked && asked > pause)
        {
            pause = asked;
        }

        return pause < expiresAt - now ? now + pause : expiresAt;
    }
}

/// <summary>The pauses between attempts that fail.</summary>
/// <param name="First">After the first failure; it doubles with each further one.</param>
/// <param name="Longest">The longest that we choose ourselves.</param>
public readonly record struct RetryPauses(TimeSpan First, TimeSpan Longest);
