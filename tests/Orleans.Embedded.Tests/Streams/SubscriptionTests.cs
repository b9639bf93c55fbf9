using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;
using Orleans.Streams.PubSub;

namespace Orleans.Embedded.Tests.Streams;

/// <summary>Who gets which events, over streams in memory.</summary>
public sealed class SubscriptionTests : IAsyncLifetime
{
    private readonly string _key = Guid.NewGuid().ToString("N");
    private TestSilo _silo = null!;

    private IStreamProvider Streams => _silo.Client.GetStreamProvider("s");

    private IExplicitGrain Subscriber => _silo.Client.GetGrain<IExplicitGrain>(_key);

    public async ValueTask InitializeAsync() => _silo = await TestSilo.StartAsync(silo =>
        silo.AddMemoryGrainStorage("PubSubStore").AddMemoryStreams("s"));

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_grain_subscribed_by_its_class_gets_the_events_in_order()
    {
        var stream = Streams.GetStream<string>("implicit", _key);
        foreach (var i in Enumerable.Range(0, 200))
        {
            await stream.OnNextAsync($"{i}");
        }

        (await Seen.Await(_key, 200)).ShouldBe(Enumerable.Range(0, 200).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_grain_may_attach_when_its_first_event_comes()
    {
        await Streams.GetStream<string>("observed-" + _key, _key).OnNextBatchAsync(["a", "b"]);

        (await Seen.Await(_key, 2)).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_grain_subscribed_by_its_class_goes_on_after_its_deactivation()
    {
        var stream = Streams.GetStream<string>("implicit", _key);
        await stream.OnNextAsync("before");
        await Seen.Await(_key, 1);
        await _silo.Client.GetGrain<ISubscriberGrain>(_key).Deactivate();

        await stream.OnNextAsync("after");

        (await Seen.Await(_key, 2)).ShouldBe(["before", "after"]);
    }

    [Fact]
    public async Task Each_subscription_gets_every_event_once()
    {
        var one = await Subscriber.Subscribe(_key, _key + 1);
        var two = await Subscriber.Subscribe(_key, _key + 2);

        foreach (var i in Enumerable.Range(0, 20))
        {
            await Subscriber.Produce(_key, $"{i}");
        }

        one.ShouldNotBe(two);
        (await Seen.Await(_key + 1, 20)).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
        (await Seen.Await(_key + 2, 20)).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
        (await Subscriber.Count(_key)).ShouldBe(2);
    }

    [Fact]
    public async Task A_subscription_outlives_its_activation_and_can_be_resumed()
    {
        await Subscriber.Subscribe(_key, _key + "first");
        await Subscriber.Produce(_key, "a");
        await Seen.Await(_key + "first", 1);

        await Subscriber.Deactivate();
        (await Subscriber.ResumeAll(_key, _key + "second")).ShouldBe(1);
        await Subscriber.Produce(_key, "b");

        (await Seen.Await(_key + "second", 1)).ShouldBe(["b"]);
        Seen.By(_key + "first").ShouldBe(["a"]);
    }

    [Fact]
    public async Task Nothing_comes_after_a_subscription_has_been_ended()
    {
        var ended = await Subscriber.Subscribe(_key, _key + "ended");
        await Subscriber.Subscribe(_key, _key + "kept");
        await Subscriber.Produce(_key, "a");
        await Seen.Await(_key + "ended", 1);
        await Seen.Await(_key + "kept", 1);

        await Subscriber.Unsubscribe(ended);
        await Subscriber.Produce(_key, "b");

        (await Seen.Await(_key + "kept", 2)).ShouldBe(["a", "b"]);
        Seen.By(_key + "ended").ShouldBe(["a"]);
        (await Subscriber.Count(_key)).ShouldBe(1);
    }

    [Fact]
    public async Task Streams_do_not_mix()
    {
        await Subscriber.Subscribe(_key + "x", _key + "x");
        await Subscriber.Subscribe(_key + "y", _key + "y");

        foreach (var i in Enumerable.Range(0, 10))
        {
            await Subscriber.Produce(_key + "x", $"x{i}");
            await Subscriber.Produce(_key + "y", $"y{i}");
        }

        (await Seen.Await(_key + "x", 10)).ShouldBe(Enumerable.Range(0, 10).Select(i => $"x{i}"));
        (await Seen.Await(_key + "y", 10)).ShouldBe(Enumerable.Range(0, 10).Select(i => $"y{i}"));
    }

    [Fact]
    public async Task Code_around_the_silo_can_subscribe()
    {
        var stream = Streams.GetStream<string>("client", _key);
        var handle = await stream.SubscribeAsync(new Recorder(_key));
        await stream.OnNextAsync("a");
        await Seen.Await(_key, 1);

        (await stream.GetAllSubscriptionHandles()).ShouldContain(handle);
        await handle.UnsubscribeAsync();
        (await stream.GetAllSubscriptionHandles()).ShouldBeEmpty();
        await Should.ThrowAsync<InvalidOperationException>(handle.UnsubscribeAsync);
    }

    [Fact]
    public async Task A_batch_shares_a_number_and_counts_its_events()
    {
        var tokens = new List<StreamSequenceToken>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stream = Streams.GetStream<int>("client", _key);
        await stream.SubscribeAsync((item, token) =>
        {
            tokens.Add(token!);
            if (item == 12)
            {
                all.SetResult();
            }

            return Task.CompletedTask;
        });

        await stream.OnNextBatchAsync([10, 11, 12]);
        await all.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        tokens.Select(it => it.EventIndex).ShouldBe([0, 1, 2]);
        tokens.Select(it => it.SequenceNumber).Distinct().Count().ShouldBe(1);
        tokens[2].Newer(tokens[1]).ShouldBeTrue();
    }

    [Fact]
    public async Task A_subscription_may_begin_at_an_earlier_place()
    {
        var stream = Streams.GetStream<string>("client", _key);
        var places = new List<StreamSequenceToken>();
        await stream.SubscribeAsync((item, token) =>
        {
            places.Add(token!);
            return Seen.Add(_key, item);
        });
        foreach (var i in Enumerable.Range(0, 5))
        {
            await stream.OnNextAsync($"{i}");
        }

        await Seen.Await(_key, 5);
        await stream.SubscribeAsync(new Recorder(_key + "late"), places[2]);

        (await Seen.Await(_key + "late", 3)).ShouldBe(["2", "3", "4"]);
    }

    [Fact]
    public async Task Grains_can_be_subscribed_on_their_behalf()
    {
        var ns = "observed-" + _key;
        Streams.TryGetStreamSubscriptionManager(out var manager).ShouldBeTrue();
        var id = StreamId.Create("behalf", _key);

        var subscription = await manager!.AddSubscription<IBehalfGrain>(_silo.Client, id, "s", _key);
        await Streams.GetStream<string>(id).OnNextAsync(ns);

        (await Seen.Await(_key, 1)).ShouldBe([ns]);
        (await manager!.GetSubscriptions("s", id)).ShouldHaveSingleItem().SubscriptionId.ShouldBe(subscription.SubscriptionId);
        await manager.RemoveSubscription("s", id, subscription.SubscriptionId);
        (await manager.GetSubscriptions("s", id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Events_are_copied_between_producer_and_consumers()
    {
        var stream = Streams.GetStream<Counter>("client", _key);
        var got = new TaskCompletionSource<Counter>(TaskCreationOptions.RunContinuationsAsynchronously);
        await stream.SubscribeAsync((item, _) =>
        {
            got.SetResult(item);
            return Task.CompletedTask;
        });
        var sent = new Counter { Value = 7 };

        await stream.OnNextAsync(sent);
        sent.Value = 8;

        var arrived = await got.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        arrived.Value.ShouldBe(7);
        arrived.ShouldNotBeSameAs(sent);
    }

    [Fact]
    public async Task Producers_cannot_end_a_stream_and_unknown_providers_are_named()
    {
        var stream = Streams.GetStream<string>("client", _key);

        await Should.ThrowAsync<NotImplementedException>(async () => await stream.OnCompletedAsync());
        await Should.ThrowAsync<NotImplementedException>(async () => await stream.OnErrorAsync(new InvalidDataException()));
        Should.Throw<KeyNotFoundException>(() => _silo.Client.GetStreamProvider("absent")).Message.ShouldContain("'absent'");
        _silo.Services.GetRequiredKeyedService<IStreamProvider>("s").ShouldBeSameAs(Streams);
    }

    [Fact]
    public async Task A_provider_with_explicit_subscriptions_needs_a_store_for_them()
    {
        var failure = await Should.ThrowAsync<Exception>(async () => await TestSilo.StartAsync(silo => silo.AddMemoryStreams("homeless")));

        failure.ToString().ShouldContain("PubSubStore");
    }
}

public interface IBehalfGrain : IGrainWithStringKey;

/// <summary>Is subscribed by others.</summary>
public sealed class BehalfGrain : Grain, IBehalfGrain, IStreamSubscriptionObserver
{
    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        await handleFactory.Create<string>().ResumeAsync(new Recorder(this.GetPrimaryKeyString()));
}
