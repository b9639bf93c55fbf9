using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Grains.Search;
using Switchboard.Storage.Search;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search;

/// <summary>Reads the plans that PostgreSQL makes for 20,000 cases of one organisation beside 5,000 of others.</summary>
public sealed class SearchPlanTests(SearchPlanTests.Filled filled) : IClassFixture<SearchPlanTests.Filled>
{
    private static readonly Guid s_org = new("00000000-0000-4000-8000-00000000aaaa");
    private static readonly Guid s_caller = new("00000000-0000-0000-0000-000000000005");
    private static readonly DateTimeOffset s_now = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", "case_created")]
    [InlineData("status:open", "case_created")]
    [InlineData("status:closed", "case_created")]
    [InlineData("project_id:00000000-0000-0000-0000-000000000003", "case_project")]
    [InlineData("project:P3 status:open", "case_project")]
    [InlineData("assignee:@me", "case_assignee")]
    [InlineData("assignee:user7@example.test -status:closed", "case_assignee")]
    [InlineData("-assignee:* status:open", "case_assignee")]
    [InlineData("assignee:@me priority:P1", "case_facet_")]
    [InlineData("priority:P1", "case_facet_rank")]
    [InlineData("priority:(P1 OR P2) status:open", "case_facet_")]
    [InlineData("priority:>=P3 project:P3", "case_facet_")]
    [InlineData("created_by:@me", "case_creator")]
    [InlineData("status:\"pending approval\"", "case_status")]
    [InlineData("key:NOC-77", "case_key")]
    [InlineData("created_at:[now-3d TO now]", "case_created")]
    [InlineData("archived:true", "case_archived")]
    [InlineData("team:team7", "case_text_words")]
    [InlineData("team:team7 env:prod", "case_text_words")]
    [InlineData("service:svc11*", "case_text_words")]
    [InlineData("watcher:@me", "case_text_words")]
    [InlineData("watcher:user7@example.test status:open", "case_text_words")]
    [InlineData("insight:monitor:12", "case_text_words")]
    [InlineData("resolved_reason:FALSE_POSITIVE", "case_text_words")]
    [InlineData("size:>900", "case_text_words")]
    [InlineData("due_date:<now status:open", "case_due")]
    [InlineData("word77", "case_text_words")]
    [InlineData("\"word7 word77\"", "case_text_words")]
    [InlineData("word77 status:open", "case_text_words")]
    [InlineData("word77 team:team7", "case_text_words")]
    [InlineData("*ord777*", "case_text_title")]
    public async Task A_typical_search_reads_no_table_from_end_to_end(string query, string index)
    {
        var plan = await PlanAsync(query, CaseSort.CreatedAt);
        ReadsNoTableFromEndToEnd(plan, query);
        plan.ShouldContain(index, customMessage: query);
    }

    [Theory]
    [InlineData("")]
    [InlineData("status:open -priority:P1")]
    [InlineData("word77 status:open")]
    [InlineData("team:team7 due_date:*")]
    [InlineData("-word77 -team:team7")]
    [InlineData("watcher:user7@example.test OR type:security")]
    public async Task Counts_aggregates_walks_and_suggestions_read_no_table_from_end_to_end(string query)
    {
        var parsed = SearchQuery.Parse(query).Value!;
        var filter = Bind(parsed);
        foreach (var fields in (string[][])[["status", "priority"], ["project", "assignee"], ["status_name", "due_date"], ["team"], ["watcher", "type"], ["created_by"]])
        {
            ImmutableArray<CaseField> by = [.. fields.Select(static name => CaseField.Parse(name).Value!)];
            var (count, counting) = CountSql.Of(new(s_org, s_caller, parsed, by, 10), filter);
            ReadsNoTableFromEndToEnd(await PlanAsync(count, counting), $"count by {string.Join(',', fields)}: {query}");
            var (aggregate, aggregating) = AggregateSql.Of(new(s_org, s_caller, parsed, by, 10), filter);
            ReadsNoTableFromEndToEnd(await PlanAsync(aggregate, aggregating), $"aggregate by {string.Join(',', fields)}: {query}");
        }

        var (walk, walking) = SearchSql.Walk(s_org, filter, new(s_now, s_now.AddDays(-30), Guid.Empty), 1_000);
        ReadsNoTableFromEndToEnd(await PlanAsync(walk, walking), $"walk: {query}");
        foreach (var (key, typed) in ((string?, string)[])[(null, ""), (null, "te"), ("team", ""), ("team", "team1")])
        {
            var (suggest, suggesting) = SuggestSql.Of(s_org, new ConstantFilter(true), key, typed, 10);
            ReadsNoTableFromEndToEnd(await PlanAsync(suggest, suggesting), $"suggest {key} {typed}");
        }
    }

