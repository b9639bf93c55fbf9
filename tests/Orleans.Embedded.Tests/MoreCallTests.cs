using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface ICancelGrain : IGrainWithStringKey
{
    Task<bool> WaitForCancel(string gate, CancellationToken cancellationToken);

    [ResponseTimeout("00:00:05")]
    Task Slow(string gate, CancellationToken cancellationToken);

    Task Quick(CancellationToken cancellationToken);
}

public sealed class CancelGrain : Grain, ICancelGrain
{
    public async Task<bool> WaitForCancel(string gate, CancellationToken cancellationToken)
    {
        var canceled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(() => canceled.TrySetResult());
        await Gates.PassAsync(gate + "-in");
        await canceled.Task;
        Journal.Write(gate, "cancelled in the grain");
        await Gates.PassAsync(gate + "-out");
        return true;
    }

    public async Task Slow(string gate, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(() => Journal.Write(gate, "cancelled in the grain"));
        await Gates.PassAsync(gate);
    }

    public Task Quick(CancellationToken cancellationToken) => Task.CompletedTask;
}

public interface IOneWayGrain : IGrainWithStringKey
{
    [OneWay]
    Task Tell(string gate);

    [OneWay]
    Task TellAndFail(string gate);

    Task Nothing();
}

public sealed class OneWayGrain : Grain, IOneWayGrain
{
    public Task Tell(string gate) => Gates.PassAsync(gate);

    public async Task TellAndFail(string gate)
    {
        await Gates.PassAsync(gate);
        throw new CustomFailure("nobody hears");
    }

    public Task Nothing() => Task.CompletedTask;
}

public interface IContextGrain : IGrainWithStringKey
{
    Task<List<string>> Change(string other);

    Task<string> Set(string value);

    Task<string?> AsyncLocalSeen();

    Task<bool> SchedulerHolds();
}

public sealed class ContextGrain : Grain, IContextGrain
{
    internal static readonly AsyncLocal<string?> Ambient = new();

    public async Task<List<string>> Change(string other)
    {
        var own = (string)RequestContext.Get("v")!;
        var nested = await GrainFactory.GetGrain<IContextGrain>(other).Set("v2");
        return [own, nested, (string)RequestContext.Get("v")!];
    }

    // Not an async method: nothing but the engine undoes what it sets.
    public Task<string> Set(string value)
    {
        RequestContext.Set("v", value);
        return Task.FromResult((string)RequestContext.Get("v")!);
    }

    public Task<string?> AsyncLocalSeen()
    {
        var seen = Ambient.Value;
        Ambient.Value = "set by the grain";
        return Task.FromResult(seen);
    }

    public async Task<bool> SchedulerHolds()
    {
        var before = ReferenceEquals(TaskScheduler.Current, GrainContext.Scheduler);
        await Task.Yield();
        var after = ReferenceEquals(TaskScheduler.Current, GrainContext.Scheduler);
        await Task.Run(() => { });
        var afterPool = ReferenceEquals(TaskScheduler.Current, GrainContext.Scheduler);
        var inPool = await Task.Run(() => ReferenceEquals(TaskScheduler.Current, GrainContext.Scheduler));
        return before && after && afterPool && !inPool;
    }
}

public interface IWorkerGrain : IGrainWithIntegerKey
{
    Task<Guid> Work(string gate);
}

[StatelessWorker(2)]
public sealed class WorkerGrain : Grain, IWorkerGrain
{
    private readonly Guid _id = Guid.NewGuid();

    public async Task<Guid> Work(string gate)
    {
        await Gates.PassAsync(gate);
        return _id;
    }
}

