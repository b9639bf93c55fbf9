using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Speech;

namespace Switchboard.Gateway.Speech.Listen.Journal;

/// <summary>
/// Meters what sessions had accepted whose processes were killed, from the journals that they left, and those of this process whose end
/// could not be written. Amounts are absolute and only raise what the session's row says: done twice, or after the session went on
/// elsewhere or was ended, nothing counts twice. When a session ends is not decided here.
/// </summary>
internal sealed class JournalRecovery(
    SessionJournal journal, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LiveSession> log) : BackgroundService
{
    private const int AtOnce = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _foreign = [];

    /// <summary>Settles all that was left behind; false when something could not be.</summary>
    internal async Task<bool> RecoverAsync(CancellationToken cancellationToken)
    {
        var isDone = true;
        foreach (var path in Directory.GetFiles(journal.Folder, SessionJournal.Pattern).Where(path => path != journal.Path && !_foreign.Contains(path)))
        {
            isDone &= await RecoverAsync(path, cancellationToken);
        }

        foreach (var (number, slot) in journal.Left())
        {
            if (await SettleAsync(slot, cancellationToken))
            {
                journal.Settled(number);
            }
            else
            {
                isDone = false;
            }
        }

        return isDone;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (journal.Folder.Length == 0)
        {
            log.NoJournal();
            return;
        }

        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStarted = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stoppingToken);
        while (true)
        {
            var isDone = false;
            try
            {
                isDone = await RecoverAsync(stoppingToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                log.JournalUnreadable(journal.Folder, error.Message);
            }

            await Task.Delay(isDone ? Pause : RetryPause, time, stoppingToken);
        }
    }

    private async Task<bool> RecoverAsync(string path, CancellationToken cancellationToken)
    {
        FileStream stream;
        try
        {
            // Also keeps others from it until it is done.
            stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return true; // its process lives, or somebody else is at it or has just done it
        }
        catch (UnauthorizedAccessException error)
        {
            log.JournalUnreadable(path, error.Message);
            _foreign.Add(path);
            return true;
        }

        await using (stream)
        {
            var file = new byte[stream.Length];
            await stream.ReadExactlyAsync(file, cancellationToken);
            if (JournalFile.Read(file) is not { } slots)
            {
                log.JournalForeign(path);
                _foreign.Add(path);
                return true;
            }

            var left = 0;
            await Parallel.ForEachAsync(
                slots,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (slot, token) =>
                {
                    if (!await SettleAsync(slot, token))
                    {
                        Interlocked.Increment(ref left);
                    }
                });
            if (left == 0)
            {
                File.Delete(path);
            }

            return left == 0;
        }
    }

    private async ValueTask<bool> SettleAsync(JournalSlot slot, CancellationToken cancellationToken)
    {
        try
        {
            var grain = grains.GetGrain<ITranscriptionSessionGrain>(GrainKeys.Of(slot.OrgId, slot.Id));
            var outcome = await grain.RecoverAsync(slot.Report(), cancellationToken);
            log.Recovered(slot.Id, slot.AcceptedMilliseconds / 1000d, outcome.Error?.Title ?? "its row has it");
            return true;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            log.ReportFailed(slot.Id, error.Message);
            return false;
        }
    }
}
