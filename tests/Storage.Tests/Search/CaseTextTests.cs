using Npgsql;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search;

/// <summary>The table of what is searched by words and attributes. The database is of this class alone: the first test is about an empty table.</summary>
public sealed class CaseTextTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("update case_text t set said = '' where t.case_id = $1", "uuid", "gen_random_uuid()")]
    [InlineData("update case_text t set said = '' from unnest($1) i where t.case_id = i", "uuid[]", "array[gen_random_uuid()]")]
    public async Task A_plan_that_was_made_while_there_were_no_cases_looks_them_up_by_their_key(string statement, string type, string value)
    {
        // As connections that write do: the plan is kept however many cases come.
        await using var connection = await _database.DataSource.OpenConnectionAsync(Token);
        foreach (var sql in (string[])[
            "set enable_seqscan = off", "set enable_hashjoin = off", "set enable_mergejoin = off", "set plan_cache_mode = force_generic_plan",
            $"prepare writing({type}) as {statement}"])
        {
            await using var setting = new NpgsqlCommand(sql, connection);
            await setting.ExecuteNonQueryAsync(Token);
        }

        var plan = new List<string>();
        await using var explain = new NpgsqlCommand($"explain execute writing({value})", connection);
        await using var reader = await explain.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            plan.Add(reader.GetString(0));
        }

        string.Join('\n', plan).ShouldContain("using case_text_pkey");
    }

    [Fact]
    public async Task A_new_case_has_in_its_search_text_what_is_copied_from_its_row()
    {
        await using var storage = TestStorage.Connect(_database);
        var project = Samples.Project(Guid.CreateVersion7());
        (await storage.Store.AppendAsync(Samples.Create(project), Token)).Status.ShouldBe(Grains.EventStore.AppendStatus.Appended);
        foreach (var (number, archived) in ((long, DateTimeOffset?)[])[(1, null), (2, Samples.Time)])
        {
            (await storage.Store.AppendAsync(Samples.Open(Samples.Case(project, number) with { ArchivedAt = archived }), Token)).Status.ShouldBe(Grains.EventStore.AppendStatus.Appended);
        }

        (await _database.ExecuteAsync("""
            select count(*) from "case" c join case_text t on t.case_id = c.id
            where (t.org_id, t.project_id, t.type_id, t.created_by, t.created_at) = (c.org_id, c.project_id, c.type_id, c.created_by, c.created_at)
                and t.archived_at is not distinct from c.archived_at
            """)).ShouldBe(2L);
    }

    [Fact]
    public async Task Every_mark_of_ASCII_parts_words_and_nothing_else_is_taken_for_one()
    {
        // Migration 1 told marks by a list of them; rows that were written then are compared with words that are made now.
        const string Listed = """translate(x, E'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 32))""";
        (await _database.ExecuteAsync($"""
            select count(*) from (
                select x, to_tsvector('simple'::regconfig, {Listed}) as words from (
                    select 'a' || chr(i) || 'b' || chr(i) || chr(i) || '1' || chr(i) as x from generate_series(1, 9000) i) texts) known
            where case_words(x, '') is distinct from words || $$'|':1$$::tsvector or case_words('', x) is distinct from $$'|':1$$::tsvector || words
                or case_words('', '', x) is distinct from $$'|':1$$::tsvector || $$'|':1$$::tsvector || words
            """)).ShouldBe(0L);
    }
}
