using Orleans;
using Orleans.Streams;
using Orleans.Streams.Core;
using Switchboard.Events;

namespace Switchboard.Streams.Tests.Conformance;

/// <summary>Notes what was delivered, and fails or waits where a test says so.</summary>
public sealed class Recorder
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<long>> _versions = [];
    private readonly HashSet<Guid> _events = [];
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _deliveries;

    /// <summary>Streams whose events wait until <see cref="Release"/>.</summary>
    public HashSet<Guid> Slow { get; } = [];

    /// <summary>How often an event fails yet.</summary>
    public Dictionary<Guid, int> Failures { get; } = [];

    /// <summary>A pause in every handler.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>Events that were handled, each counted once.</summary>
    public int Distinct
    {
        get
        {
            lock (_lock)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>Deliveries that were handled.</summary>
    public int Deliveries => Volatile.Read(ref _deliveries);

    /// <summary>The versions of a stream in the order in which they came, failures included.</summary>
    public long[] VersionsOf(Guid stream)
    {
        lock (_lock)
        {
            return [.. _versions.GetValueOrDefault(stream) ?? []];
        }
    }

    public void Release() => _gate.TrySetResult();

    public void Forget()
    {
        lock (_lock)
        {
            _events.Clear();
            _versions.Clear();
            _deliveries = 0;
        }
    }

    public async Task TakeAsync(EventRecord record)
    {
        if (Slow.Contains(record.StreamId))
        {
            await _gate.Task;
        }

        if (Pause > TimeSpan.Zero)
        {
            await Task.Delay(Pause, TimeProvider.System);
        }

        lock (_lock)
        {
            if (!_versions.TryGetValue(record.StreamId, out var versions))
            {
                _versions.Add(record.StreamId, versions = []);
            }

            versions.Add(record.Version);
            if (Failures.TryGetValue(record.EventId, out var left) && left > 0)
            {
                Failures[record.EventId] = left - 1;
                throw new InvalidOperationException($"A failure that the test wants, {left - 1} more to come.");
            }

            _events.Add(record.EventId);
            _deliveries++;
        }
    }

    /// <summary>Waits until so many different events were handled.</summary>
    public async Task WaitForAsync(int distinct, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        giveUp.CancelAfter(TimeSpan.FromSeconds(60));
        while (Distinct < distinct)
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, giveUp.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{Distinct} of {distinct} events were handled, in {Deliveries} deliveries.");
            }
        }
    }
}

public interface IConformanceGrain : IGrainWithStringKey;

[ImplicitStreamSubscription(StreamSite.Flavor)]
public sealed class ConformanceGrain(Recorder recorder) : Grain, IConformanceGrain, IStreamSubscriptionObserver, IAsyncObserver<EventRecord>
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<EventRecord>().ResumeAsync(this);

    public async Task OnNextAsync(EventRecord item, StreamSequenceToken? token = null)
    {
        this.GetPrimaryKeyString().ShouldBe(GrainKeys.Of(item.OrgId, item.StreamId));
        await recorder.TakeAsync(item);
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
