using System.Collections.Concurrent;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Embedded.Tests.Streams;

/// <summary>What the consumers of a test saw. Tests name their streams uniquely, so that the record can be shared.</summary>
internal static class Seen
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> s_events = new();
    private static readonly ConcurrentDictionary<string, Func<string, Task>> s_reactions = new();

    internal static IReadOnlyList<string> By(string consumer) => [.. Of(consumer)];

    /// <summary>What a consumer does with an event, after it has been recorded.</summary>
    internal static void React(string consumer, Func<string, Task> reaction) => s_reactions[consumer] = reaction;

    internal static Task Add(string consumer, string what)
    {
        Of(consumer).Enqueue(what);
        return s_reactions.TryGetValue(consumer, out var reaction) ? reaction(what) : Task.CompletedTask;
    }

    /// <summary>Waits until a consumer has seen so much.</summary>
    internal static async Task<IReadOnlyList<string>> Await(string consumer, int count)
    {
        await Until(() => Of(consumer).Count >= count, () => $"{count} events for {consumer}, which has seen: {string.Join(", ", Of(consumer))}");
        return By(consumer);
    }

    /// <summary>Waits until something is so; fails after a minute.</summary>
    internal static async Task Until(Func<bool> condition, Func<string> what)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            patience.IsCancellationRequested.ShouldBeFalse($"waited in vain for {what()}");
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static ConcurrentQueue<string> Of(string consumer) => s_events.GetOrAdd(consumer, _ => new());
}

public interface ISubscriberGrain : IGrainWithStringKey
{
    Task Deactivate();
}

/// <summary>Is subscribed by its class, and attaches when it begins.</summary>
[ImplicitStreamSubscription("implicit")]
public sealed class ImplicitGrain : Grain, ISubscriberGrain, IAsyncObserver<string>
{
    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        this.GetStreamProvider("s").GetStream<string>("implicit", this.GetPrimaryKeyString()).SubscribeAsync(this);

    public Task OnNextAsync(string item, StreamSequenceToken? token = null) => Seen.Add(this.GetPrimaryKeyString(), item);

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => Seen.Add(this.GetPrimaryKeyString(), ex.GetType().Name);
}

/// <summary>Is subscribed by its class, and attaches when the first event comes.</summary>
[RegexImplicitStreamSubscription("^observed-")]
public sealed class ObservingGrain : Grain, IGrainWithStringKey, IStreamSubscriptionObserver, IAsyncObserver<string>
{
    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        await handleFactory.Create<string>().ResumeAsync(this);

    public Task OnNextAsync(string item, StreamSequenceToken? token = null) => Seen.Add(this.GetPrimaryKeyString(), item);

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => Seen.Add(this.GetPrimaryKeyString(), ex.GetType().Name);
}

/// <summary>Is subscribed by its class, and fails to begin as the test wants.</summary>
[ImplicitStreamSubscription("activating")]
public sealed class ActivatingGrain : Grain, IGrainWithStringKey
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => Seen.Add(this.GetPrimaryKeyString(), "activating");
}

public interface IExplicitGrain : IGrainWithStringKey
{
    Task<StreamSubscriptionHandle<string>> Subscribe(string stream, string name);

    Task<StreamSubscriptionHandle<string>> SubscribeBatches(string stream, string name);

    Task<int> ResumeAll(string stream, string name);

    Task<int> Count(string stream);

    Task Unsubscribe(StreamSubscriptionHandle<string> handle);

    Task Produce(string stream, string item);

    Task Deactivate();
}

/// <summary>Subscribes as it is told to.</summary>
public sealed class ExplicitGrain : Grain, IExplicitGrain
{
    public Task<StreamSubscriptionHandle<string>> Subscribe(string stream, string name) => Stream(stream).SubscribeAsync(new Recorder(name));

    public Task<StreamSubscriptionHandle<string>> SubscribeBatches(string stream, string name) =>
        Stream(stream).SubscribeAsync(new BatchRecorder(name));

    public async Task<int> ResumeAll(string stream, string name)
    {
        var handles = await Stream(stream).GetAllSubscriptionHandles();
        foreach (var handle in handles)
        {
            (await handle.ResumeAsync(new Recorder(name))).ShouldBe(handle);
        }

        return handles.Count;
    }

    public async Task<int> Count(string stream) => (await Stream(stream).GetAllSubscriptionHandles()).Count;

    public Task Unsubscribe(StreamSubscriptionHandle<string> handle) => handle.UnsubscribeAsync();

    public Task Produce(string stream, string item) => Stream(stream).OnNextAsync(item);

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private IAsyncStream<string> Stream(string key) => this.GetStreamProvider("s").GetStream<string>("explicit", key);
}

internal sealed class Recorder(string name) : IAsyncObserver<string>
{
    public Task OnNextAsync(string item, StreamSequenceToken? token = null) => Seen.Add(name, item);

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => Seen.Add(name, ex.GetType().Name);
}

internal sealed class BatchRecorder(string name) : IAsyncBatchObserver<string>
{
    public Task OnNextAsync(IList<SequentialItem<string>> items) =>
        Seen.Add(name, string.Join(",", items.Select(it => it.Item)));

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => Seen.Add(name, ex.GetType().Name);
}
