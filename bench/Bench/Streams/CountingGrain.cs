using System.Diagnostics;
using Orleans;
using Orleans.Streams;
using Orleans.Streams.Core;
using Switchboard.Events;

namespace Switchboard.Bench.Streams;

/// <summary>What the handlers of the bench count.</summary>
internal sealed class Counter
{
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _count;
    private long _target = long.MaxValue;

    /// <summary>Called for each event with the time at which it came.</summary>
    public Action<EventRecord, long>? Came { get; set; }

    /// <summary>Events that have come.</summary>
    public long Value => Volatile.Read(ref _count);

    /// <summary>Completes when so many more events have come.</summary>
    public Task MoreAsync(long events)
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _target, Volatile.Read(ref _count) + events);
        return _reached.Task;
    }

    public void Count(EventRecord record)
    {
        Came?.Invoke(record, Stopwatch.GetTimestamp());
        if (Interlocked.Increment(ref _count) == Volatile.Read(ref _target))
        {
            _reached.TrySetResult();
        }
    }
}

/// <summary>A handler's grain.</summary>
public interface ICountingGrain : IGrainWithStringKey;

/// <summary>A handler without effect.</summary>
[ImplicitStreamSubscription(Flavor)]
internal sealed class CountingGrain(Counter counter) : Grain, ICountingGrain, IStreamSubscriptionObserver, IAsyncObserver<EventRecord>
{
    public const string Flavor = "bench";

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<EventRecord>().ResumeAsync(this);

    public Task OnNextAsync(EventRecord item, StreamSequenceToken? token = null)
    {
        counter.Count(item);
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
