using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Filtering;

namespace Orleans.Embedded.Tests.Streams;

/// <summary>How agents read, deliver, fail and stop, over a queue that the test holds.</summary>
public sealed class DeliveryTests
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task An_agent_that_waits_in_its_receiver_needs_no_timer()
    {
        var queue = new ScriptedQueue("s") { LongestRead = Timeout.InfiniteTimeSpan };
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it, options => options.GetQueueMsgsTimerPeriod = TimeSpan.FromHours(1)));

        foreach (var i in Enumerable.Range(0, 5))
        {
            await queue.Add("implicit", _key, $"{i}");
            await Seen.Await(_key, i + 1);
        }

        queue.WasReadTwiceAtOnce.ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_delivered_is_reported_and_nothing_else()
    {
        var queue = new ScriptedQueue("s");
        var gate = Gates.NewName();
        Seen.React(_key + "slow", _ => Gates.PassAsync(gate));
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it));

        await queue.Add("implicit", _key, "first");
        await Seen.Await(_key, 1);
        await queue.Add("implicit", _key + "slow", "held");
        await Gates.ArrivedAsync(gate);
        await queue.Add("implicit", _key, "last");
        await Seen.Await(_key, 2);
        queue.Delivered.ShouldBe(["first"]);
        Gates.Open(gate);

        await Seen.Until(() => queue.Delivered.Count == 3, () => "what was held to be reported");
        queue.Delivered.ShouldBe(["first", "held", "last"]);
    }

    [Fact]
    public async Task A_slow_consumer_holds_back_nobody_else()
    {
        var queue = new ScriptedQueue("s");
        var gate = Gates.NewName();
        Seen.React(_key + "slow", _ => Gates.PassAsync(gate));
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it));
        await queue.Add("implicit", _key + "slow", "held");
        await Gates.ArrivedAsync(gate);

        foreach (var i in Enumerable.Range(0, 100))
        {
            await queue.Add("implicit", _key, $"{i}");
        }

        (await Seen.Await(_key, 100)).ShouldBe(Enumerable.Range(0, 100).Select(i => $"{i}"));
        Seen.By(_key + "slow").ShouldBe(["held"]);
        Gates.Open(gate);
    }

    [Fact]
    public async Task Reading_pauses_while_the_cache_is_full_and_goes_on_afterwards()
    {
        var queue = new ScriptedQueue("s") { CacheSize = 20 };
        var gate = Gates.NewName();
        Seen.React(_key, _ => Gates.PassAsync(gate));
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it));
        foreach (var i in Enumerable.Range(0, 100))
        {
            await queue.Add("implicit", _key, $"{i}");
        }

        await Gates.ArrivedAsync(gate);
        await Seen.Until(() => queue.Read >= 16, () => "the cache to fill");
        queue.Read.ShouldBeLessThanOrEqualTo(20);
        Gates.Open(gate);

        (await Seen.Await(_key, 100)).ShouldBe(Enumerable.Range(0, 100).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_failing_event_is_tried_again_then_told_handed_over_and_skipped()
    {
        var queue = new ScriptedQueue("s");
        Seen.React(_key, item => item == "bad" ? throw new InvalidDataException("bad") : Task.CompletedTask);
        await using var silo = await TestSilo.StartAsync(
            it => queue.AddTo(it, options => options.MaxEventDeliveryTime = TimeSpan.FromMilliseconds(50)));

        foreach (var item in (string[])["good", "bad", "next"])
        {
            await queue.Add("implicit", _key, item);
        }

        await Seen.Until(() => Seen.By(_key).Contains("next"), () => "the event after the bad one");
        var seen = Seen.By(_key);
        seen[0].ShouldBe("good");
        seen.Count(it => it == "bad").ShouldBeGreaterThan(1);
        seen.Skip(1).SkipWhile(it => it == "bad").ShouldBe([nameof(StreamEventDeliveryFailureException), "next"]);
        queue.Failures.ShouldBe([$"{_key}@2"]);
    }

    [Fact]
    public async Task An_event_that_fails_for_a_while_is_delivered_and_nothing_overtakes_it()
    {
        var queue = new ScriptedQueue("s");
        var failures = 5;
        Seen.React(_key, item => item == "1" && failures-- > 0 ? throw new InvalidDataException("not yet") : Task.CompletedTask);
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it));

        foreach (var i in Enumerable.Range(0, 4))
        {
            await queue.Add("implicit", _key, $"{i}");
        }

        (await Seen.Await(_key, 9)).ShouldBe(["0", "1", "1", "1", "1", "1", "1", "2", "3"]);
        queue.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_subscription_of_a_grain_may_end_after_a_failure()
    {
        var queue = new ScriptedQueue("s") { ShouldFaultSubsriptionOnError = true };
        Seen.React(_key, item => item == "bad" ? throw new InvalidDataException("bad") : Task.CompletedTask);
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(
            it.AddMemoryGrainStorage("PubSubStore"),
            options => options.MaxEventDeliveryTime = TimeSpan.FromTicks(1),
            StreamPubSubType.ExplicitGrainBasedAndImplicit));
        var subscriber = silo.Client.GetGrain<IExplicitGrain>(_key);
        await subscriber.Subscribe(_key, _key);

        await subscriber.Produce(_key, "bad");

        (await Seen.Await(_key, 3)).ShouldBe(["bad", nameof(StreamEventDeliveryFailureException), nameof(FaultedSubscriptionException)]);
        await Seen.Until(() => subscriber.Count(_key).Result == 0, () => "the subscription to end");
    }

    [Fact]
    public async Task Reads_that_fail_are_tried_again()
    {
        var queue = new ScriptedQueue("s") { FailingReads = 20 };
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it));

        await queue.Add("implicit", _key, "a");

        (await Seen.Await(_key, 1)).ShouldBe(["a"]);
        queue.FailingReads.ShouldBe(0);
    }

    [Fact]
    public async Task Batches_are_delivered_together_up_to_the_limit()
    {
        var queue = new ScriptedQueue("s");
        var gate = Gates.NewName();
        Seen.React(_key, _ => Gates.PassAsync(gate));
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(
            it.AddMemoryGrainStorage("PubSubStore"),
            options => options.BatchContainerBatchSize = 3,
            StreamPubSubType.ExplicitGrainBasedAndImplicit));
        var subscriber = silo.Client.GetGrain<IExplicitGrain>(_key);
        await subscriber.SubscribeBatches(_key, _key);
        await subscriber.Produce(_key, "0");
        await Gates.ArrivedAsync(gate);
        foreach (var i in Enumerable.Range(1, 7))
        {
            await queue.Add("explicit", _key, $"{i}");
        }

        await Seen.Until(() => queue.Read == 8, () => "all events to be read");
        Gates.Open(gate);

        (await Seen.Await(_key, 4)).ShouldBe(["0", "1,2,3", "4,5,6", "7"]);
        await Seen.Until(() => queue.Delivered.Count == 8, () => "all to be reported");
    }

    [Fact]
    public async Task A_filter_decides_what_is_delivered_and_one_that_fails_lets_pass()
    {
        var queue = new ScriptedQueue("s");
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it).AddStreamFilter<OddFilter>("s"));

        foreach (var i in Enumerable.Range(1, 6))
        {
            await queue.Add("implicit", _key, $"{i}");
        }

        await queue.Add("implicit", _key, "x");

        (await Seen.Await(_key, 4)).ShouldBe(["1", "3", "5", "x"]);
    }

    [Fact]
    public async Task Agents_can_be_stopped_and_started_and_lose_nothing()
    {
        var queue = new ScriptedQueue("s");
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it));
        var management = silo.Client.GetGrain<IManagementGrain>(0);
        await queue.Add("implicit", _key, "before");
        await Seen.Await(_key, 1);

        await Command(PersistentStreamProviderCommand.StopAgents);
        queue.IsShutDown.ShouldBeTrue();
        queue.Delivered.ShouldBe(["before"]);
        (await Command(PersistentStreamProviderCommand.GetNumberRunningAgents)).ShouldBe(0);
        (await Command(PersistentStreamProviderCommand.GetAgentsState)).ShouldBe(StreamLifecycleOptions.RunState.AgentsStopped);
        await queue.Add("implicit", _key, "meanwhile");
        await Command(PersistentStreamProviderCommand.StartAgents);

        (await Seen.Await(_key, 2)).ShouldBe(["before", "meanwhile"]);
        (await Command(PersistentStreamProviderCommand.GetNumberRunningAgents)).ShouldBe(1);

        async Task<object?> Command(PersistentStreamProviderCommand command) =>
            (await management.SendControlCommandToProvider<PersistentStreamProvider>("s", (int)command)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_stop_lets_the_running_delivery_finish_and_reports_it()
    {
        var queue = new ScriptedQueue("s");
        var gate = Gates.NewName();
        Seen.React(_key, _ => Gates.PassAsync(gate));
        var silo = await TestSilo.StartAsync(it => queue.AddTo(it));
        await queue.Add("implicit", _key, "running");
        await queue.Add("implicit", _key, "waiting");
        await Gates.ArrivedAsync(gate);

        var stopping = silo.DisposeAsync().AsTask();
        stopping.IsCompleted.ShouldBeFalse();
        Gates.Open(gate);
        await stopping;

        queue.IsShutDown.ShouldBeTrue();
        Seen.By(_key).ShouldBe(["running"]);
        queue.Delivered.ShouldBe(["running"]);
    }

    [Fact]
    public async Task A_stop_while_a_consumer_cannot_be_reached_reports_nothing_as_delivered()
    {
        var queue = new ScriptedQueue("s") { DeliveryPause = TimeSpan.FromHours(1) };
        Seen.React(_key, _ => throw new InvalidDataException("The consumer cannot begin."));
        var silo = await TestSilo.StartAsync(it => queue.AddTo(it, options => options.MaxEventDeliveryTime = TimeSpan.FromDays(1)));
        await queue.Add("activating", _key, "not delivered");
        await Seen.Await(_key, 1);

        await silo.DisposeAsync();

        queue.IsShutDown.ShouldBeTrue();
        queue.Delivered.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_delivery_that_never_ends()
    {
        var queue = new ScriptedQueue("s");
        var gate = Gates.NewName();
        Seen.React(_key, _ => Gates.PassAsync(gate));
        var silo = await TestSilo.StartAsync(it => queue.AddTo(it, options => options.InitQueueTimeout = TimeSpan.FromMilliseconds(50)));
        await queue.Add("implicit", _key, "stuck");
        await Gates.ArrivedAsync(gate);

        var stopping = silo.DisposeAsync().AsTask();
        await Seen.Until(() => queue.IsShutDown, () => "the receiver to be shut down");

        queue.Delivered.ShouldBeEmpty();
        Gates.Open(gate);
        await stopping;
    }

    [Fact]
    public async Task Streams_without_events_are_forgotten_and_found_again()
    {
        var queue = new ScriptedQueue("s");
        await using var silo = await TestSilo.StartAsync(
            it => queue.AddTo(it, options => options.StreamInactivityPeriod = TimeSpan.FromMilliseconds(1)));
        foreach (var i in Enumerable.Range(0, 20))
        {
            await queue.Add("implicit", _key, $"{i}");
            await Seen.Await(_key, i + 1);
            await queue.Add("implicit", _key + "other", $"{i}");
            await Seen.Await(_key + "other", i + 1);
        }

        Seen.By(_key).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
        Seen.By(_key + "other").ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_provider_of_implicit_subscriptions_refuses_others_and_says_what_to_set()
    {
        var queue = new ScriptedQueue("s");
        await using var silo = await TestSilo.StartAsync(it => queue.AddTo(it));

        var failure = await Should.ThrowAsync<ArgumentOutOfRangeException>(
            () => silo.Client.GetGrain<IExplicitGrain>(_key).Subscribe(_key, _key));

        failure.Message.ShouldContain("ConfigureStreamPubSub");
        await Should.ThrowAsync<ArgumentNullException>(
            () => silo.Client.GetStreamProvider("s").GetStream<string>("x", _key).SubscribeAsync(new Recorder(_key), new EventSequenceTokenV2(1)));
    }

    public sealed class OddFilter : IStreamFilter
    {
        public bool ShouldDeliver(StreamId streamId, object item, string? filterData) =>
            int.Parse((string)item, System.Globalization.CultureInfo.InvariantCulture) % 2 == 1;
    }
}
