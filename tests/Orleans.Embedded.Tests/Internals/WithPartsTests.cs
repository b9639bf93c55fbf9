using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Statistics;

namespace Orleans.Embedded.Tests.Internals;

/// <summary>Semantics of Orleans that a test can bring about only with parts of the embedded engine in its hands.</summary>
public sealed class WithPartsTests
{
    private static TimeSpan Minute => TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Ticks_that_were_missed_are_skipped()
    {
        var time = new FakeTime();
        var table = new Reminders.InMemoryReminderTable();
        var name = Gates.NewName();
        await using (var first = await TestSilo.StartAsync(s => s.Services.AddSingleton<IReminderTable>(table), time))
        {
            await first.Client.GetGrain<IRemindedGrain>("a").Register(name, Minute, 10 * Minute, name);
        }

        time.Advance(35 * Minute);
        Gates.Arrivals(name).ShouldBe(0);
        await using var second = await TestSilo.StartAsync(s => s.Services.AddSingleton<IReminderTable>(table), time);
        time.Advance(6 * Minute);
        await Gates.ArrivedAsync(name);

        Journal.Read(name).ShouldBe(["40 00:10:00"]);
    }

    [Fact]
    public async Task Activations_are_shed_when_memory_is_short_longest_idle_first()
    {
        var time = new FakeTime();
        var memory = new FakeMemory();
        await using var silo = await TestSilo.StartAsync(
            s =>
            {
                s.Services.AddSingleton<IEnvironmentStatisticsProvider>(memory);
                s.Configure<GrainCollectionOptions>(o => o.EnableActivationSheddingOnMemoryPressure = true);
            },
            time);
        for (var i = 0; i < 10; i++)
        {
            await silo.Client.GetGrain<IMortalGrain>($"shed{i}").Incarnation();
            time.Advance(TimeSpan.FromSeconds(2));
        }

        var first = silo.Cluster.WaitForDeactivationAsync(silo.Client.GetGrain<IMortalGrain>("shed0"));
        memory.UsedPercent = 90;
        time.Advance(TimeSpan.FromSeconds(5));
        await first;
        memory.UsedPercent = 50;
        time.Advance(TimeSpan.FromSeconds(10));

        silo.Cluster.TryGetGrainContext(silo.Client.GetGrain<IMortalGrain>("shed9").GetGrainId(), out _).ShouldBeTrue();
    }

    private sealed class FakeMemory : IEnvironmentStatisticsProvider
    {
        internal int UsedPercent { get; set; } = 10;

        public EnvironmentStatistics GetEnvironmentStatistics() => new(0, UsedPercent, 100 - UsedPercent, 100);
    }
}
