using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Switchboard.Bench.Speech.Live;

/// <summary>
/// A thousand live sessions through the gateway, a process of its own, to a stub engine; the same through haproxy, and straight, in the
/// same run. The gateway is the whole product with its database: keys, limits, session rows and metering run as they always do.
/// </summary>
internal static class LiveBench
{
    private const int Sessions = 1_000;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Straight = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Relayed = TimeSpan.FromSeconds(15);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        using var engine = new StubEngine();
        await using var gateway = await GatewayUnderTest.StartAsync(engine.Address, cancellationToken);
        var straight = Measure(engine, engine.Address, null, null, Straight);
        Turn relayed;
        using (var haproxy = await Haproxy.StartAsync(engine.Address, cancellationToken))
        {
            Measure(engine, haproxy.Address, null, haproxy.ProcessId, TimeSpan.FromSeconds(1), sessions: 100);
            relayed = Measure(engine, haproxy.Address, null, haproxy.ProcessId, Relayed);
        }

        // What the measured turn runs is compiled by then, which takes the compiler a while; memory is what the process holds with few sessions.
        Measure(engine, gateway.Address, gateway.Key, gateway.ProcessId, WarmUp, sessions: 50);
        var idle = await IdleAsync(gateway, cancellationToken);
        var own = Measure(engine, gateway.Address, gateway.Key, gateway.ProcessId, Relayed);
        var opens = OpenBench.Run(gateway.Address, gateway.Key);
        return
        [
            new Figure($"live sessions of 16 kHz held to their end, of {Sessions}", own.ClosedWell, "sessions", Sessions, null),
            new Figure("audio that reached the engine, of what was sent", own.Arrived * 100, "%", 100, null),
            new Figure("client to engine: a frame's added latency, p99", own.FrameP99 - straight.FrameP99, "ms", null, 10),
            new Figure("the same through haproxy", relayed.FrameP99 - straight.FrameP99, "ms", null, null),
            new Figure("engine to client: a result's added latency, p99", own.ResultP99 - straight.ResultP99, "ms", null, 10),
            new Figure("the same through haproxy", relayed.ResultP99 - straight.ResultP99, "ms", null, null),
            new Figure("straight: a frame's latency, p99", straight.FrameP99, "ms", null, null),
            new Figure("CPU for a live session", own.Cpu * 1e6 / Sessions, "us/s", null, null),
            new Figure("CPU for a live session through haproxy", relayed.Cpu * 1e6 / Sessions, "us/s", null, null),
            new Figure("CPU of the process without sessions, counted in", idle * 1e6 / Sessions, "us/s", null, null),
            new Figure("CPU for a live session against haproxy", own.Cpu / relayed.Cpu, "times", null, 2.5),
            new Figure("memory for a live session, audio since its last final result included", own.Memory / Sessions, "KB", null, 48),
            .. opens,
        ];
    }

    private static async Task<double> IdleAsync(GatewayUnderTest gateway, CancellationToken cancellationToken)
    {
        var (before, started) = (ProcessUse.Cpu(gateway.ProcessId), Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, cancellationToken);
        return (ProcessUse.Cpu(gateway.ProcessId) - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static Turn Measure(StubEngine engine, IPEndPoint server, string? key, int? process, TimeSpan length, int sessions = Sessions)
    {
        var audioBefore = engine.Audio;
        var memoryBefore = process is { } one ? ProcessUse.Resident(one) : 0;
        using var load = LiveLoad.Open(server, key, sessions);
        load.Speak(Settle);
        engine.Frames.Begin();
        load.Results.Begin();
        var (cpuBefore, started) = (process is { } two ? ProcessUse.Cpu(two) : 0, Stopwatch.GetTimestamp());
        load.Speak(length);
        var cpu = process is { } three ? (ProcessUse.Cpu(three) - cpuBefore) / Stopwatch.GetElapsedTime(started).TotalSeconds : 0;
        var memory = process is { } four ? ProcessUse.Resident(four) - memoryBefore : 0;
        load.Close(TimeSpan.FromSeconds(15));
        engine.Frames.End();
        load.Results.End();
        var arrived = (engine.Audio - audioBefore) / (double)(load.Frames * Wire.FrameBytes);
        var turn = new Turn(engine.Frames.Percentile(0.99), load.Results.Percentile(0.99), cpu, memory, load.ClosedWell, arrived);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {sessions} sessions at {server}: frames p50 {engine.Frames.Percentile(0.5):F2} p99 {turn.FrameP99:F2} p99.9 {engine.Frames.Percentile(0.999):F2} ms, "
            + $"results p50 {load.Results.Percentile(0.5):F2} p99 {turn.ResultP99:F2} ms, CPU {cpu:F3}, memory {memory / sessions:F1} KB, "
            + $"closed well {turn.ClosedWell}, arrived {arrived:P3}"));
        return turn;
    }

    private sealed record Turn(double FrameP99, double ResultP99, double Cpu, double Memory, int ClosedWell, double Arrived);
}