    [Theory]
    [InlineData("", "status", "priority")]
    [InlineData("project:P3 status:open -priority:P1", "type", "archived")]
    [InlineData("archived:*", "project")]
    public async Task Counts_by_what_sums_tell_apart_read_sums_only(string query, params string[] fields)
    {
        var parsed = SearchQuery.Parse(query).Value!;
        ImmutableArray<CaseField> by = [.. fields.Select(static name => CaseField.Parse(name).Value!)];
        var (count, counting) = CountSql.Of(new(s_org, s_caller, parsed, by, 10), Bind(parsed));
        var (aggregate, aggregating) = AggregateSql.Of(new(s_org, s_caller, parsed, by, 10), Bind(parsed));
        foreach (var plan in (string[])[await PlanAsync(count, counting), await PlanAsync(aggregate, aggregating)])
        {
            plan.ShouldContain("case_facet_sum_pkey");
            plan.ShouldNotContain("case_facet_created");
            plan.ShouldNotContain("on \"case\"");
        }
    }

    [Fact]
    public async Task What_the_index_of_words_finds_is_read_once_for_the_page_and_the_count()
    {
        var plan = await PlanAsync("word77 project:P3 status:open", CaseSort.CreatedAt);
        var found = plan.Split("CTE candidates")[1].Split("CTE found")[0];
        found.ShouldContain("case_text_words");
        found.ShouldNotContain("Sort Key");
        plan.Split("on case_text t").Length.ShouldBe(2, customMessage: plan);
    }

    [Theory]
    [InlineData("word1", CaseSort.CreatedAt, false)]
    [InlineData("word1 status:open assignee:@me", CaseSort.CreatedAt, false)]
    [InlineData("team:team7 project:P3", CaseSort.CreatedAt, true)]
    [InlineData("some description", CaseSort.Priority, false)]
    public async Task What_many_cases_have_is_found_without_reading_a_table_from_end_to_end(string query, CaseSort sort, bool ascending)
    {
        var plan = await PlanAsync(query, sort, ascending, new(20_000, 25_000));
        ReadsNoTableFromEndToEnd(plan, query);
        plan.Split("CTE newest")[1].Split("CTE candidates")[0].Contains("case_text_created", StringComparison.Ordinal)
            .ShouldBe(sort == CaseSort.CreatedAt && !ascending, customMessage: plan);
    }

