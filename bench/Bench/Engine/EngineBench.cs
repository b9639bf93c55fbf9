using System.Diagnostics;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Switchboard.Bench.Engine;

/// <summary>
/// What a grain costs: calls, activations and memory, with one silo in the process. The marks are those of Microsoft Orleans 10.4 on the
/// same kind of machine, improved upon by the factors that the project has set itself.
/// </summary>
internal static class EngineBench
{
    private const int SequentialCalls = 400_000;
    private const int Grains = 1_000;
    private const int Callers = 100;
    private const int IdleGrains = 200_000;

    /// <summary>Runs all measurements.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.UseLocalhostClustering());
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        return
        [
            .. await SequentialFromClient(cluster.Client, cancellationToken),
            .. await SequentialFromGrain(cluster.Client),
            .. await ManyToMany(cluster.Client, cancellationToken),
            .. await Activations(cluster.Client),
        ];
    }

    private static async Task<Figure[]> SequentialFromClient(IClusterClient client, CancellationToken cancellationToken)
    {
        // On a pool thread: a console's main thread is as good, but a test's synchronization context would forbid inline calls.
        return await Task.Run(
            async () =>
            {
                var grain = client.GetGrain<IBenchGrain>("sequential");
                await Measure(grain, SequentialCalls / 4);
                return ToFigures("sequential call, caller outside of grains", await Measure(grain, SequentialCalls));
            },
            cancellationToken);
    }

    private static async Task<Figure[]> SequentialFromGrain(IClusterClient client)
    {
        var caller = client.GetGrain<IBenchCallerGrain>("caller");
        await caller.CallMany("callee", SequentialCalls / 4);
        return ToFigures("sequential call, caller in a grain", await caller.CallMany("callee", SequentialCalls));
    }

    private static async Task<Figure[]> ManyToMany(IClusterClient client, CancellationToken cancellationToken)
    {
        var grains = Enumerable.Range(0, Grains).Select(i => client.GetGrain<IBenchGrain>($"many{i}")).ToArray();
        foreach (var grain in grains)
        {
            await grain.Add(1);
        }

        var best = 0.0;
        var cpu = double.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            stop.CancelAfter(TimeSpan.FromSeconds(1.5));
            var began = Stopwatch.GetTimestamp();
            var cpuBegan = Environment.CpuUsage.TotalTime;
            var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(n => Task.Run(() => CallAround(grains, n, stop.Token), cancellationToken)));
            best = Math.Max(best, counts.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds);
            cpu = Math.Min(cpu, (Environment.CpuUsage.TotalTime - cpuBegan).TotalMicroseconds / counts.Sum());
        }

        return
        [
            new Figure($"{Grains:N0} grains, {Callers} callers", best, "calls/s", 2_500_000, null),
            new Figure($"{Grains:N0} grains, {Callers} callers: processor time per call", cpu, "us", null, null),
        ];
    }

    private static async Task<long> CallAround(IBenchGrain[] grains, int offset, CancellationToken stop)
    {
        var count = 0L;
        for (var i = offset; !stop.IsCancellationRequested; i += 7)
        {
            await grains[i % grains.Length].Add(1);
            count++;
        }

        return count;
    }

    private static async Task<Figure[]> Activations(IClusterClient client)
    {
        await Activate(client, "warm", IdleGrains / 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var began = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        await Activate(client, "idle", IdleGrains);
        var elapsed = Stopwatch.GetElapsedTime(began);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var after = GC.GetTotalMemory(forceFullCollection: true);
        return
        [
            new Figure("new activations", IdleGrains / elapsed.TotalSeconds, "activations/s", 200_000, null),
            new Figure("new activations: processor time of each", cpu.TotalMicroseconds / IdleGrains, "us", null, null),
            new Figure("managed memory per idle activation", (after - before) / (double)IdleGrains, "B", null, 700),
        ];
    }

    private static Task Activate(IClusterClient client, string prefix, int count) =>
        Task.WhenAll(Enumerable.Range(0, 4).Select(part => Task.Run(async () =>
        {
            for (var i = part; i < count; i += 4)
            {
                await client.GetGrain<IBenchGrain>($"{prefix}{i}").Add(1);
            }
        })));

    internal static async Task<CallCosts> Measure(IBenchGrain grain, int calls)
    {
        var times = new long[calls];
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < calls; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await grain.Add(1);
            times[i] = Stopwatch.GetTimestamp() - began;
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Array.Sort(times);
        return new CallCosts(ToMicroseconds(times[calls / 2]), ToMicroseconds(times[calls / 100 * 99]), allocated / (double)calls);
    }

    private static double ToMicroseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    private static Figure[] ToFigures(string name, CallCosts costs) =>
    [
        new($"{name}: p50", costs.Median, "us", null, 1.2),
        new($"{name}: p99", costs.P99, "us", null, null),
        new($"{name}: allocated", costs.Allocated, "B", null, 200),
    ];
}