public class MoreCallTests
{
    [Fact]
    public async Task Cancelling_ends_the_call_for_the_caller_at_once_and_cancels_the_token_of_the_grain()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ICancelGrain>("a");
        var gate = Gates.NewName();
        Gates.Open(gate + "-in");
        using var source = new CancellationTokenSource();
        var call = grain.WaitForCancel(gate, source.Token);
        await Gates.ArrivedAsync(gate + "-in");

        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
        await Gates.ArrivedAsync(gate + "-out");
        Journal.Read(gate).ShouldBe(["cancelled in the grain"]);
        Gates.Open(gate + "-out");
        await grain.Quick(CancellationToken.None);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_stops_the_call_before_it_is_sent()
    {
        await using var silo = await TestSilo.StartAsync();

        await Should.ThrowAsync<OperationCanceledException>(
            () => silo.Client.GetGrain<ICancelGrain>("a").Quick(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task A_method_has_its_own_time_out_which_also_cancels_its_token()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var gate = Gates.NewName();
        var call = silo.Client.GetGrain<ICancelGrain>("a").Slow(gate, CancellationToken.None);
        await Gates.ArrivedAsync(gate);

        time.Advance(TimeSpan.FromSeconds(4));
        call.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(2));

        (await Should.ThrowAsync<TimeoutException>(() => call)).Message.ShouldContain(nameof(ICancelGrain.Slow));
        Journal.Read(gate).ShouldBe(["cancelled in the grain"]);
        Gates.Open(gate);
    }

    [Fact]
    public async Task A_request_whose_caller_has_given_up_is_not_started()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(
            s => s.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(10)), time);
        var grain = silo.Client.GetGrain<IGatedGrain>("a");
        var (holding, late) = (Gates.NewName(), Gates.NewName());
        var busy = grain.Interleaving(holding);
        var first = grain.Plain(holding);
        await Gates.ArrivedAsync(holding, 2);
        var waiting = grain.Plain(late);

        time.Advance(TimeSpan.FromSeconds(12));
        await Should.ThrowAsync<TimeoutException>(() => waiting);
        await Should.ThrowAsync<TimeoutException>(() => first);
        await Should.ThrowAsync<TimeoutException>(() => busy);
        Gates.Open(holding);
        (await grain.PlainNow()).ShouldBe(2);

