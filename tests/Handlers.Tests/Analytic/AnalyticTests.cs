using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.Analytics;
using Switchboard.Handlers.Analytic;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Analytic;

public sealed class AnalyticTests(DatabaseFixture database, ITestOutputHelper output) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset _start = new(2026, 3, 1, 22, 0, 0, TimeSpan.Zero);
    private readonly Guid _org = Guid.CreateVersion7();
    private readonly Guid _project = Guid.CreateVersion7();
    private HandlerWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _world = HandlerWorld.Create(database.Database);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public void Times_in_states_to_acknowledgement_and_to_resolution_are_those_of_the_events()
    {
        var one = Guid.CreateVersion7();
        var (after, days) = Fold(
        [
            At(one, 1, 0, Opened()),
            At(one, 2, 10, new StatusChanged("Open", StatusGroup.Open, "Triage", StatusGroup.Open)),
            At(one, 3, 30, new StatusChanged("Triage", StatusGroup.Open, "In Progress", StatusGroup.InProgress)),
            At(one, 4, 90, new StatusChanged("In Progress", StatusGroup.InProgress, "Closed", StatusGroup.Closed)),
            At(one, 5, 150, new StatusChanged("Closed", StatusGroup.Closed, "Open", StatusGroup.Open)),
            At(one, 6, 160, new StatusChanged("Open", StatusGroup.Open, "Closed", StatusGroup.Closed)),
        ]);

        after.AcknowledgedAt.ShouldBe(_start.AddMinutes(30));
        after.ResolvedAt.ShouldBe(_start.AddMinutes(90));
        after.Reopens.ShouldBe(1);
        Minutes(after.OpenMicroseconds).ShouldBe(40);
        Minutes(after.InProgressMicroseconds).ShouldBe(60);
        Minutes(after.ClosedMicroseconds).ShouldBe(60);
        days.Keys.Select(day => day.Day).ShouldBe([new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 2)], ignoreOrder: true);
        days.Values.Aggregate(static (sum, day) => sum + day).ShouldBe(new DayDelta(1, 1, 1, 1, 30 * 60_000_000L, 90 * 60_000_000L));
    }

    [Fact]
    public void A_merge_and_its_undoing_are_nobodys_work()
    {
        var one = Guid.CreateVersion7();
        var into = new MergedInto(Guid.CreateVersion7(), "NOC-7", null, new BeforeMerge("Open", StatusGroup.Open, null, false));
        var (merged, days) = Fold(
        [
            At(one, 1, 0, Opened()),
            At(one, 2, 10, new CaseMerged(into)),
            At(one, 3, 10, new StatusChanged("Open", StatusGroup.Open, "Closed", StatusGroup.Closed)),
            At(one, 4, 10, new ClosedReasonChanged(null, ClosedReasons.Duplicate)),
        ]);
        (merged.Merged, merged.ResolvedAt, merged.AcknowledgedAt, merged.ClosedReason).ShouldBe((true, null, null, "DUPLICATE"));
        days.Values.ShouldBe([new DayDelta(Opened: 1)]);

        var (free, _) = Fold(
        [
            At(one, 1, 0, Opened()),
            At(one, 2, 10, new CaseMerged(into)),
            At(one, 3, 10, new StatusChanged("Open", StatusGroup.Open, "Closed", StatusGroup.Closed)),
            At(one, 4, 30, new StatusChanged("Closed", StatusGroup.Closed, "Open", StatusGroup.Open)),
            At(one, 5, 30, new CaseUnmerged(into)),
        ]);
        (free.Merged, free.ResolvedAt, free.Reopens).ShouldBe((false, null, 0));
        Minutes(free.ClosedMicroseconds).ShouldBe(20);
    }

    [Fact]
    public void A_clock_that_was_set_back_takes_no_time_away()
    {
        var one = Guid.CreateVersion7();
        var (after, _) = Fold(
        [
            At(one, 1, 60, Opened()),
            At(one, 2, 30, new StatusChanged("Open", StatusGroup.Open, "In Progress", StatusGroup.InProgress)),
            At(one, 3, 90, new StatusChanged("In Progress", StatusGroup.InProgress, "Closed", StatusGroup.Closed)),
        ]);

        after.OpenMicroseconds.ShouldBe(0);
        Minutes(after.InProgressMicroseconds).ShouldBe(30);
    }

    [Fact]
    public async Task The_tables_are_those_of_a_replay_from_scratch_whatever_was_delivered_twice()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var cases = Enumerable.Range(0, 30).Select(_ => RandomCase(random)).ToArray();

        // Cases side by side, events of a case in order; every tenth comes again, some much later.
        await using var second = HandlerWorld.Create(database.Database);
        await Task.WhenAll(cases.Select((one, index) => DeliverAsync(index % 2 == 0 ? _world : second, one, new Random(seed + index))));

        var expected = cases.Select(one => Fold(one)).ToArray();
        (await CasesAsync()).ShouldBe(expected.Select(one => one.After).OrderBy(one => one.CaseId.ToString()).Select(Line));
        var days = expected.SelectMany(one => one.Days)
            .GroupBy(day => day.Key)
            .ToDictionary(group => group.Key, group => group.Aggregate(default(DayDelta), static (sum, day) => sum + day.Value));
        (await DaysAsync()).ShouldBe(days.OrderBy(day => day.Key.Day).Select(day => Line(day.Key, day.Value)));
    }

    [Fact]
    public async Task Figures_are_grouped_and_bounded_by_time_and_organisation()
    {
        var anna = Guid.CreateVersion7();
        var ids = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var id in ids)
        {
            await HandleAsync(_world, At(id, 1, 0, Opened(id == ids[3] ? CasePriority.P1 : CasePriority.P3)));
        }

        await HandleAsync(_world, At(ids[0], 2, 30, new StatusChanged("Open", StatusGroup.Open, "Closed", StatusGroup.Closed)));
        await HandleAsync(_world, At(ids[1], 2, 10, new AssigneeChanged(null, anna)));
        await HandleAsync(_world, At(ids[2], 2, 10, new CaseDeleted(_project, "NOC-3")));

        (await QueryAsync(AnalyticsGroup.Priority)).Select(figures => (figures.Value, figures.Cases)).ShouldBe([("P3", 2), ("P1", 1)]);
        (await QueryAsync(AnalyticsGroup.Assignee)).Select(figures => (figures.Value, figures.Cases)).ShouldBe([(null, 2), (anna.ToString(), 1)]);
        (await QueryAsync(AnalyticsGroup.Project)).ShouldHaveSingleItem().Value.ShouldBe(_project.ToString());
        var closed = (await QueryAsync(AnalyticsGroup.StatusGroup)).Single(figures => figures.Value == "SG_CLOSED");
        (closed.Cases, closed.Resolved, closed.MeanToResolve, closed.Open).ShouldBe((1, 1, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(30)));
        var day = (await QueryAsync(AnalyticsGroup.Day)).ShouldHaveSingleItem();
        (day.Value, day.Cases, day.Resolved, day.MeanToResolve).ShouldBe(("2026-03-01", 4, 1, TimeSpan.FromMinutes(30)));

        (await QueryAsync(AnalyticsGroup.None)).ShouldHaveSingleItem().Cases.ShouldBe(3);
        (await Analytics.QueryAsync(new AnalyticsQuery(Guid.CreateVersion7(), AnalyticsGroup.None, _start.AddDays(-1), _start.AddDays(1)), Token)).Sum(one => one.Cases).ShouldBe(0);
        (await Analytics.QueryAsync(new AnalyticsQuery(_org, AnalyticsGroup.Priority, _start.AddDays(1), _start.AddDays(2)), Token)).ShouldBeEmpty();
    }

    private ICaseAnalytics Analytics => _world.Services.GetRequiredService<ICaseAnalytics>();

    private ValueTask<ImmutableArray<CaseFigures>> QueryAsync(AnalyticsGroup by) =>
        Analytics.QueryAsync(new AnalyticsQuery(_org, by, _start.AddDays(-1), _start.AddDays(1)), Token);

    private EventRecord[] RandomCase(Random random)
    {
        var id = Guid.CreateVersion7();
        var minutes = random.Next(3000);
        var records = new List<EventRecord> { At(id, 1, minutes, Opened()) };
        var (name, group) = ("Open", StatusGroup.Open);
        for (var version = 2; version <= 20; version++)
        {
            minutes += random.Next(-5, 400);
            DomainEvent body = random.Next(7) switch
            {
                6 => new ClosedReasonChanged(null, random.Next(2) == 0 ? null : "DONE"),
                0 => new PriorityChanged(CasePriority.P1, (CasePriority)random.Next(6)),
                1 => new AssigneeChanged(null, random.Next(2) == 0 ? null : id),
                2 => random.Next(2) == 0 ? new CaseArchived() : new CaseUnarchived(),
                _ => Next(),
            };
            records.Add(At(id, version, minutes, body));
        }

        return [.. records];

        StatusChanged Next()
        {
            var (to, toGroup) = random.Next(3) switch { 0 => ("Open", StatusGroup.Open), 1 => ("Working", StatusGroup.InProgress), _ => ("Closed", StatusGroup.Closed) };
            var changed = new StatusChanged(name, group, to, toGroup);
            (name, group) = (to, toGroup);
            return changed;
        }
    }

    private static async Task DeliverAsync(HandlerWorld world, EventRecord[] records, Random random)
    {
        for (var i = 0; i < records.Length; i++)
        {
            await HandleAsync(world, records[i]);
            if (random.Next(10) == 0)
            {
                await HandleAsync(world, records[random.Next(i + 1)]);
            }
        }
    }

    private (AnalyticCase After, Dictionary<DayKey, DayDelta> Days) Fold(IEnumerable<EventRecord> records)
    {
        AnalyticCase? state = null;
        var days = new Dictionary<DayKey, DayDelta>();
        foreach (var record in records)
        {
            (state, var delta) = AnalyticFold.Apply(state, new HandledEvent(record, _world.Codec.Decode(record)));
            var key = AnalyticFold.DayOf(state, record.OccurredAt);
            if (delta is { } added)
            {
                days[key] = days.GetValueOrDefault(key) + added;
            }
        }

        return (state!, days);
    }

    private async Task<List<string>> CasesAsync() => await LinesAsync(
        $"""
        select concat_ws('|', case_id, version, priority, status_group, status_name, coalesce(assignee_id::text, '-'), archived,
            extract(epoch from state_since)::bigint, open_us, in_progress_us, closed_us, reopens, coalesce(closed_reason, '-'))
        from analytic_case where org_id = '{_org}' order by case_id::text
        """);

    private static string Line(AnalyticCase one) => string.Join(
        '|', one.CaseId, one.Version, (int)one.Priority, (int)one.StatusGroup, one.StatusName, one.AssigneeId?.ToString() ?? "-",
        one.Archived ? "t" : "f", one.StateSince.ToUnixTimeSeconds(), one.OpenMicroseconds, one.InProgressMicroseconds, one.ClosedMicroseconds, one.Reopens,
        one.ClosedReason ?? "-");

    private async Task<List<string>> DaysAsync() => await LinesAsync(
        $"select concat_ws('|', day, opened, acknowledged, resolved, reopened, acknowledge_us, resolve_us) from analytic_day where org_id = '{_org}' order by day");

    private static string Line(DayKey key, DayDelta day) => string.Join(
        '|', key.Day.ToString("yyyy-MM-dd"), day.Opened, day.Acknowledged, day.Resolved, day.Reopened, day.AcknowledgeMicroseconds, day.ResolveMicroseconds);

    private async Task<List<string>> LinesAsync(string sql)
    {
        await using var command = database.Database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var lines = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    private static Task HandleAsync(HandlerWorld world, EventRecord record) => world.PipeTo<AnalyticHandler>().HandleAsync(record, Token).AsTask();

    private EventRecord At(Guid id, long version, int minutes, DomainEvent body) => _world.Record(body, _org, id, version, _start.AddMinutes(minutes));

    private CaseOpened Opened(CasePriority priority = CasePriority.P3) => new(
        _project, "NOC-1", 1, Guid.CreateVersion7(), "t", "", priority, "Open", StatusGroup.Open, null,
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, "MANUAL");

    private static long Minutes(long microseconds) => microseconds / 60_000_000;
}