    [Theory]
    [InlineData("description", "true")]
    [InlineData("some status:open", "status_group = 0")]
    [InlineData("some status_name:\"Pending Approval\"", "status_name = 'Pending Approval'")]
    [InlineData("some archived:true", "archived_at is not null")]
    [InlineData("description key:NOC-1", "key = 'NOC-1'")]
    [InlineData("description word77", "(' ' || title || ' ') like '% word77 %'")]
    public async Task What_nearly_all_cases_have_is_found_like_anything_else(string query, string condition)
    {
        var search = new PostgresCaseSearch(
            filled.Database.DataSource, SearchCases.Types, new FakeTimeProvider(s_now), Options.Create(new SearchOptions { Timeout = TimeSpan.FromSeconds(30) }));
        var live = query.Contains("archived", StringComparison.Ordinal) ? "" : "and archived_at is null";
        var matches = (string[])(await filled.Database.ExecuteAsync(
            $"select array_agg(key order by created_at desc, id desc) from \"case\" where org_id = '{s_org}' and ({condition}) {live}"))!;
        foreach (var (page, size) in ((int, int)[])[(1, 1), (1, 10), (3, 7), (2, 100)])
        {
            foreach (var ascending in (bool[])[false, true])
            {
                var request = new CaseSearchRequest(s_org, s_caller, SearchQuery.Parse(query).Value!, CaseSort.CreatedAt, ascending, size, page);
                var found = (await search.SearchAsync(request, TestContext.Current.CancellationToken)).Value.ShouldNotBeNull();
                found.Cases.Select(static c => c.Key).ShouldBe((ascending ? matches.Reverse() : matches).Skip((page - 1) * size).Take(size));
                var unexpected = (await search.PageAsync(request, Bind(request.Query), ExpectedMatches.None, TestContext.Current.CancellationToken)).Value.ShouldNotBeNull();
                unexpected.Cases.Select(static c => c.Key).ShouldBe(found.Cases.Select(static c => c.Key), "the statistics are wrong");
                if (found.TotalIsLowerBound)
                {
                    found.Total.ShouldBeLessThanOrEqualTo(matches.Length);
                }
                else if (found.Cases.Length > 0)
                {
                    found.Total.ShouldBe(matches.Length);
                }
            }
        }
    }

    [Theory]
    [InlineData(CaseSort.CreatedAt, "case_created")]
    [InlineData(CaseSort.Priority, "case_facet_rank")]
    [InlineData(CaseSort.Status, "case_status")]
    public async Task The_orders_come_from_an_index(CaseSort sort, string index)
    {
        foreach (var ascending in (bool[])[true, false])
        {
            var page = (await PlanAsync("-status:closed", sort, ascending)).Split("CTE page")[1].Split("CTE total")[0];
            page.ShouldContain(index);
            page.ShouldNotContain("Sort Key");
        }
    }

    [Fact]
    public async Task A_search_by_words_or_attributes_does_not_look_up_the_cases_that_it_only_counts()
    {
        var counting = (await PlanAsync("team:team7 created_at:>now-300d", CaseSort.CreatedAt)).Split("CTE total")[1].Split("CTE Scan on total")[0];
        counting.ShouldNotContain("on \"case\"");
    }

    private static void ReadsNoTableFromEndToEnd(string plan, string what)
    {
        plan.ShouldNotContain("Seq Scan on \"case\"", customMessage: what);
        plan.ShouldNotContain("Seq Scan on case_text", customMessage: what);
        plan.ShouldNotContain("Seq Scan on case_facet", customMessage: what);
    }

    private static CaseFilter Bind(SearchQuery query) => SearchBinder.Bind(query, new(s_caller, s_now, SearchCases.Types)).Value.ShouldNotBeNull();

    private Task<string> PlanAsync(string query, CaseSort sort, bool ascending = false, ExpectedMatches? expected = null)
    {
        var request = new CaseSearchRequest(s_org, s_caller, SearchQuery.Parse(query).Value!, sort, ascending, 10, 1);
        var (text, sql) = SearchSql.Of(request, Bind(request.Query), expected ?? ExpectedMatches.None);
        return PlanAsync(text, sql, SearchSql.PageSettings);
    }

