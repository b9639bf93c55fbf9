using Switchboard.Testing;

namespace Switchboard.Storage.Tests.Testing;

public sealed class FakeTimeProviderTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Time_stands_still_until_it_is_moved()
    {
        var before = _time.GetUtcNow();

        _time.GetUtcNow().ShouldBe(before);
        _time.Advance(TimeSpan.FromHours(1));
        _time.GetUtcNow().ShouldBe(before.AddHours(1));
        _time.GetElapsedTime(before.UtcTicks).ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_delay_ends_when_its_time_has_come()
    {
        var delay = Task.Delay(TimeSpan.FromMinutes(5), _time, TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromMinutes(4));
        delay.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMinutes(1));

        await delay;
        _time.WaitingTimers.ShouldBe(0);
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_own_time()
    {
        var start = _time.GetUtcNow();
        var fired = new List<(string Name, TimeSpan At)>();
        using var every = _time.CreateTimer(_ => fired.Add(("every", _time.GetUtcNow() - start)), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var once = _time.CreateTimer(_ => fired.Add(("once", _time.GetUtcNow() - start)), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(5));

        fired.ShouldBe([("every", TimeSpan.FromSeconds(2)), ("once", TimeSpan.FromSeconds(3)), ("every", TimeSpan.FromSeconds(4))]);
    }

    [Fact]
    public void A_timer_that_is_disposed_of_does_not_fire()
    {
        var fired = 0;
        var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        timer.Dispose();

        _time.Advance(TimeSpan.FromSeconds(10));

        fired.ShouldBe(1);
    }
}