        Gates.Arrivals(late).ShouldBe(0);
    }

    [Fact]
    public async Task A_one_way_call_is_complete_at_once_and_its_failure_is_lost()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IOneWayGrain>("a");
        var (first, second) = (Gates.NewName(), Gates.NewName());

        grain.Tell(first).IsCompletedSuccessfully.ShouldBeTrue();
        await Gates.ArrivedAsync(first);
        grain.TellAndFail(second).IsCompletedSuccessfully.ShouldBeTrue();
        Gates.Open(first);
        Gates.Open(second);
        await Gates.ArrivedAsync(second);
        await grain.Nothing();
    }

    [Fact]
    public async Task The_request_context_flows_down_and_never_back()
    {
        await using var silo = await TestSilo.StartAsync();
        RequestContext.Set("v", "v1");

        (await silo.Client.GetGrain<IContextGrain>("a").Change("b")).ShouldBe(["v1", "v2", "v1"]);
        (await silo.Client.GetGrain<IContextGrain>("a").Set("v3")).ShouldBe("v3");

        RequestContext.Get("v").ShouldBe("v1");
        RequestContext.Clear();
    }

    [Fact]
    public async Task Nothing_else_that_is_ambient_flows_into_a_grain_or_out_of_it()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IContextGrain>("a");
        ContextGrain.Ambient.Value = "set by the caller";

        // The first call activates the grain, the second finds it idle.
        (await grain.AsyncLocalSeen()).ShouldBeNull();
        (await grain.AsyncLocalSeen()).ShouldBeNull();

        ContextGrain.Ambient.Value.ShouldBe("set by the caller");
    }

    [Fact]
    public async Task Awaits_resume_on_the_scheduler_of_the_activation()
    {
        await using var silo = await TestSilo.StartAsync();

        (await silo.Client.GetGrain<IContextGrain>("a").SchedulerHolds()).ShouldBeTrue();
        (await Task.Run(() => silo.Client.GetGrain<IContextGrain>("a").SchedulerHolds())).ShouldBeTrue();
    }

    [Fact]
    public async Task A_stateless_worker_has_up_to_its_limit_of_activations()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IWorkerGrain>(0);
        var gate = Gates.NewName();
        var calls = Enumerable.Range(0, 5).Select(_ => grain.Work(gate)).ToArray();
        await Gates.ArrivedAsync(gate, 2);
        Gates.Arrivals(gate).ShouldBe(2);

        Gates.Open(gate);

        (await Task.WhenAll(calls)).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Idle_stateless_workers_are_removed_before_their_collection_age()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var gate = Gates.NewName();
        Gates.Open(gate);
        var grain = silo.Client.GetGrain<IWorkerGrain>(0);
        await grain.Work(gate);
        var gone = silo.Cluster.WaitForDeactivationAsync(grain);

        time.Advance(TimeSpan.FromSeconds(5));

        await gone;
    }

    [Fact]
    public async Task GetGrain_refuses_bad_keys_and_unclear_interfaces_at_once()
    {
        await using var silo = await TestSilo.StartAsync();

        Should.Throw<ArgumentNullException>(() => silo.Client.GetGrain<IEchoGrain>(null!));
        Should.Throw<ArgumentException>(() => silo.Client.GetGrain<IEchoGrain>(" "));
        Should.Throw<ArgumentException>(() => silo.Client.GetGrain<INobodysGrain>("a"));
        var failure = Should.Throw<ArgumentException>(() => silo.Client.GetGrain<ITwoClassGrain>("a"));
        failure.Message.ShouldStartWith("Unable to identify a single appropriate grain type");
        (await silo.Client.GetGrain<ITwoClassGrain>("a", typeof(SecondOfTwo).FullName).Name()).ShouldBe("second");
        (await silo.Client.GetGrain<IPreferredGrain>("a").Name()).ShouldBe("second");
    }

    [Fact]
    public async Task Identities_have_the_text_form_of_Orleans()
    {
        await using var silo = await TestSilo.StartAsync();
        var client = silo.Client;

        client.GetGrain<IEchoGrain>("str key").GetGrainId().ToString().ShouldBe("echo/str key");
        client.GetGrain<IStressGrain>(255).GetGrainId().ToString().ShouldBe("stress/FF");
        client.GetGrain<IStressGrain>(-1).GetGrainId().ToString().ShouldBe("stress/FFFFFFFFFFFFFFFF");
        client.GetGrain<ICompoundGrain>(7, "ext").GetGrainId().ToString().ShouldBe("compound/7+ext");
        var guid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        client.GetGrain<IGuidGrain>(guid).GetGrainId().ToString().ShouldBe("renamed/00112233445566778899aabbccddeeff");
        client.GetGrain<IGuidGrain>(guid).GetPrimaryKey().ShouldBe(guid);
        client.GetGrain<ICompoundGrain>(7, "ext").GetPrimaryKeyLong(out var extension).ShouldBe(7);
        extension.ShouldBe("ext");
    }
}

public interface INobodysGrain : IGrainWithStringKey
{
    Task Hello();
}

public interface ITwoClassGrain : IGrainWithStringKey
{
    Task<string> Name();
}

[Metadata.DefaultGrainType("second")]
public interface IPreferredGrain : IGrainWithStringKey
{
    Task<string> Name();
}

public sealed class FirstOfTwo : Grain, ITwoClassGrain, IPreferredGrain
{
    public Task<string> Name() => Task.FromResult("first");
}

[GrainType("second")]
public sealed class SecondOfTwo : Grain, ITwoClassGrain, IPreferredGrain
{
    public Task<string> Name() => Task.FromResult("second");
}

public interface ICompoundGrain : IGrainWithIntegerCompoundKey
{
    Task Hello();
}

public sealed class CompoundGrain : Grain, ICompoundGrain
{
    public Task Hello() => Task.CompletedTask;
}

public interface IGuidGrain : IGrainWithGuidKey
{
    Task Hello();
}

[GrainType("renamed")]
public sealed class GuidGrain : Grain, IGuidGrain
{
    public Task Hello() => Task.CompletedTask;
}
