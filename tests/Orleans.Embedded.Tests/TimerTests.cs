using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface ITimedGrain : IGrainWithStringKey
{
    Task Start(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive, string gate);

    Task<int> Ticks();

    Task Hold(string gate);

    Task Stop();

    Task<bool> StartOutside();

    Task Change(TimeSpan due, TimeSpan period);
}

public sealed class TimedGrain : Grain, ITimedGrain
{
    private IGrainTimer? _timer;
    private int _ticks;

    public Task Start(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive, string gate)
    {
        _timer = this.RegisterGrainTimer(
            async (state, ct) =>
            {
                _ticks++;
                Journal.Write(state, ct.CanBeCanceled ? "tick" : "tick without token");
                await Gates.PassAsync(state);
                if (_ticks == 2)
                {
                    throw new CustomFailure("the second tick fails");
                }
            },
            gate,
            new GrainTimerCreationOptions(due, period) { Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);

    public Task Hold(string gate) => Gates.PassAsync(gate);

    public Task Stop()
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public async Task<bool> StartOutside()
    {
        try
        {
            await Task.Run(() => this.RegisterGrainTimer(() => Task.CompletedTask, TimeSpan.Zero, TimeSpan.FromSeconds(1)));
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public Task Change(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }
}

public class TimerTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>No timer of the engine itself has such a period.</summary>
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(7.7);

    [Fact]
    public async Task The_period_begins_at_the_end_of_a_tick_and_a_failing_tick_does_not_end_the_timer()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var grain = silo.Client.GetGrain<ITimedGrain>("a");
        var gate = Gates.NewName();
        await grain.Start(s_tick, s_tick, interleave: true, keepAlive: false, gate);

        time.Advance(s_tick * 5);
        await Gates.ArrivedAsync(gate);
        (await grain.Ticks()).ShouldBe(1);

        Gates.Open(gate);
        for (var ticks = 2; ticks <= 4; ticks++)
        {
            await time.ArmedAsync(s_tick);
            time.Advance(s_tick);
            await Gates.ArrivedAsync(gate, ticks);
        }

        Journal.Read(gate).ShouldAllBe(e => e == "tick");
    }

    [Fact]
    public async Task A_tick_that_does_not_interleave_waits_for_the_running_request()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var grain = silo.Client.GetGrain<ITimedGrain>("a");
        var (gate, hold) = (Gates.NewName(), Gates.NewName());
        Gates.Open(gate);
        await grain.Start(s_second, s_second, interleave: false, keepAlive: false, gate);
        var busy = grain.Hold(hold);
        await Gates.ArrivedAsync(hold);

        time.Advance(s_second * 3);
        Gates.Arrivals(gate).ShouldBe(0);

        Gates.Open(hold);
        await busy;
        await Gates.ArrivedAsync(gate);
    }

    [Fact]
    public async Task An_interleaving_tick_runs_beside_the_running_request()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var grain = silo.Client.GetGrain<ITimedGrain>("a");
        var (gate, hold) = (Gates.NewName(), Gates.NewName());
        Gates.Open(gate);
        await grain.Start(s_second, s_second, interleave: true, keepAlive: false, gate);
        var busy = grain.Hold(hold);
        await Gates.ArrivedAsync(hold);

        time.Advance(s_second);
        await Gates.ArrivedAsync(gate);

        Gates.Open(hold);
        await busy;
    }

    [Fact]
    public async Task Ticks_keep_the_activation_only_if_they_are_to()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var (kept, idle) = (silo.Client.GetGrain<ITimedGrain>("kept"), silo.Client.GetGrain<ITimedGrain>("idle"));
        var (keptGate, idleGate) = (Gates.NewName(), Gates.NewName());
        Gates.Open(keptGate);
        Gates.Open(idleGate);
        var period = TimeSpan.FromSeconds(47.3);
        await kept.Start(period, period, interleave: true, keepAlive: true, keptGate);
        await idle.Start(TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(31), interleave: true, keepAlive: false, idleGate);
        var gone = silo.Cluster.WaitForDeactivationAsync(idle);

        // A round of collection that meets a running tick leaves the activation to a later round.
        for (var tick = 1; tick <= 25 || (tick <= 80 && !gone.IsCompleted); tick++)
        {
            time.Advance(period);
            await Gates.ArrivedAsync(keptGate, tick);
            await time.ArmedAsync(period);
        }

        await gone;
        silo.Cluster.TryGetGrainContext(kept.GetGrainId(), out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_disposed_timer_ticks_no_more()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var grain = silo.Client.GetGrain<ITimedGrain>("a");
        var gate = Gates.NewName();
        await grain.Start(s_second, s_second, interleave: true, keepAlive: false, gate);
        await grain.Stop();

        time.Advance(s_second * 10);

        (await grain.Ticks()).ShouldBe(0);
    }

    [Fact]
    public async Task Changing_a_timer_sets_new_times()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var grain = silo.Client.GetGrain<ITimedGrain>("a");
        var gate = Gates.NewName();
        Gates.Open(gate);
        await grain.Start(Timeout.InfiniteTimeSpan, s_second, interleave: true, keepAlive: false, gate);
        time.Advance(TimeSpan.FromMinutes(1));
        Gates.Arrivals(gate).ShouldBe(0);

        await grain.Change(s_second, Timeout.InfiniteTimeSpan);
        time.Advance(s_second);
        await Gates.ArrivedAsync(gate);
        time.Advance(TimeSpan.FromMinutes(1));
        (await grain.Ticks()).ShouldBe(1);
    }

    [Fact]
    public async Task Timers_are_only_registered_from_turns()
    {
        await using var silo = await TestSilo.StartAsync();

        (await silo.Client.GetGrain<ITimedGrain>("a").StartOutside()).ShouldBeFalse();
    }
}
