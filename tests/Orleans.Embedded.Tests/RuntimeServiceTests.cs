using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface ITestObserver : IGrainObserver
{
    Task Notify(string text);

    [Concurrency.OneWay]
    Task Hint(string text);
}

public interface ISubjectGrain : IGrainWithStringKey
{
    Task Tell(ITestObserver observer, string text);
}

public sealed class SubjectGrain : Grain, ISubjectGrain
{
    public async Task Tell(ITestObserver observer, string text)
    {
        await observer.Notify(text);
        await observer.Hint(text + "!");
    }
}

public interface IGenericGrain<T> : IGrainWithStringKey
{
    Task<T> Echo(T value);

    Task<TOther> Convert<TOther>(T value, TOther other);
}

public sealed class GenericGrain<T> : Grain, IGenericGrain<T>
{
    public Task<T> Echo(T value) => Task.FromResult(value);

    public Task<TOther> Convert<TOther>(T value, TOther other) => Task.FromResult(other);
}

public interface ILocatedExtension : IGrainExtension
{
    Task<string> Where();
}

public sealed class LocatedExtension(IGrainContextAccessor accessor) : ILocatedExtension
{
    public Task<string> Where() => Task.FromResult(accessor.GrainContext.GrainId.ToString());
}

public class RuntimeServiceTests
{
    [Fact]
    public async Task Grains_call_local_objects_until_they_are_deleted()
    {
        await using var silo = await TestSilo.StartAsync();
        var observer = new TestObserver();
        var reference = silo.Client.CreateObjectReference<ITestObserver>(observer);
        var subject = silo.Client.GetGrain<ISubjectGrain>("a");

        await subject.Tell(reference, "one");
        await observer.Hinted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        observer.Heard.ShouldBe(["one"]);

        silo.Client.DeleteObjectReference<ITestObserver>(observer);
        await Should.ThrowAsync<Exception>(() => subject.Tell(reference, "two"));
        observer.Heard.ShouldBe(["one"]);
        Should.Throw<NotSupportedException>(() => { _ = subject.Tell(observer, "three"); });
    }

    [Fact]
    public async Task Generic_interfaces_and_methods_work()
    {
        await using var silo = await TestSilo.StartAsync();

        (await silo.Client.GetGrain<IGenericGrain<int>>("a").Echo(3)).ShouldBe(3);
        var strings = silo.Client.GetGrain<IGenericGrain<string>>("a");
        (await strings.Echo("x")).ShouldBe("x");
        (await strings.Convert("x", 4)).ShouldBe(4);
        strings.GetGrainId().Type.ShouldNotBe(silo.Client.GetGrain<IGenericGrain<int>>("a").GetGrainId().Type);
    }

    [Fact]
    public async Task Extensions_serve_any_grain_and_missing_ones_are_named()
    {
        await using var with = await TestSilo.StartAsync(s => s.AddGrainExtension<ILocatedExtension, LocatedExtension>());
        (await with.Client.GetGrain<IEchoGrain>("a").AsReference<ILocatedExtension>().Where()).ShouldBe("echo/a");

        await using var without = await TestSilo.StartAsync();
        await Should.ThrowAsync<GrainExtensionNotInstalledException>(
            () => without.Client.GetGrain<IEchoGrain>("a").AsReference<ILocatedExtension>().Where());
    }

    [Fact]
    public async Task The_management_grain_counts_and_lists_activations_and_collects_them()
    {
        await using var silo = await TestSilo.StartAsync();
        var management = silo.Client.GetGrain<IManagementGrain>(0);
        foreach (var key in new[] { "a", "b", "c" })
        {
            await silo.Client.GetGrain<IEchoGrain>(key).Nothing();
        }

        var echo = (await management.GetSimpleGrainStatistics()).Single(s => s.GrainType == typeof(EchoGrain).FullName);
        echo.ActivationCount.ShouldBe(3);
        (await management.GetDetailedGrainStatistics([typeof(EchoGrain).FullName!])).Select(s => s.GrainId.ToString())
            .ShouldBe(["echo/a", "echo/b", "echo/c"], ignoreOrder: true);
        (await management.GetActiveGrains(GrainType.Create("echo"))).Count.ShouldBe(3);
        (await management.GetTotalActivationCount()).ShouldBeGreaterThanOrEqualTo(4);
        (await management.GetHosts()).Values.ShouldBe([SiloStatus.Active]);
        (await management.GetDetailedHosts(true)).Single().SiloName.ShouldBe("Silo_0");
        (await management.GetRuntimeStatistics([])).Single().ActivationCount.ShouldBeGreaterThanOrEqualTo(4);
        (await management.GetActivationAddress(silo.Client.GetGrain<IEchoGrain>("a"))).ShouldNotBeNull();
        (await management.GetActivationAddress(silo.Client.GetGrain<IEchoGrain>("never"))).ShouldBeNull();

        await management.ForceActivationCollection(TimeSpan.Zero);

        (await management.GetActiveGrains(GrainType.Create("echo"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_options_stop_the_start_and_say_what_to_set()
    {
        var failure = await Should.ThrowAsync<OrleansConfigurationException>(() => TestSilo.StartAsync(
            s => s.Configure<GrainCollectionOptions>(o => o.CollectionAge = TimeSpan.FromSeconds(1))));

        failure.Message.ShouldContain("GrainCollectionOptions.CollectionAge");
    }

    private sealed class TestObserver : ITestObserver
    {
        internal List<string> Heard { get; } = [];

        internal TaskCompletionSource Hinted { get; } = new();

        public Task Notify(string text)
        {
            Heard.Add(text);
            return Task.CompletedTask;
        }

        public Task Hint(string text)
        {
            Hinted.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
