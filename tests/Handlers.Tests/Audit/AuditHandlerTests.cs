using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Audit;
using Switchboard.Handlers.Audit;
using Switchboard.Storage.Databases;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Audit;

/// <summary>The log on a real PostgreSQL. The tests share the database; each works in organisations of its own.</summary>
public sealed class AuditHandlerTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private readonly AuditHandler _handler = new();
    private readonly TestStorage _storage = TestStorage.Connect(fixture.Database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AuditLog Log => new(_storage.Services.GetRequiredService<TenantDatabases>());

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task Every_event_becomes_an_entry_with_who_what_when_and_both_values()
    {
        var org = Guid.NewGuid();
        var user = Guid.NewGuid();
        var changed = Deliveries.Event(org, Guid.NewGuid(), 4, new PriorityChanged(CasePriority.P3, CasePriority.P1), actor: Actor.User(user));

        await _handler.WriteAsync(fixture.Database.DataSource, [changed], Token);

        var entry = (await Log.ListAsync(new AuditQuery(org, 10), Token)).ShouldHaveSingleItem();
        entry.Number.ShouldBe(1);
        entry.Type.ShouldBe("case.priority_changed");
        (entry.TargetType, entry.TargetId, entry.TargetVersion).ShouldBe(("case", changed.Record.StreamId, 4));
        entry.Actor.ShouldBe(Actor.User(user));
        entry.RequestId.ShouldBe(changed.Record.CorrelationId);
        entry.OccurredAt.ShouldBe(changed.Record.OccurredAt);
        entry.Details.ShouldBe("""{"from":"P3","to":"P1"}""");
    }

    [Fact]
    public async Task Redelivered_events_are_entered_once_even_when_their_marks_are_gone()
    {
        var org = Guid.NewGuid();
        var events = Changes(org, 20);

        await _handler.WriteAsync(fixture.Database.DataSource, [.. events[..10], events[3]], Token);
        await _handler.WriteAsync(fixture.Database.DataSource, events, Token);
        await _handler.WriteAsync(fixture.Database.DataSource, events, Token);

        var entries = await Log.ListAsync(new AuditQuery(org, 100), Token);
        entries.Select(entry => entry.EventId).ShouldBe(events.Select(one => one.Record.EventId), ignoreOrder: true);
        await ShouldBeWholeAsync(org, 20);
    }

    [Fact]
    public async Task Batches_of_many_organisations_at_once_leave_every_chain_whole()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        var orgs = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        var events = orgs.SelectMany(org => Changes(org, 40)).ToArray();
        random.Shuffle(events);

        await Parallel.ForEachAsync(
            events.Chunk(25).Select((batch, index) => (batch, index)),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token },
            async (one, token) =>
            {
                if (one.index % 3 == 0)
                {
                    await _handler.WriteAsync(fixture.Database.DataSource, one.batch, token, commit: false); // died before the commit
                }

                await _handler.WriteAsync(fixture.Database.DataSource, one.batch, token);
            });

        foreach (var org in orgs)
        {
            await ShouldBeWholeAsync(org, 40);
        }
    }

    [Theory]
    [InlineData("update audit_event set actor_id = gen_random_uuid() where org_id = '{org}'")]
    [InlineData("delete from audit_event where org_id = '{org}'")]
    [InlineData("truncate audit_event")]
    [InlineData("delete from audit_chain where org_id = '{org}'")]
    [InlineData("truncate audit_chain")]
    [InlineData("update audit_chain set number = number - 1 where org_id = '{org}'")]
    public async Task Entries_can_be_neither_changed_nor_deleted(string sql)
    {
        var org = Guid.NewGuid();
        await _handler.WriteAsync(fixture.Database.DataSource, Changes(org, 3), Token);

        var refused = await Should.ThrowAsync<PostgresException>(() => fixture.Database.ExecuteAsync(sql.Replace("{org}", org.ToString())));

        refused.SqlState.ShouldBe("SB403");
        await ShouldBeWholeAsync(org, 3);
    }

    [Theory]
    [InlineData("update audit_event set details = '{\"from\":\"P1\",\"to\":\"P1\"}' where org_id = '{org}' and number = 5", AuditFaultKind.Changed, 5)]
    [InlineData("update audit_event set actor_id = gen_random_uuid() where org_id = '{org}' and number = 1", AuditFaultKind.Changed, 1)]
    [InlineData("delete from audit_event where org_id = '{org}' and number = 7", AuditFaultKind.Missing, 7)]
    [InlineData("delete from audit_event where org_id = '{org}' and number > 7", AuditFaultKind.Missing, 8)]
    [InlineData("delete from audit_event where org_id = '{org}'", AuditFaultKind.Missing, 1)]
    [InlineData("delete from audit_chain where org_id = '{org}'", AuditFaultKind.HeadDiffers, 1)]
    public async Task Whoever_gets_around_the_triggers_is_found_out(string sql, AuditFaultKind kind, long number)
    {
        var org = Guid.NewGuid();
        await _handler.WriteAsync(fixture.Database.DataSource, Changes(org, 10), Token);
        await using (var connection = await fixture.Database.DataSource.OpenConnectionAsync(Token))
        {
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("set session_replication_role = replica"),
                    new(sql.Replace("{org}", org.ToString())),
                    new("reset session_replication_role"),
                },
            };
            await batch.ExecuteNonQueryAsync(Token);
        }

        var report = (await Log.VerifyAsync(new AuditCheck(org, 0, 1000), Token)).ShouldHaveSingleItem();

        report.Whole.ShouldBeFalse();
        report.Fault.ShouldNotBeNull().Kind.ShouldBe(kind);
        report.Fault.Number.ShouldBe(number);
        report.Complete.ShouldBeFalse();
    }

    [Fact]
    public async Task A_long_chain_is_checked_in_pieces()
    {
        var org = Guid.NewGuid();
        await _handler.WriteAsync(fixture.Database.DataSource, Changes(org, 2_500), Token);

        var first = (await Log.VerifyAsync(new AuditCheck(org, 0, 1_200), Token)).ShouldHaveSingleItem();
        (first.Whole, first.Complete, first.From, first.To, first.Head).ShouldBe((true, false, 1, 1_200, 2_500));
        var rest = (await Log.VerifyAsync(new AuditCheck(org, first.To, 10_000), Token)).ShouldHaveSingleItem();
        (rest.Whole, rest.Complete, rest.From, rest.To).ShouldBe((true, true, 1_201, 2_500));
        var none = (await Log.VerifyAsync(new AuditCheck(Guid.NewGuid(), 0, 10), Token)).ShouldHaveSingleItem();
        (none.Whole, none.Complete, none.Head, none.HeadHash.Length).ShouldBe((true, true, 0, 0));
        var noted = new AuditCheck(org, 0, 10_000) { Known = (2_500, rest.HeadHash) };
        (await Log.VerifyAsync(noted, Token)).ShouldHaveSingleItem().Whole.ShouldBeTrue();
        (await Log.VerifyAsync(noted with { Known = (3, rest.HeadHash) }, Token)).ShouldHaveSingleItem().Fault!.Kind.ShouldBe(AuditFaultKind.WrittenAnew);
    }

    [Fact]
    public async Task Entries_are_found_by_actor_type_target_request_and_time_and_paged_through_in_both_orders()
    {
        var org = Guid.NewGuid();
        var user = Guid.NewGuid();
        var target = Guid.NewGuid();
        var events = Changes(org, 30);
        events[4] = Deliveries.Event(org, target, 1, new CaseArchived(), actor: Actor.User(user), at: events[4].Record.OccurredAt);
        events[9] = Deliveries.Event(org, target, 2, new CaseUnarchived(), at: events[8].Record.OccurredAt);
        await _handler.WriteAsync(fixture.Database.DataSource, events, Token);
        var all = new AuditQuery(org, 1000);

        (await IdsAsync(all with { ActorId = user })).ShouldBe([events[4].Record.EventId]);
        (await IdsAsync(all with { Type = "case.archived" })).ShouldBe([events[4].Record.EventId]);
        (await IdsAsync(all with { Type = "case.*archived" })).ShouldBeEmpty();
        (await IdsAsync(all with { Type = "case.un*" })).ShouldBe([events[9].Record.EventId]);
        (await IdsAsync(all with { TargetId = target, Ascending = true })).ShouldBe([events[4].Record.EventId, events[9].Record.EventId]);
        (await IdsAsync(all with { TargetType = "project" })).ShouldBeEmpty();
        (await IdsAsync(all with { RequestId = events[2].Record.CorrelationId })).ShouldBe([events[2].Record.EventId]);
        (await IdsAsync(all with { Tenant = "on-call" })).ShouldBeEmpty();
        (await IdsAsync(all with { From = events[10].Record.OccurredAt, To = events[20].Record.OccurredAt })).Length.ShouldBe(10);
        (await IdsAsync(all with { OrgId = Guid.NewGuid() })).ShouldBeEmpty();

        var newest = await PagesAsync(all with { Limit = 7 });
        newest.Length.ShouldBe(30);
        newest.ShouldBe((await PagesAsync(all with { Limit = 4, Ascending = true })).Reverse());
    }

    private async Task<Guid[]> PagesAsync(AuditQuery query)
    {
        var found = new List<Guid>();
        while (true)
        {
            var page = await Log.ListAsync(query, Token);
            found.AddRange(page.Select(entry => entry.EventId));
            if (page.Length < query.Limit)
            {
                return [.. found];
            }

            query = query with { After = new AuditPlace(page[^1].RecordedAt, page[^1].EventId) };
        }
    }

    private async Task<Guid[]> IdsAsync(AuditQuery query) => [.. (await Log.ListAsync(query, Token)).Select(entry => entry.EventId)];

    private async Task ShouldBeWholeAsync(Guid org, long length)
    {
        var report = (await Log.VerifyAsync(new AuditCheck(org, 0, 100_000), Token)).ShouldHaveSingleItem();
        report.Fault.ShouldBeNull();
        (report.Complete, report.To, report.Head).ShouldBe((true, length, length));
    }

    private static HandledEvent[] Changes(Guid org, int count) =>
        [.. Enumerable.Range(1, count).Select(version => Deliveries.Event(org, org, version, new PriorityChanged(CasePriority.P2, CasePriority.P1)))];
}
