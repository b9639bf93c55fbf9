using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Core.Internal;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

/// <summary>What grains of a test did, by a name that only the test knows.</summary>
internal static class Journal
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> s_entries = new();

    internal static void Write(string name, string entry) => s_entries.GetOrAdd(name, static _ => new()).Enqueue(entry);

    internal static string[] Read(string name) => s_entries.TryGetValue(name, out var entries) ? [.. entries] : [];
}

public interface IMortalGrain : IGrainWithStringKey
{
    Task<Guid> Incarnation();

    Task<Guid> Leave(string gate);

    Task Stay(TimeSpan time);
}

public sealed class MortalGrain : Grain, IMortalGrain
{
    private readonly Guid _incarnation = Guid.NewGuid();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Journal.Write(this.GetPrimaryKeyString(), $"activate {RequestContext.Get("who")}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Journal.Write(this.GetPrimaryKeyString(), $"deactivate {reason}");
        return Task.CompletedTask;
    }

    public Task<Guid> Incarnation() => Task.FromResult(_incarnation);

    public async Task<Guid> Leave(string gate)
    {
        DeactivateOnIdle();
        await Gates.PassAsync(gate);
        return _incarnation;
    }

    public Task Stay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }
}

public interface IStillbornGrain : IGrainWithStringKey
{
    Task Hello();
}

public sealed class StillbornGrain : Grain, IStillbornGrain
{
    private static readonly ConcurrentDictionary<string, int> s_attempts = new();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Gates.PassAsync(this.GetPrimaryKeyString());
        if (s_attempts.AddOrUpdate(this.GetPrimaryKeyString(), 1, (_, n) => n + 1) == 1)
        {
            throw new CustomFailure("not yet");
        }
    }

    public Task Hello() => Task.CompletedTask;
}

public interface IUnconstructedGrain : IGrainWithStringKey
{
    Task Hello();
}

public sealed class UnconstructedGrain : Grain, IUnconstructedGrain
{
    public UnconstructedGrain() => throw new CustomFailure("no");

    public Task Hello() => Task.CompletedTask;
}

public interface IPocoGrain : IGrainWithStringKey
{
    Task<string> Key();

    Task Leave();
}

public sealed class PocoGrain(IGrainContext context) : IPocoGrain, IGrainBase
{
    public IGrainContext GrainContext { get; } = context;

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task Leave()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public class LifecycleTests
{
    [Fact]
    public async Task The_request_context_of_the_first_call_is_seen_in_OnActivateAsync()
    {
        await using var silo = await TestSilo.StartAsync();
        var key = Gates.NewName();
        RequestContext.Set("who", "Ann");
        await silo.Client.GetGrain<IMortalGrain>(key).Incarnation();
        RequestContext.Clear();

        Journal.Read(key).ShouldBe(["activate Ann"]);
    }

    [Fact]
    public async Task After_DeactivateOnIdle_the_running_request_finishes_and_waiting_ones_get_a_new_activation()
    {
        await using var silo = await TestSilo.StartAsync();
        var key = Gates.NewName();
        var grain = silo.Client.GetGrain<IMortalGrain>(key);
        var gate = Gates.NewName();
        var leaving = grain.Leave(gate);
        await Gates.ArrivedAsync(gate);

        var waiting = grain.Incarnation();
        waiting.IsCompleted.ShouldBeFalse();
        Gates.Open(gate);

        var old = await leaving;
        (await waiting).ShouldNotBe(old);
        Journal.Read(key).ShouldBe(
            ["activate ", "deactivate ApplicationRequested: DeactivateOnIdle was called.", "activate "]);
    }

    [Fact]
    public async Task A_failing_activation_fails_every_queued_caller_and_the_next_call_tries_again()
    {
        await using var silo = await TestSilo.StartAsync();
        var key = Gates.NewName();
        var grain = silo.Client.GetGrain<IStillbornGrain>(key);
        var first = grain.Hello();
        await Gates.ArrivedAsync(key);
        var second = grain.Hello();
        Gates.Open(key);

        (await Should.ThrowAsync<CustomFailure>(() => first)).Message.ShouldBe("not yet");
        await Should.ThrowAsync<CustomFailure>(() => second);
        await grain.Hello();
    }

    [Fact]
    public async Task A_failing_constructor_is_told_as_InvalidOperationException_with_its_cause()
    {
        await using var silo = await TestSilo.StartAsync();

        var failure = await Should.ThrowAsync<InvalidOperationException>(() => silo.Client.GetGrain<IUnconstructedGrain>("a").Hello());

        failure.Message.ShouldStartWith("Failed to create an instance of grain type");
        failure.InnerException.ShouldBeOfType<CustomFailure>();
    }

    [Fact]
    public async Task Idle_activations_are_collected_after_their_age_and_not_before()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(
            s => s.Configure<GrainCollectionOptions>(o =>
            {
                o.CollectionAge = TimeSpan.FromMinutes(10);
                o.CollectionQuantum = TimeSpan.FromMinutes(1);
            }),
            time);
        var grain = silo.Client.GetGrain<IMortalGrain>(Gates.NewName());
        var first = await grain.Incarnation();

        time.Advance(TimeSpan.FromMinutes(9));
        (await grain.Incarnation()).ShouldBe(first);
        time.Advance(TimeSpan.FromMinutes(9));
        (await grain.Incarnation()).ShouldBe(first);
        var gone = silo.Cluster.WaitForDeactivationAsync(grain);
        time.Advance(TimeSpan.FromMinutes(12));
        await gone;
        (await grain.Incarnation()).ShouldNotBe(first);
    }