    private async Task<string> PlanAsync(string text, FilterSql sql, string? pageSettings = null)
    {
        await using var connection = await filled.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var settings = new NpgsqlCommand(SearchSql.Settings.Replace(", true)", ", false)", StringComparison.Ordinal), connection);
        settings.Parameters.Add(new() { Value = "10000" });
        await settings.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        if (pageSettings is not null)
        {
            await using var more = new NpgsqlCommand(pageSettings.Replace(", true)", ", false)", StringComparison.Ordinal), connection);
            await more.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var explain = new NpgsqlCommand("explain " + text, connection);
        explain.Parameters.AddRange(sql.Parameters.ToArray());
        var lines = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    public sealed class Filled : IAsyncLifetime
    {
        private TestDatabase? _database;

        public TestDatabase Database => _database!;

        public async ValueTask InitializeAsync()
        {
            _database = await TestDatabase.CreateAsync();
            await FillAsync(s_org, 20_000);
            for (var i = 0; i < 5; i++)
            {
                await FillAsync(Guid.NewGuid(), 1_000);
            }

            await _database.ExecuteAsync("select case_facet_refill()");
            await _database.ExecuteAsync("vacuum analyze case_facet");
            await _database.ExecuteAsync("vacuum analyze \"case\"");
            await _database.ExecuteAsync("vacuum analyze case_text");
            await _database.ExecuteAsync("analyze project");
            await _database.ExecuteAsync("analyze org_user");
        }

        public ValueTask DisposeAsync() => _database!.DisposeAsync();

        private async Task FillAsync(Guid org, int count)
        {
            var id = org.ToString();
            var n = count.ToString(CultureInfo.InvariantCulture);
            await Database.ExecuteAsync($"""
                insert into project (id, org_id, version, key, name, settings, enabled_custom_case_types, created_by, created_at)
                select gen_random_uuid(), '{id}', 1, 'P' || i, 'P' || i, '{Empty}', '{Empty}', '{id}', now() from generate_series(1, 20) i;
                insert into org_user (id, org_id, version, email, name, roles, disabled, verified, service_account, created_at)
                select gen_random_uuid(), '{id}', 1, 'user' || i || '@example.test', '', '{Empty}', false, true, false, now() from generate_series(1, 100) i;
                insert into "case" (id, org_id, version, project_id, key, public_id, type_id, title, description, priority, status_name, status_group,
                    assignee_id, attributes, creation_source, created_by, created_at, archived_at, comment_count, due_date)
                select gen_random_uuid(), '{id}', 1, lpad((i % 20)::text, 32, '0')::uuid, 'NOC-' || i, i, '00000000-0000-0000-0000-000000000001',
                    'word' || i % 1000 || ' word' || i % 7 || ' word' || i % 501, repeat('some description ', 20), case when i % 50 = 0 then 1 else 2 + i % 4 end,
                    case when i % 200 = 1 then 'Pending Approval' when i % 10 < 2 then 'Open' else 'Closed' end, case when i % 200 = 1 then 1 when i % 10 < 2 then 0 else 2 end,
                    case when i % 3 > 0 then lpad((i % 100)::text, 32, '0')::uuid end, '{Empty}', 'MANUAL', lpad((i % 100)::text, 32, '0')::uuid,
                    timestamptz '2026-10-01' - ({n} - i) * interval '10 minutes', case when i % 90 = 0 then now() end, 0,
                    case when i % 40 = 0 then date '2026-10-01' + (i % 400)::int end
                from generate_series(1, {n}) i;
                insert into case_text (case_id, org_id, title, description, facets)
                select c.id, c.org_id, c.title, c.description,
                    array['team:team' || c.public_id % 100, 'service:svc' || c.public_id % 300, 'env:' || (array['prod', 'dev'])[1 + c.public_id % 2]]
                        || case when c.public_id % 20 = 0 then array['!watcher:' || lpad((c.public_id % 100)::text, 32, '0')::uuid, 'size:' || c.public_id % 1000,
                            '!insight:monitor:' || c.public_id, '!insight.type:monitor', '!resolved_reason:' || case when c.public_id % 100 = 0 then 'false' else 'true' end || '_positive']
                        else '{Empty}' end
                from "case" c where c.org_id = '{id}'
                """);
        }

        private const string Empty = "{}";
    }
}
