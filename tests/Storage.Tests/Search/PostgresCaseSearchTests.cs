using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Search;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Search;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search;

public sealed class PostgresCaseSearchTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("'; drop table \"case\"; \\--")]
    [InlineData("x\"') or true; \"")]
    [InlineData("team:\"'; drop table case_text; --\"")]
    [InlineData("team:x'::tsquery")]
    [InlineData("team:\"' | 'y':* & !\"")]
    [InlineData("team:\"\\\\' OR 1=1\"")]
    [InlineData("key:\"') or (1=1\"")]
    [InlineData("assignee:\"' or ''='\"")]
    [InlineData("status:\"$1\"")]
    [InlineData("\"& | ! <-> :* ( ) \\\\ ' '' \"")]
    [InlineData("a\\&b\\|\\!c\\:\\*")]
    [InlineData("*%_\\\\*")]
    [InlineData("points:[1 TO 2] x:\"1)::numeric\"")]
    [InlineData("project:*'*")]
    public async Task Metacharacters_of_any_language_on_the_way_are_only_text(string query)
    {
        var org = await WriteAsync(Plain(1) with { Title = "only" });
        (await FindAsync(org, query)).Total.ShouldBe(0, query);
        (await FindAsync(org, "")).Total.ShouldBe(1);
    }

    [Theory]
    [InlineData("it's 100% \\ _under_ \"quoted\" & (more) | <-> !", "\"it's 100% \\\\ _under_ \\\"quoted\\\" & (more) | <-> !\"")]
    [InlineData("日本語のタイトル", "日本語のタイトル")]
    [InlineData("🙂🙃", "🙂🙃")]
    [InlineData("ÄÖÜ straße", "äöü STRAßE")]
    [InlineData("e\u0301tat", "e\u0301tat")]
    public async Task What_is_in_a_title_is_found_by_it(string title, string query)
    {
        var org = await WriteAsync(Plain(1) with { Title = title }, Plain(2) with { Title = "something else" });
        (await FindAsync(org, query)).Cases.ShouldHaveSingleItem().Key.ShouldBe("NOC-1");
    }

    [Fact]
    public async Task The_search_text_written_again_from_the_rows_holds_all_that_it_held()
    {
        var watcher = Guid.NewGuid();
        var org = await WriteAsync(Plain(1) with
        {
            Attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("team", ["web"]),
            Details = new()
            {
                Watchers = [watcher],
                Insights = [new("MONITOR", "/monitors/12", "12")],
                CustomValues = ImmutableSortedDictionary<string, CustomValue>.Empty.Add("size", new("NUMBER", false, ["1e3"])),
            },
        });
        await fixture.Database.ExecuteAsync($"update case_text set facets = '{{lost}}', title = 'lost' where org_id = '{org}'");
        await using var databases = new TenantDatabases(
            Options.Create(new DatabaseOptions { CaseManagement = new() { Primary = fixture.Database.ConnectionString } }), Options.Create(new StorageOptions()));
        await new PostgresSearchRebuild(databases.CaseManagement).RebuildAsync(null, Cancelled);
        foreach (var query in (string[])["team:web", $"watcher:{watcher}", "insight:monitor:12", "size:1000", "size:[999 TO 1e3]"])
        {
            (await FindAsync(org, query)).Total.ShouldBe(1, query);
        }

        (await FindAsync(org, "has:lost")).Total.ShouldBe(0);
    }

    [Fact]
    public async Task An_organisations_own_types_are_found_counted_and_suggested_by_their_names()
    {
        var (type, gone) = (Guid.NewGuid(), Guid.NewGuid());
        var org = await WriteAsync(Plain(1) with { TypeId = type, StatusName = "Waiting" }, Plain(2) with { TypeId = gone }, Plain(3));
        foreach (var (id, name, deleted) in ((Guid, string, bool)[])[(type, "Outage", false), (gone, "Old Outage", true)])
        {
            var statuses = new StatusSet(["Waiting"], "Waiting");
            var body = Encoding.UTF8.GetString(CaseTypeRows.Write(new()
            {
                OrgId = org,
                Id = id,
                StreamId = id,
                Version = 1,
                Type = new(id, name, "TUNKNOWN", Internal: false, statuses, statuses, statuses),
                DeletedAt = deleted ? SearchCases.Now : null,
            }));
            await fixture.Database.ExecuteAsync($"insert into case_type (org_id, id, version, body, created_at) values ('{org}', '{id}', 1, '{body}', now())");
        }

        (await FindAsync(org, "type:outage")).Cases.ShouldHaveSingleItem().Key.ShouldBe("NOC-1");
        (await FindAsync(org, "type:*outage")).Total.ShouldBe(2);
        (await FindAsync(org, "-type:*outage")).Cases.ShouldHaveSingleItem().Key.ShouldBe("NOC-3");
        var counts = await Search().CountAsync(new(org, Guid.Empty, SearchQuery.Everything, [new(CaseFieldKind.Type)], 10), Cancelled);
        counts.Value.ShouldNotBeNull().Fields[0].Values.Select(static v => v.Value).ShouldBe(["Old Outage", "Outage", "Standard"]);
        (await Search().SuggestAsync(new(org, "type", "o", 10), Cancelled)).Value.ShouldNotBeNull().Texts.ShouldBe(["Outage"]);
        (await Search().SuggestAsync(new(org, "status_name", "wait", 10), Cancelled)).Value.ShouldNotBeNull().Texts.ShouldBe(["Waiting"]);
    }

    [Fact]
    public async Task Very_long_words_and_values_are_searched_or_match_nothing_but_never_fail()
    {
        var word = new string('ж', 2_000); // 4,000 bytes: more than the index takes
        var attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("team", [new string('語', 1_000)]);
        var org = await WriteAsync(
            Plain(1) with { Title = "long", Description = $"before {word} after", Attributes = attributes },
            Plain(2) with { Title = "big", Description = string.Concat(Enumerable.Range(0, 40_000).Select(static i => $"w{i} ")) });
        (await FindAsync(org, word)).Total.ShouldBe(0);
        (await FindAsync(org, "before")).Total.ShouldBe(1);
        (await FindAsync(org, "w39999")).Total.ShouldBe(0, "only the first 200,000 characters are searched");
        (await FindAsync(org, "w9999")).Total.ShouldBe(1);
        (await FindAsync(org, $"team:{new string('語', 1_000)}")).Total.ShouldBe(1);
        (await FindAsync(org, $"team:{new string('語', 999)}")).Total.ShouldBe(0);
        (await FindAsync(org, $"team:{new string('語', 999)}*")).Total.ShouldBe(1);
    }

    [Fact]
    public async Task A_bad_value_is_an_answer_not_an_exception()
    {
        var refused = await Search().SearchAsync(Request(Guid.NewGuid(), "created_at:[x TO y]"), Cancelled);
        refused.Error.ShouldNotBeNull().Kind.ShouldBe(ErrorKind.Malformed);
    }

    [Theory]
    [InlineData(0, 1, "page size is 0")]
    [InlineData(101, 1, "page size is 101")]
    [InlineData(10, 0, "page number is 0")]
    [InlineData(10, 1001, "beyond the first 10000 matches")]
    [InlineData(100, int.MaxValue, "beyond the first 10000 matches")]
    public async Task Pages_that_no_search_has_are_refused(int size, int number, string detail)
    {
        var refused = await Search().SearchAsync(Request(Guid.NewGuid(), "") with { PageSize = size, PageNumber = number }, Cancelled);
        refused.Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain(detail);
    }

    [Fact]
    public async Task Groups_and_parts_that_nobody_can_want_are_refused()
    {
        var status = new CaseField(CaseFieldKind.Status);
        var count = new CaseCountRequest(Guid.NewGuid(), Guid.Empty, SearchQuery.Everything, [status], 10);
        (await Search().CountAsync(count with { Limit = 0 }, Cancelled)).Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("limit of groups is 0");
        (await Search().CountAsync(count with { Limit = 1001 }, Cancelled)).Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("1 to 1000");
        (await Search().CountAsync(count with { GroupBys = [status, status, status, status, status, status] }, Cancelled)).Error
            .ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("by 6 fields");
        (await Search().AggregateAsync(new(count.OrgId, Guid.Empty, count.Query, [], 10), Cancelled)).Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("by 0 fields");
        (await Search().WalkAsync(new(count.OrgId, Guid.Empty, count.Query, null, 1001), Cancelled)).Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("size is 1001");
        (await Search().SuggestAsync(new(count.OrgId, null, "", 0), Cancelled)).Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("limit is 0");
    }

    [Fact]
    public async Task Counts_are_exact_beyond_the_window_and_limited_to_the_most_frequent_values()
    {
        var org = await WriteAsync([.. Enumerable.Range(1, 30).Select(i => Plain(i) with { Priority = (CasePriority)(i < 20 ? 1 : i < 29 ? 2 : 3) })]);
        var counts = (await Search().CountAsync(new(org, Guid.Empty, SearchQuery.Everything, [new(CaseFieldKind.Priority)], 2), Cancelled)).Value.ShouldNotBeNull();
        counts.Total.ShouldBe(30);
        counts.Fields.ShouldHaveSingleItem().Values.ShouldBe([new("P1", 19), new("P2", 9)]);
    }

    [Fact]
    public async Task A_walk_does_not_meet_what_was_opened_after_it_began()
    {
        var org = await WriteAsync([.. Enumerable.Range(1, 5).Select(i => Plain(i) with { CreatedAt = SearchCases.Now.AddMinutes(-i) })]);
        var first = (await Search().WalkAsync(new(org, Guid.Empty, SearchQuery.Everything, null, 3), Cancelled)).Value.ShouldNotBeNull();
        await SearchRows.WriteAsync(
            fixture.Database.DataSource,
            new() { OrgId = org, Projects = [], Users = [], Cases = [Plain(9) with { OrgId = org, CreatedAt = SearchCases.Now.AddMinutes(1) }] },
            Cancelled);
        var second = (await Search().WalkAsync(new(org, Guid.Empty, SearchQuery.Everything, first.Next, 3), Cancelled)).Value.ShouldNotBeNull();
        first.Cases.Concat(second.Cases).Select(static c => c.PublicId).ShouldBe([1, 2, 3, 4, 5]);
        second.Next.ShouldBeNull();
    }

    [Fact]
    public async Task Pages_together_are_the_whole_each_case_once()
    {
        var org = await WriteAsync([.. Enumerable.Range(1, 95).Select(i => Plain(i) with { CreatedAt = SearchCases.Now, Priority = (CasePriority)(i % 6) })]);
        foreach (var sort in Enum.GetValues<CaseSort>())
        {
            var seen = new List<Guid>();
            for (var number = 1; number <= 11; number++)
            {
                var page = (await Search().SearchAsync(Request(org, "") with { Sort = sort, PageNumber = number }, Cancelled)).Value.ShouldNotBeNull();
                page.Total.ShouldBe(95);
                page.TotalIsLowerBound.ShouldBeFalse();
                seen.AddRange(page.Cases.Select(static c => c.Id));
            }

            seen.Count.ShouldBe(95);
            seen.Distinct().Count().ShouldBe(95);
        }
    }

    [Fact]
    public async Task More_matches_than_the_window_are_counted_up_to_it()
    {
        var org = Guid.NewGuid();
        await fixture.Database.ExecuteAsync($"""
            insert into "case" (id, org_id, version, project_id, key, public_id, type_id, title, description, priority, status_name, status_group,
                attributes, creation_source, created_by, created_at, comment_count)
            select gen_random_uuid(), '{org}', 1, '{org}', 'NOC-' || i, i, '{org}', 'one of many', '', 0, 'Open', 0, '{JsonEmpty}', 'MANUAL', '{org}', now(), 0
            from generate_series(1, 10001) i
            """);
        await fixture.Database.ExecuteAsync("select case_facet_refill()");
        var page = await FindAsync(org, "");
        page.Total.ShouldBe(SearchLimits.Window);
        page.TotalIsLowerBound.ShouldBeTrue();
        var last = (await Search().SearchAsync(Request(org, "") with { PageSize = 100, PageNumber = 100 }, Cancelled)).Value.ShouldNotBeNull();
        last.Cases.Length.ShouldBe(100);
    }

    [Fact]
    public async Task A_search_sees_what_was_just_written_and_archived_and_moved()
    {
        var org = await WriteAsync(Plain(1) with { Title = "fresh" });
        (await FindAsync(org, "fresh")).Total.ShouldBe(1);
        await fixture.Database.ExecuteAsync($"update \"case\" set archived_at = now() where org_id = '{org}'");
        (await FindAsync(org, "fresh")).Total.ShouldBe(0);
        (await FindAsync(org, "fresh archived:true")).Total.ShouldBe(1);
        var elsewhere = Guid.NewGuid();
        await fixture.Database.ExecuteAsync($"update \"case\" set archived_at = null, project_id = '{elsewhere}' where org_id = '{org}'");
        (await FindAsync(org, $"fresh project_id:{elsewhere}")).Total.ShouldBe(1);
    }

    [Fact]
    public async Task Search_text_written_before_its_case_is_searched_alike()
    {
        var org = Guid.NewGuid();
        var id = Guid.NewGuid();
        await fixture.Database.ExecuteAsync($"insert into case_text (case_id, org_id, title, description, facets) values ('{id}', '{org}', 'early text', '', '{JsonEmpty}')");
        await fixture.Database.ExecuteAsync($"""
            insert into "case" (id, org_id, version, project_id, key, public_id, type_id, title, description, priority, status_name, status_group,
                attributes, creation_source, created_by, created_at, archived_at, comment_count)
            values ('{id}', '{org}', 1, '{org}', 'NOC-1', 1, '{org}', 'early text', '', 0, 'Open', 0, '{JsonEmpty}', 'MANUAL', '{org}', now(), now(), 0)
            """);
        (await FindAsync(org, "early")).Total.ShouldBe(0);
        (await FindAsync(org, $"early archived:true created_by:{org}")).Total.ShouldBe(1);
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_stopped_with_advice()
    {
        var org = await WriteAsync(Plain(1));
        await using var connection = await fixture.Database.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var locking = new Npgsql.NpgsqlCommand("lock table \"case\" in access exclusive mode", connection);
        await locking.ExecuteNonQueryAsync(Cancelled);
        var refused = await Search(TimeSpan.FromMilliseconds(50)).SearchAsync(Request(org, ""), Cancelled);
        refused.Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("took longer than 0.05 s");
    }

    [Fact]
    public async Task An_unreachable_database_is_a_fault_of_storage()
    {
        await using var nowhere = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        var search = new PostgresCaseSearch(nowhere, SearchCases.Types, TimeProvider.System, Options.Create(new SearchOptions()));
        await Should.ThrowAsync<StorageUnavailableException>(async () => await search.SearchAsync(Request(Guid.NewGuid(), ""), Cancelled));
    }

    [Fact]
    public void Settings_that_cannot_work_name_their_key()
    {
        new SearchOptionsValidator().Validate(null, new SearchOptions { WalkTimeout = TimeSpan.FromHours(1) }).FailureMessage.ShouldNotBeNull().ShouldContain("Search:WalkTimeout");
        var refused = new SearchOptionsValidator().Validate(null, new SearchOptions { Timeout = TimeSpan.Zero });
        refused.FailureMessage.ShouldNotBeNull().ShouldContain("Search:Timeout");
        new SearchOptionsValidator().Validate(null, new SearchOptions()).Succeeded.ShouldBeTrue();
    }

    private const string JsonEmpty = "{}";

    private static CaseSearchRequest Request(Guid org, string query) =>
        new(org, Guid.Empty, SearchQuery.Parse(query).Value.ShouldNotBeNull(query), CaseSort.CreatedAt, Ascending: false, PageSize: 10, PageNumber: 1);

    private static CaseSnapshot Plain(int number) => new()
    {
        OrgId = Guid.Empty,
        Id = Guid.NewGuid(),
        Version = 1,
        ProjectId = Guid.NewGuid(),
        Key = $"NOC-{number}",
        PublicId = number,
        TypeId = SearchCases.Types[0].Id,
        Title = "plain",
        StatusName = "Open",
        StatusGroup = StatusGroup.Open,
        CreatedBy = Guid.NewGuid(),
        CreatedAt = SearchCases.Now.AddMinutes(number),
    };

    private PostgresCaseSearch Search(TimeSpan? timeout = null) => new(
        fixture.Database.DataSource, SearchCases.Types, new FakeTimeProvider(SearchCases.Now), Options.Create(new SearchOptions { Timeout = timeout ?? TimeSpan.FromSeconds(30) }));

    private async Task<CaseSearchPage> FindAsync(Guid org, string query) =>
        (await Search().SearchAsync(Request(org, query), Cancelled)).Value.ShouldNotBeNull(query);

    private async Task<Guid> WriteAsync(params CaseSnapshot[] cases)
    {
        var orgId = Guid.NewGuid();
        await SearchRows.WriteAsync(
            fixture.Database.DataSource,
            new() { OrgId = orgId, Projects = [], Users = [], Cases = [.. cases.Select(c => c with { OrgId = orgId })] },
            Cancelled);
        return orgId;
    }
}
