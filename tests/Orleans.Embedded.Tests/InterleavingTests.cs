using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Orleans.Embedded.Tests;

public interface IGatedGrain : IGrainWithStringKey
{
    Task Plain(string gate);

    [AlwaysInterleave]
    Task Interleaving(string gate);

    [ReadOnly]
    Task Reading(string gate);

    [ReadOnly]
    Task<int> ReadingNow();

    Task<int> PlainNow();
}

public sealed class GatedGrain : Grain, IGatedGrain
{
    private int _calls;

    public Task Plain(string gate) => Pass(gate);

    public Task Interleaving(string gate) => Pass(gate);

    public Task Reading(string gate) => Pass(gate);

    public Task<int> ReadingNow() => Task.FromResult(_calls);

    public Task<int> PlainNow() => Task.FromResult(_calls);

    private async Task Pass(string gate)
    {
        _calls++;
        await Gates.PassAsync(gate);
    }
}

public interface IReentrantGrain : IGrainWithStringKey
{
    Task Plain(string gate);
}

[Reentrant]
public sealed class ReentrantGrain : Grain, IReentrantGrain
{
    public Task Plain(string gate) => Gates.PassAsync(gate);
}

public interface IPredicateGrain : IGrainWithStringKey
{
    Task Pass(string gate, bool interleaves);
}

[MayInterleave(nameof(MayInterleave))]
public sealed class PredicateGrain : Grain, IPredicateGrain
{
    public static bool MayInterleave(IInvokable request) => request.GetArgument(1) is true;

    public Task Pass(string gate, bool interleaves) => Gates.PassAsync(gate);
}

public class InterleavingTests
{
    [Fact]
    public async Task A_plain_request_waits_until_the_one_before_it_completes()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IGatedGrain>("a");
        var (first, second) = (Gates.NewName(), Gates.NewName());
        var one = grain.Plain(first);
        await Gates.ArrivedAsync(first);

        var two = grain.Plain(second);
        var three = grain.PlainNow();
        Gates.Arrivals(second).ShouldBe(0);
        three.IsCompleted.ShouldBeFalse();

        Gates.Open(first);
        await one;
        await Gates.ArrivedAsync(second);
        three.IsCompleted.ShouldBeFalse();
        Gates.Open(second);
        await two;
        (await three).ShouldBe(2);
    }

    [Fact]
    public async Task An_always_interleaving_request_overtakes_what_waits()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IGatedGrain>("a");
        var (blocking, waiting, interleaving) = (Gates.NewName(), Gates.NewName(), Gates.NewName());
        var one = grain.Plain(blocking);
        await Gates.ArrivedAsync(blocking);
        var two = grain.Plain(waiting);

        var three = grain.Interleaving(interleaving);
        await Gates.ArrivedAsync(interleaving);
        Gates.Open(interleaving);
        await three;

        Gates.Arrivals(waiting).ShouldBe(0);
        Gates.Open(blocking);
        Gates.Open(waiting);
        await Task.WhenAll(one, two);
    }

    [Fact]
    public async Task Read_only_requests_interleave_with_each_other_but_not_with_plain_ones()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IGatedGrain>("a");
        var reading = Gates.NewName();
        var one = grain.Reading(reading);
        await Gates.ArrivedAsync(reading);

        var plain = grain.PlainNow();
        (await grain.ReadingNow()).ShouldBe(1);
        plain.IsCompleted.ShouldBeFalse();

        Gates.Open(reading);
        await one;
        (await plain).ShouldBe(1);
    }

    [Fact]
    public async Task A_read_only_request_waits_for_a_plain_one()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IGatedGrain>("a");
        var gate = Gates.NewName();
        var plain = grain.Plain(gate);
        await Gates.ArrivedAsync(gate);

        var reading = grain.ReadingNow();
        reading.IsCompleted.ShouldBeFalse();
        Gates.Open(gate);
        await plain;
        (await reading).ShouldBe(1);
    }

    [Fact]
    public async Task Requests_come_in_when_the_blocking_one_has_ended_though_interleaved_ones_still_run()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IGatedGrain>("a");
        var (blocking, interleaving) = (Gates.NewName(), Gates.NewName());
        var one = grain.Plain(blocking);
        await Gates.ArrivedAsync(blocking);
        var two = grain.Interleaving(interleaving);
        await Gates.ArrivedAsync(interleaving);

        Gates.Open(blocking);
        await one;
        (await grain.PlainNow()).ShouldBe(2);
        Gates.Open(interleaving);
        await two;
    }

    [Fact]
    public async Task Requests_of_a_reentrant_class_interleave()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IReentrantGrain>("a");
        var gate = Gates.NewName();
        var calls = Enumerable.Range(0, 5).Select(_ => grain.Plain(gate)).ToArray();

        await Gates.ArrivedAsync(gate, 5);
        Gates.Open(gate);
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_predicate_lets_the_incoming_request_in_or_the_running_one_lets_others_in()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IPredicateGrain>("a");
        var (first, second, third) = (Gates.NewName(), Gates.NewName(), Gates.NewName());
        var one = grain.Pass(first, interleaves: false);
        await Gates.ArrivedAsync(first);

        var two = grain.Pass(second, interleaves: false);
        var three = grain.Pass(third, interleaves: true);
        await Gates.ArrivedAsync(third);
        Gates.Arrivals(second).ShouldBe(0);

        Gates.Open(first);
        Gates.Open(second);
        Gates.Open(third);
        await Task.WhenAll(one, two, three);
    }

    [Fact]
    public async Task Un_awaited_calls_of_one_caller_run_in_order_on_a_warm_activation()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IOrderGrain>("a");
        await grain.Add(-1);

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => grain.Add(i)));

        (await grain.Seen()).ShouldBe(Enumerable.Range(-1, 1001));
    }
}

public interface IOrderGrain : IGrainWithStringKey
{
    Task Add(int number);

    Task<List<int>> Seen();
}

public sealed class OrderGrain : Grain, IOrderGrain
{
    private readonly List<int> _seen = [];

    public async Task Add(int number)
    {
        _seen.Add(number);
        if (number % 3 == 0)
        {
            await Task.Yield();
        }
    }

    public Task<List<int>> Seen() => Task.FromResult(_seen);
}