    [Fact]
    public async Task DelayDeactivation_keeps_an_idle_activation_until_its_time()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var grain = silo.Client.GetGrain<IMortalGrain>(Gates.NewName());
        var first = await grain.Incarnation();
        await grain.Stay(TimeSpan.FromHours(2));

        time.Advance(TimeSpan.FromHours(1));
        (await grain.Incarnation()).ShouldBe(first);
        var gone = silo.Cluster.WaitForDeactivationAsync(grain);
        time.Advance(TimeSpan.FromHours(2));
        await gone;
        (await grain.Incarnation()).ShouldNotBe(first);
    }

    [Fact]
    public async Task Stopping_the_silo_lets_running_requests_finish_and_deactivates_with_ShuttingDown()
    {
        await using var silo = await TestSilo.StartAsync();
        var (key, busyKey) = (Gates.NewName(), Gates.NewName());
        await silo.Client.GetGrain<IMortalGrain>(key).Incarnation();
        var gate = Gates.NewName();
        var busy = silo.Client.GetGrain<IGatedGrain>(busyKey).Plain(gate);
        await Gates.ArrivedAsync(gate);
        var client = silo.Client;

        var stop = silo.Cluster.StopAllSilosAsync();
        Gates.Open(gate);
        await busy;
        await stop;

        Journal.Read(key).ShouldBe(["activate ", "deactivate ShuttingDown: This process is terminating."]);
        await Should.ThrowAsync<SiloUnavailableException>(async () => await client.GetGrain<IMortalGrain>(key).Incarnation());
    }

    [Fact]
    public async Task Stopping_the_silo_refuses_requests_that_have_not_started()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IGatedGrain>("a");
        var gate = Gates.NewName();
        var running = grain.Plain(gate);
        await Gates.ArrivedAsync(gate);
        var waiting = grain.PlainNow();

        var stop = silo.Cluster.StopAllSilosAsync();
        Gates.Open(gate);
        await running;
        await stop;

        await Should.ThrowAsync<SiloUnavailableException>(() => waiting);
    }

    [Fact]
    public async Task A_class_without_the_base_class_is_a_grain_by_IGrainBase()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IPocoGrain>("a");

        (await grain.Key()).ShouldBe("a");
        var gone = silo.Cluster.WaitForDeactivationAsync(grain);
        await grain.Leave();
        await gone;
        (await grain.Key()).ShouldBe("a");
    }

    [Fact]
    public async Task The_management_extension_deactivates_any_grain()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IMortalGrain>(Gates.NewName());
        var first = await grain.Incarnation();
        var gone = silo.Cluster.WaitForDeactivationAsync(grain);

        await grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle();

        await gone;
        (await grain.Incarnation()).ShouldNotBe(first);
    }

    [Fact]
    public async Task Scoped_services_live_as_long_as_their_activation()
    {
        await using var silo = await TestSilo.StartAsync(s => s.Services.AddScoped<ScopedThing>());
        var grain = silo.Client.GetGrain<IScopedGrain>("a");
        var first = await grain.ThingId();
        (await grain.ThingId()).ShouldBe(first);
        (await silo.Client.GetGrain<IScopedGrain>("b").ThingId()).ShouldNotBe(first);
        ScopedThing.Disposed.ShouldNotContain(first);

        await silo.Cluster.DeactivateAsync(grain);

        ScopedThing.Disposed.ShouldContain(first);
    }
}

public sealed class ScopedThing : IDisposable
{
    internal static ConcurrentBag<Guid> Disposed { get; } = [];

    public Guid Id { get; } = Guid.NewGuid();

    public void Dispose() => Disposed.Add(Id);
}

public interface IScopedGrain : IGrainWithStringKey
{
    Task<Guid> ThingId();
}

public sealed class ScopedGrain(ScopedThing thing) : Grain, IScopedGrain
{
    public Task<Guid> ThingId() => Task.FromResult(thing.Id);
}
