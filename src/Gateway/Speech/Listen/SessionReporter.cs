using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Speech;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// Brings a session's amounts to its grain, one report at a time. Amounts are absolute: one that was lost is made up for by the next.
/// </summary>
internal sealed class SessionReporter(LiveParts parts, SessionSnapshot row)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);
    private const int MostTries = 5;

    // Sessions that began together do not report together.
    private long _reportedAt =
        parts.Time.GetTimestamp() - (long)(Random.Shared.NextDouble() * parts.Options.ReportInterval.TotalSeconds * parts.Time.TimestampFrequency);

    private Task _running = Task.CompletedTask;

    private ITranscriptionSessionGrain Grain => parts.Grains.GetGrain<ITranscriptionSessionGrain>(GrainKeys.Of(row.OrgId, row.Id));

    /// <summary>Whether it is time for a report.</summary>
    public bool IsDue => _running.IsCompleted && parts.Time.GetElapsedTime(_reportedAt) >= parts.Options.ReportInterval;

    /// <summary>Begins to report.</summary>
    /// <param name="report">The amounts.</param>
    /// <param name="superseded">Called when another process has the session.</param>
    public void Begin(SessionReport report, Action superseded)
    {
        _reportedAt = parts.Time.GetTimestamp();
        _running = ReportAsync(report, superseded);
    }

    /// <summary>Reports the last amounts and the end. What cannot be written now, when the answer is false, is settled later.</summary>
    public async Task<bool> EndAsync(SessionReport report, int code)
    {
        await _running;
        for (var tries = 1; ; tries++)
        {
            try
            {
                var ended = await Grain.EndAsync(report, code);
                if (ended.Value is not { } row || row.AcceptedMilliseconds < report.AcceptedMilliseconds)
                {
                    // Another process has the session, or has ended it: what was accepted here counts all the same.
                    await Grain.RecoverAsync(report);
                }

                return true;
            }
            catch (Exception error) when (error is StorageUnavailableException or TimeoutException)
            {
                parts.Log.ReportFailed(row.Id, error.Message);
                if (tries == MostTries)
                {
                    return false;
                }
            }

            await Task.Delay(RetryPause * tries, parts.Time);
        }
    }

    private async Task ReportAsync(SessionReport report, Action superseded)
    {
        try
        {
            var outcome = await Grain.ReportAsync(report);
            if (outcome.Error is { Kind: ErrorKind.Conflict or ErrorKind.NotFound })
            {
                superseded();
            }
        }
        catch (Exception error)
        {
            parts.Log.ReportFailed(row.Id, error.Message);
        }
    }
}
