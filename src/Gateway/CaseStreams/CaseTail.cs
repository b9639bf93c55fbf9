using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.EventStore;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>
/// The one reader of the log's end in this process: it tells every connection what happens in its organisation. It reads only while
/// somebody is connected, when the signal is raised and at the latest after <see cref="CaseStreamOptions.PollInterval"/>, so that each
/// process of a cluster sees everything, whichever process handled it.
/// </summary>
internal sealed partial class CaseTail(
    ICaseEventLog log, CaseEventSignal signal, IOptions<CaseStreamOptions> options, TimeProvider time, ILogger<CaseTail> logger)
    : BackgroundService
{
    private const int Piece = 500;
    private const int WokenTogether = 64;

    // Under load the signal is raised with every event: those of a few milliseconds share a look. To wake a client costs far more than to
    // tell it one more event, so the more clients there are the longer events gather.
    private static readonly TimeSpan ShortestGather = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan GatherForEach = TimeSpan.FromMicroseconds(25);
    private static readonly TimeSpan LongestGather = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly HashSet<TailSubscription> _subscriptions = [];
    private ImmutableArray<TailSubscription> _snapshot = [];
    private TaskCompletionSource? _firstJoins;

    /// <summary>Begins to tell a connection of its organisation's events.</summary>
    public TailSubscription Subscribe(Guid orgId)
    {
        var settings = options.Value;
        var subscription = new TailSubscription(orgId, settings.BufferedEvents, settings.BufferedBytes, Leave);
        lock (_gate)
        {
            _subscriptions.Add(subscription);
            _snapshot = [.. _subscriptions];
            _firstJoins?.TrySetResult();
            _firstJoins = null;
        }

        signal.Raise();
        return subscription;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        FeedPosition? position = null;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    position = await FollowAsync(position, stoppingToken);
                }
                catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    LogFailed(error);
                    await Task.Delay(PauseAfterFailure, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; connections end by themselves.
        }
    }

    /// <summary>One look at the log.</summary>
    /// <returns>Where the next one goes on; null when nobody is connected.</returns>
    private async Task<FeedPosition?> FollowAsync(FeedPosition? position, CancellationToken cancellationToken)
    {
        if (!TryGetSubscriptions(out _, out var someone))
        {
            await someone.WaitAsync(cancellationToken);
            return null;
        }

        var hint = signal.Next;
        var from = position ?? await log.GetHeadAsync(cancellationToken);

        // Whoever is in this list when its read begins misses nothing after this place.
        if (!TryGetSubscriptions(out var subscriptions, out _))
        {
            return null;
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Begin(from);
        }

        var batch = await log.ReadAsync(from, [.. subscriptions.Select(one => one.OrgId).Distinct()], Piece, cancellationToken);
        var woken = Tell(subscriptions, batch);
        if (batch.Complete)
        {
            if (!batch.Events.IsEmpty)
            {
                var gather = GatherFor(woken);
                await Task.Delay(gather, time, cancellationToken);
            }

            await Task.WhenAny(hint, Task.Delay(options.Value.PollInterval, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return batch.End;
    }

    private static TimeSpan GatherFor(int woken)
    {
        var gather = GatherForEach * woken;
        return gather < ShortestGather ? ShortestGather : gather > LongestGather ? LongestGather : gather;
    }

    /// <summary>Hands a batch to those whom it concerns.</summary>
    /// <returns>How many were woken.</returns>
    private static int Tell(ImmutableArray<TailSubscription> subscriptions, CaseEventBatch batch)
    {
        if (batch.EpochChanged)
        {
            foreach (var subscription in subscriptions)
            {
                subscription.End();
            }

            Wake([.. subscriptions]);
            return subscriptions.Length;
        }

        if (!batch.Events.IsEmpty)
        {
            var byOrganisation = subscriptions.ToLookup(one => one.OrgId);
            foreach (var told in batch.Events)
            {
                var streamed = new StreamedEvent(told);
                foreach (var subscription in byOrganisation[told.OrgId])
                {
                    subscription.Offer(streamed);
                }
            }
        }

        var reached = new TailSubscription.Place(batch.End);
        foreach (var subscription in subscriptions)
        {
            subscription.Reach(reached);
        }

        if (batch.Events.IsEmpty)
        {
            return 0;
        }

        var organisations = batch.Events.Select(static told => told.OrgId).ToHashSet();
        var concerned = subscriptions.Where(one => organisations.Contains(one.OrgId)).ToArray();
        Wake(concerned);
        return concerned.Length;
    }

    /// <summary>Lets readers go on, some at a time on each thread.</summary>
    private static void Wake(TailSubscription[] subscriptions)
    {
        foreach (var some in subscriptions.Chunk(WokenTogether))
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static those =>
                {
                    foreach (var one in those)
                    {
                        one.Wake();
                    }
                },
                some,
                preferLocal: false);
        }
    }

    private bool TryGetSubscriptions(out ImmutableArray<TailSubscription> subscriptions, out Task someone)
    {
        lock (_gate)
        {
            subscriptions = _snapshot;
            someone = subscriptions.IsEmpty
                ? (_firstJoins ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
            return !subscriptions.IsEmpty;
        }
    }

    private void Leave(TailSubscription subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.Remove(subscription))
            {
                _snapshot = [.. _subscriptions];
            }
        }
    }

    [LoggerMessage(7420, LogLevel.Warning, "The end of the log could not be read for connected clients; the next look tries again from the same place.")]
    private partial void LogFailed(Exception error);
}
