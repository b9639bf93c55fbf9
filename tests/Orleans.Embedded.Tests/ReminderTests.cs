using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface IRemindedGrain : IGrainWithStringKey
{
    Task Register(string name, TimeSpan due, TimeSpan period, string gate);

    Task<bool> Unregister(string name);

    Task<List<string>> Names();
}

public sealed class RemindedGrain : Grain, IRemindedGrain, IRemindable
{
    public async Task Register(string name, TimeSpan due, TimeSpan period, string gate)
    {
        Gates.Open(gate);
        await this.RegisterOrUpdateReminder(name, due, period);
    }

    public async Task<bool> Unregister(string name)
    {
        if (await this.GetReminder(name) is not { } reminder)
        {
            return false;
        }

        await this.UnregisterReminder(reminder);
        return true;
    }

    public async Task<List<string>> Names() => [.. (await this.GetReminders()).Select(r => r.ReminderName)];

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Journal.Write(reminderName, FormattableString.Invariant($"{(status.CurrentTickTime - status.FirstTickTime).TotalMinutes} {status.Period}"));
        await Gates.PassAsync(reminderName);
        if (Journal.Read(reminderName).Length == 1)
        {
            throw new CustomFailure("the first tick fails");
        }
    }
}

public class ReminderTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_reminder_ticks_at_its_anchored_times_although_a_tick_fails()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var name = Gates.NewName();
        var period = TimeSpan.FromMinutes(1.25);
        await silo.Client.GetGrain<IRemindedGrain>("a").Register(name, s_minute, period, name);

        for (var tick = 1; tick <= 3; tick++)
        {
            time.Advance(tick == 1 ? s_minute : period);
            await Gates.ArrivedAsync(name, tick);
            await time.ArmedAsync(period);
        }

        Journal.Read(name).ShouldBe(["0 00:01:15", "1.25 00:01:15", "2.5 00:01:15"]);
    }

    [Fact]
    public async Task A_reminder_wakes_a_grain_that_is_not_active()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var name = Gates.NewName();
        var grain = silo.Client.GetGrain<IRemindedGrain>("a");
        await grain.Register(name, s_minute, s_minute, name);
        await silo.Cluster.DeactivateAsync(grain);

        time.Advance(s_minute);

        await Gates.ArrivedAsync(name);
    }

    [Fact]
    public async Task An_unregistered_reminder_ticks_no_more()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var name = Gates.NewName();
        var grain = silo.Client.GetGrain<IRemindedGrain>("a");
        await grain.Register(name, s_minute, s_minute, name);
        (await grain.Names()).ShouldBe([name]);

        (await grain.Unregister(name)).ShouldBeTrue();

        time.Advance(10 * s_minute);
        Gates.Arrivals(name).ShouldBe(0);
        (await grain.Names()).ShouldBeEmpty();
        (await grain.Unregister(name)).ShouldBeFalse();
    }

    [Fact]
    public async Task Bad_names_and_periods_are_refused()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IRemindedGrain>("a");

        await Should.ThrowAsync<ArgumentException>(() => grain.Register("", s_minute, s_minute, "-"));
        await Should.ThrowAsync<ArgumentException>(() => grain.Register("x", s_minute, TimeSpan.FromSeconds(59), "-"));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => grain.Register("x", s_minute, Timeout.InfiniteTimeSpan, "-"));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => grain.Register("x", -s_minute, s_minute, "-"));
    }
}
