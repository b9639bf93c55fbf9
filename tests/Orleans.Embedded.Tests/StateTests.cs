using System.Reflection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded.Tests;

[GenerateSerializer]
public sealed class Counter
{
    [Id(0)]
    public int Value { get; set; }
}

[GenerateSerializer]
[Immutable]
public sealed record StateSeen([property: Id(0)] int Value, [property: Id(1)] bool Exists, [property: Id(2)] string? Etag);

public interface ICountingGrain : IGrainWithStringKey
{
    Task<StateSeen> See();

    Task Set(int value);

    Task Clear();

    Task<int> WriteTwice();

    Task SetWithStaleEtag();

    Task<string> UseOutside();
}

public sealed class CountingGrain([PersistentState("c")] IPersistentState<Counter> state) : Grain, ICountingGrain
{
    public Task<StateSeen> See() => Task.FromResult(new StateSeen(state.State.Value, state.RecordExists, state.Etag));

    public Task Set(int value)
    {
        state.State.Value = value;
        return state.WriteStateAsync();
    }

    public Task Clear() => state.ClearStateAsync();

    public async Task<int> WriteTwice()
    {
        state.State.Value++;
        var one = state.WriteStateAsync();
        state.State.Value++;
        var two = state.WriteStateAsync();
        await Task.WhenAll(one, two);
        await state.ReadStateAsync();
        return state.State.Value;
    }

    public async Task SetWithStaleEtag()
    {
        var storage = (IGrainStorage)ServiceProvider.GetService(typeof(IGrainStorage))!;
        var other = new GrainState<Counter>();
        await storage.ReadStateAsync("c", this.GetGrainId(), other);
        other.State!.Value = 100;
        await storage.WriteStateAsync("c", this.GetGrainId(), other);
        state.State.Value = 1;
        await state.WriteStateAsync();
    }

    public async Task<string> UseOutside()
    {
        try
        {
            await Task.Run(() => state.WriteStateAsync());
            return "";
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message;
        }
    }
}

public interface IUnstoredGrain : IGrainWithStringKey
{
    Task Hello();
}

public sealed class UnstoredGrain([PersistentState("c", "nowhere")] IPersistentState<Counter> state) : Grain, IUnstoredGrain
{
    public Task Hello() => Task.FromResult(state.State);
}

public interface IOldStyleGrain : IGrainWithStringKey
{
    Task<int> Add(int number);
}

[Providers.StorageProvider(ProviderName = "other")]
public sealed class OldStyleGrain : Grain<Counter>, IOldStyleGrain
{
    public async Task<int> Add(int number)
    {
        State.Value += number;
        await WriteStateAsync();
        return State.Value;
    }
}

public class StateTests
{
    [Fact]
    public async Task Fresh_state_is_there_without_a_record()
    {
        await using var silo = await TestSilo.StartAsync();

        (await silo.Client.GetGrain<ICountingGrain>("a").See()).ShouldBe(new StateSeen(0, false, null));
    }

    [Fact]
    public async Task Written_state_is_loaded_before_the_next_activation()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ICountingGrain>("a");
        await grain.Set(7);
        await silo.Cluster.DeactivateAsync(grain);

        var seen = await grain.See();

        seen.Value.ShouldBe(7);
        seen.Exists.ShouldBeTrue();
        seen.Etag.ShouldNotBeNull();
    }

    [Fact]
    public async Task Clearing_resets_the_state_in_memory_and_in_storage()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ICountingGrain>("a");
        await grain.Set(7);

        await grain.Clear();

        (await grain.See()).ShouldBe(new StateSeen(0, false, null));
        await silo.Cluster.DeactivateAsync(grain);
        (await grain.See()).ShouldBe(new StateSeen(0, false, null));
    }

    [Fact]
    public async Task Operations_on_one_state_run_one_after_another()
    {
        await using var silo = await TestSilo.StartAsync();

        (await silo.Client.GetGrain<ICountingGrain>("a").WriteTwice()).ShouldBe(2);
    }

    [Fact]
    public async Task A_stale_etag_is_refused_and_the_next_call_meets_a_fresh_activation()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ICountingGrain>("a");
        await grain.Set(7);

        await Should.ThrowAsync<InconsistentStateException>(() => grain.SetWithStaleEtag());

        (await grain.See()).Value.ShouldBe(100);
    }

    [Fact]
    public async Task State_is_only_used_in_turns()
    {
        await using var silo = await TestSilo.StartAsync();

        (await silo.Client.GetGrain<ICountingGrain>("a").UseOutside()).ShouldContain("Activation access violation");
    }

    [Fact]
    public async Task An_unknown_storage_name_fails_the_activation()
    {
        await using var silo = await TestSilo.StartAsync();

        var failure = await Should.ThrowAsync<InvalidOperationException>(() => silo.Client.GetGrain<IUnstoredGrain>("a").Hello());

        failure.InnerException.ShouldBeOfType<TargetInvocationException>();
        failure.ToString().ShouldContain("nowhere");
    }

    [Fact]
    public async Task A_grain_with_one_state_uses_the_provider_that_its_class_names()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IOldStyleGrain>("a");
        await grain.Add(2);
        await silo.Cluster.DeactivateAsync(grain);

        (await grain.Add(3)).ShouldBe(5);
    }
}
