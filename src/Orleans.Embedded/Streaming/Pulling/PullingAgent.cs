using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>
/// Reads one queue and delivers what it reads. There is one loop that reads; beside it each subscription with events has one loop that
/// delivers, in order. All of them run on the agent's own scheduler.
/// </summary>
internal sealed partial class PullingAgent : IAsyncDisposable
{
    private readonly AgentContext _context;
    private readonly IStreamFailureHandler _failures;
    private readonly AgentScheduler _scheduler = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly WakeUp _wake;
    private readonly IQueueCache _cache;
    private readonly IQueueAdapterReceiver _receiver;
    private readonly Dictionary<StreamId, ReadStream> _streams = [];
    private Task _loop = Task.CompletedTask;

    internal PullingAgent(AgentContext context, QueueId queue, IStreamFailureHandler failures)
    {
        _context = context;
        _failures = failures;
        Queue = queue;
        _stopping = _stop.Token;
        _wake = new WakeUp(context.Time);
        _cache = context.Caches.CreateQueueCache(queue);
        _receiver = context.Adapter.CreateReceiver(queue);
    }

    internal QueueId Queue { get; }

    internal string ProviderName => _context.Provider.Name;

    /// <summary>The number of streams with recent events.</summary>
    internal int StreamCount => _streams.Count;

    private ILogger Logger => _context.Logger;

    private bool IsStopping => _stopping.IsCancellationRequested;

    internal void Start()
    {
        _loop = _scheduler.Run(RunAsync);
        StreamLog.AgentStarted(Logger, ProviderName, Queue);
    }

    /// <summary>
    /// Stops reading at once; gives the deliveries that are under way the time that the receiver has to end, reports what was
    /// delivered, and ends the receiver.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _wake.Signal();
        try
        {
            await _loop.WaitAsync(_context.Options.InitQueueTimeout, _context.Time);
        }
        catch (TimeoutException exception)
        {
            StreamLog.ReceiverShutdownFailed(Logger, exception, ProviderName, Queue);
        }

        await _scheduler.Run(EndAsync);
        _wake.Dispose();
        _stop.Dispose();
    }

    /// <summary>A stream that is not known yet finds the subscription when its first event comes.</summary>
    internal void AddSubscription(PubSubSubscriptionState subscription) => _ = _scheduler.Run(() =>
        _streams.TryGetValue(subscription.Stream, out var stream) ? AttachAsync(stream, subscription, null) : Task.CompletedTask);

    internal void RemoveSubscription(GuidId subscriptionId, StreamId streamId) => _ = _scheduler.Run(() =>
    {
        Detach(subscriptionId, streamId);
        return Task.CompletedTask;
    });

    private async Task RunAsync()
    {
        try
        {
            await _receiver.Initialize(_context.Options.InitQueueTimeout);
        }
        catch (Exception exception)
        {
            // A receiver may connect later on; reading tells.
            StreamLog.ReceiverFailed(Logger, exception, ProviderName, Queue);
        }

        while (!IsStopping)
        {
            await PumpAsync();
            await _wake.WaitAsync(_context.Options.GetQueueMsgsTimerPeriod);
        }
    }

    private async Task EndAsync()
    {
        await WaitForDeliveriesAsync(_context.Options.InitQueueTimeout);
        ReportProgress();
        using (var patience = new CancellationTokenSource(_context.Options.InitQueueTimeout, _context.Time))
        {
            await ForgetDeliveredAsync(patience.Token);
        }

        try
        {
            await _receiver.Shutdown(_context.Options.InitQueueTimeout);
        }
        catch (Exception exception)
        {
            StreamLog.ReceiverShutdownFailed(Logger, exception, ProviderName, Queue);
        }

        StreamLog.AgentStopped(Logger, ProviderName, Queue, _deliveries);
        foreach (var consumer in _streams.Values.SelectMany(it => it.Consumers))
        {
            consumer.DisposeCursor();
        }

        _streams.Clear();
    }

    /// <summary>How far all consumers have come, if that is known of each.</summary>
    private void ReportProgress()
    {
        StreamSequenceToken? earliest = null;
        foreach (var stream in _streams.Values)
        {
            foreach (var consumer in stream.Consumers)
            {
                if (stream.IsRegistering || !consumer.IsRegistered || consumer.Processed is null)
                {
                    return;
                }

                if (earliest is null || IsBefore(consumer.Processed, earliest))
                {
                    earliest = consumer.Processed;
                }
            }
        }

        _cache.UpdateDeliveryProgress(earliest, _context.Time.GetUtcNow().UtcDateTime);

        static bool IsBefore(StreamSequenceToken one, StreamSequenceToken other) =>
            one.SequenceNumber < other.SequenceNumber
            || (one.SequenceNumber == other.SequenceNumber && one.EventIndex < other.EventIndex);
    }
}
