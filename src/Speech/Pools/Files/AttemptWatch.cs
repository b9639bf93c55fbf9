namespace Switchboard.Speech.Pools.Files;

/// <summary>
/// Breaks an attempt at a file off whose node takes nothing, answers nothing, or is not there any more, when another node could be given
/// the file. The only one may take the time that the request has.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="reader">What it reads.</param>
/// <param name="hasAnother">Whether another node could take the file from the beginning.</param>
/// <param name="options">The limits.</param>
/// <param name="time">The clock.</param>
internal sealed class AttemptWatch(EngineNode node, BodyReader reader, Func<bool> hasAnother, PoolOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Watches until the attempt is over or was broken off.</summary>
    public async Task RunAsync(CancellationTokenSource attempt, CancellationToken over)
    {
        var shortest = options.FileTakeTimeout < options.FileAnswerTimeout ? options.FileTakeTimeout : options.FileAnswerTimeout;
        using var timer = new PeriodicTimer(shortest / 4 < LongestPause ? shortest / 4 : LongestPause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                if ((node.IsGone || reader.Silence > (reader.IsOver ? options.FileAnswerTimeout : options.FileTakeTimeout)) && hasAnother())
                {
                    await attempt.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It has answered, or failed by itself.
        }
    }
}
