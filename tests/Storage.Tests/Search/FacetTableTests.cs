using Npgsql;
using Switchboard.Storage.Search;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search;

/// <summary>The table that cases are counted by follows the log. Each test has a database of its own: a place in the log is the whole database's.</summary>
public sealed class FacetTableTests(ITestOutputHelper output)
{
    private const string Differences =
        """
        select (select count(*) from case_facet f full join case_facet_now n on n.case_id = f.case_id
            where (f.rank, f.status_group, f.project_id, f.type_id, f.assignee_id, f.created_by, f.created_at, f.archived_at)
                is distinct from (n.rank, n.status_group, n.project_id, n.type_id, n.assignee_id, n.created_by, n.created_at, n.archived_at))
            + (select count(*) from (select * from case_facet_sum where cases > 0) s full join (
                select org_id, project_id, type_id, rank, status_group, archived_at is not null as archived, count(*) as cases
                from case_facet_now group by 1, 2, 3, 4, 5, 6) n using (org_id, project_id, type_id, rank, status_group, archived)
            where s.cases is distinct from n.cases)
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_was_committed_before_is_in_it_whoever_writes_and_catches_up_at_once()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var database = await TestDatabase.CreateAsync();
        var org = SearchCases.Make(seed, 200);
        await SearchRows.WriteAsync(database.DataSource, org, Cancelled);
        var table = new FacetTable(database.DataSource);

        // Writers of cases of their own; some transactions stay open while others commit.
        await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            var random = new Random(seed + writer);
            for (var i = 0; i < 25; i++)
            {
                await using var connection = await database.DataSource.OpenConnectionAsync(Cancelled);
                await using var transaction = await connection.BeginTransactionAsync(Cancelled);
                var id = org.Cases[(random.Next(30) * 6) + writer].Id;
                await ChangeAsync(connection, org.OrgId, id, random);
                if (random.Next(3) == 0)
                {
                    await table.CatchUpAsync(Cancelled);
                }

                await transaction.CommitAsync(Cancelled);
                await table.CatchUpAsync(Cancelled);
                (await OfAsync(database, id)).ShouldBeTrue($"seed {seed}: a committed change of {id} is missing");
            }
        })));
        await table.CatchUpAsync(Cancelled);
        (await database.ExecuteAsync(Differences)).ShouldBe(0L);
    }

    [Fact]
    public async Task A_transaction_that_commits_late_is_not_skipped()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = SearchCases.Make(3, 20);
        await SearchRows.WriteAsync(database.DataSource, org, Cancelled);
        var table = new FacetTable(database.DataSource);
        await using var late = await database.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await late.BeginTransactionAsync(Cancelled);
        await ChangeAsync(late, org.OrgId, org.Cases[0].Id, new Random(1));
        for (var i = 1; i < 10; i++)
        {
            await using var connection = await database.DataSource.OpenConnectionAsync(Cancelled);
            await ChangeAsync(connection, org.OrgId, org.Cases[i].Id, new Random(i));
            await table.CatchUpAsync(Cancelled);
        }

        await transaction.CommitAsync(Cancelled);
        await table.CatchUpAsync(Cancelled);
        (await database.ExecuteAsync(Differences)).ShouldBe(0L);
    }

    [Fact]
    public async Task More_events_than_a_batch_and_many_of_one_transaction_are_all_taken_in()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = SearchCases.Make(5, 300);
        await SearchRows.WriteAsync(database.DataSource, org, Cancelled);
        await database.ExecuteAsync("update \"case\" set priority = (priority + 1) % 6");
        await database.ExecuteAsync("""
            insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            select c.org_id, 'case', c.id, 1 + i, gen_random_uuid(), 'case.priority_changed', 1, '{}', '{}', now(), now()
            from generate_series(1, 40) i, "case" c
            """);
        await new FacetTable(database.DataSource).CatchUpAsync(Cancelled);
        (await database.ExecuteAsync(Differences)).ShouldBe(0L);
    }

    [Fact]
    public async Task Deleted_cases_go_and_another_epoch_makes_the_table_anew()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = SearchCases.Make(6, 20);
        await SearchRows.WriteAsync(database.DataSource, org, Cancelled);
        var table = new FacetTable(database.DataSource);
        await database.ExecuteAsync($"delete from \"case\" where id = '{org.Cases[0].Id}'");
        await LogAsync(database, org, 0);
        await table.CatchUpAsync(Cancelled);
        (await database.ExecuteAsync("select count(*) from case_facet")).ShouldBe(19L);
        (await database.ExecuteAsync("select sum(cases)::bigint from case_facet_sum")).ShouldBe(19L);

        // As after a restore: no event tells what happened.
        await database.ExecuteAsync("update \"case\" set priority = (priority + 1) % 6");
        await database.ExecuteAsync("update case_facet_place set tx = '4000000000'::xid8");
        await database.ExecuteAsync("update store_epoch set epoch = epoch + 1");
        await table.CatchUpAsync(Cancelled);
        (await database.ExecuteAsync(Differences)).ShouldBe(0L);

        await database.ExecuteAsync("update \"case\" set priority = (priority + 1) % 6");
        await LogAsync(database, org, 1);
        await table.CatchUpAsync(Cancelled);
        (await OfAsync(database, org.Cases[1].Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task Sums_that_are_wrong_are_put_right_when_the_table_is_made_anew()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = SearchCases.Make(7, 60);
        await SearchRows.WriteAsync(database.DataSource, org, Cancelled);
        await database.ExecuteAsync("update case_facet_sum set cases = 0");
        await database.ExecuteAsync("insert into case_facet_sum select org_id, project_id, type_id, (rank + 1) % 6, status_group, archived, 3 from case_facet_sum on conflict do nothing");
        (await database.ExecuteAsync(Differences)).ShouldNotBe(0L);

        await database.ExecuteAsync("select case_facet_refill()");
        (await database.ExecuteAsync(Differences)).ShouldBe(0L);
    }

    private static async Task LogAsync(TestDatabase database, SearchCases org, int index) => await database.ExecuteAsync($$"""
        insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
        values ('{{org.OrgId}}', 'case', '{{org.Cases[index].Id}}', 9, gen_random_uuid(), 'case.deleted', 1, '{}', '{}', now(), now())
        """);

    private static async Task ChangeAsync(NpgsqlConnection connection, Guid org, Guid id, Random random)
    {
        await using var command = new NpgsqlCommand(
            $$"""
            update "case" set priority = {{random.Next(6)}}, status_group = {{random.Next(3)}}, archived_at = {{(random.Next(2) == 0 ? "null" : "now()")}}, version = version + 1
            where id = '{{id}}';
            insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            select '{{org}}', 'case', '{{id}}', version, gen_random_uuid(), 'case.changed', 1, '{}', '{}', now(), now() from "case" where id = '{{id}}'
            """,
            connection);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    /// <summary>Whether the table has the case as its row is; a case that nobody else changes.</summary>
    private static async Task<bool> OfAsync(TestDatabase database, Guid id) => (bool)(await database.ExecuteAsync(
        $"select exists (select from case_facet f join case_facet_now n using (case_id) where n.case_id = '{id}' and f.rank = n.rank and f.archived_at is not distinct from n.archived_at)"))!;
}
