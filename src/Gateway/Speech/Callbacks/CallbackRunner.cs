using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Grains.Speech.Limits;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>
/// Does what was acknowledged: jobs that this process has just accepted at once, and those that are due again or that a process left behind
/// that died. Every gateway has one; they share the work by leases.
/// </summary>
internal sealed class CallbackRunner(
    CallbackParts parts, CallbackAttempt attempt, IOptions<CallbackOptions> options, TimeProvider time, ILogger<CallbackRunner> log) : IDisposable
{
    private readonly CallbackOptions _options = options.Value;
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Jobs under way.</summary>
    internal int Running => _running.Count;

    /// <summary>Goes on with a job that was just accepted, and with its slot, once it is acknowledged.</summary>
    public void Begin(CallbackJob job, ISlot slot, Task acknowledged) => Keep(RunAsync(job, slot, acknowledged));

    /// <summary>Takes what is due and begins with it.</summary>
    internal async Task<ImmutableArray<Task>> BeginDueAsync(int most, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var jobs = await parts.Jobs.ClaimAsync(most, now, now + _options.Lease, cancellationToken);
        return [.. jobs.Select(job => Keep(RunAsync(job, null, Task.CompletedTask)))];
    }

    /// <summary>Ends when nothing is under way.</summary>
    internal async Task IdleAsync()
    {
        while (!_running.IsEmpty)
        {
            await Task.WhenAll(_running.Keys);
        }
    }

    /// <summary>Leaves what is under way to other processes.</summary>
    internal async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await IdleAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private Task Keep(Task task)
    {
        _running[task] = true;
        _ = task.ContinueWith(
            static (done, state) => ((ConcurrentDictionary<Task, bool>)state!).TryRemove(done, out _),
            _running,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }

    private async Task RunAsync(CallbackJob job, ISlot? slot, Task ready)
    {
        await Task.Yield();
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var renewing = RenewAsync(job, lost);
        try
        {
            await ready;
            await attempt.RunAsync(job, slot, lost.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            await LeaveAsync(job, time.GetUtcNow(), null);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            log.CallbackTakenOver(job.RequestId);
        }
        catch (Exception error)
        {
            log.CallbackFailed(job.RequestId, error);
            await LeaveAsync(job, time.GetUtcNow() + _options.Lease, "something here failed; whoever runs this service finds it in the log");
        }
        finally
        {
            await lost.CancelAsync();
            await renewing;
            if (slot is not null)
            {
                await slot.DisposeAsync();
            }
        }
    }

    /// <summary>Leaves it to whoever is next, until it is given up. When that cannot be written, the lease runs out.</summary>
    private async Task LeaveAsync(CallbackJob job, DateTimeOffset dueAt, string? error)
    {
        try
        {
            if (error is not null && dueAt >= job.ExpiresAt)
            {
                await parts.Jobs.FinishAsync(job, CallbackState.GivenUp, time.GetUtcNow(), null, error, CancellationToken.None);
            }
            else
            {
                await parts.Jobs.RetryAsync(job, dueAt, null, error, CancellationToken.None);
            }
        }
        catch (Exception failed)
        {
            log.CallbackFailed(job.RequestId, failed);
        }
    }

    private async Task RenewAsync(CallbackJob job, CancellationTokenSource lost)
    {
        using var timer = new PeriodicTimer(_options.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(lost.Token))
            {
                try
                {
                    if (!await parts.Jobs.RenewAsync(job, time.GetUtcNow() + _options.Lease, lost.Token))
                    {
                        await lost.CancelAsync();
                    }
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    log.CallbackNotRenewed(job.RequestId, error.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is done, or another process has it.
        }
    }
}
