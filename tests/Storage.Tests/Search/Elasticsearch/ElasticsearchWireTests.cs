using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Search;
using Switchboard.Storage.Search;
using Switchboard.Storage.Search.Elasticsearch;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search.Elasticsearch;

/// <summary>The requests byte by byte, and what is made of answers that a cluster should not give or gives when it is in trouble.</summary>
public sealed class ElasticsearchWireTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const string SearchLine = "POST /cases/_search?allow_partial_search_results=false";
    private const string BulkLine = "POST /cases/_bulk?require_alias=true";
    private const string Nothing = """{"took":1,"timed_out":false,"hits":{"total":{"value":0,"relation":"eq"},"hits":[]}}""";

    private static readonly Guid s_org = new("0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f40");
    private static readonly Guid s_first = new("0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41");
    private static readonly Guid s_second = new("0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f42");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_search_is_sent_like_this()
    {
        const string Body =
            """{"query":{"bool":{"filter":[{"term":{"org_id":{"value":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f40"}}},{"bool":{"filter":[{"terms":{"status_group":[0]}},"""
            + """{"match_phrase":{"words":{"query":"disk full"}}},{"bool":{"must_not":[{"term":{"facets":{"value":"team:web"}}}]}},{"bool":{"must_not":[{"exists":{"field":"archived_at"}}]}}]}}]}}"""
            + """,""" + "\"sort\"" + """:[{"priority_rank":"asc"},{"created_at":"desc"},{"id":"desc"}],"from":10,"size":10,"track_total_hits":10001,"_source":false,"timeout":"30000ms"}""";
        await using var peer = ElasticsearchPeer.Scripted((SearchLine, Body, PeerAnswer.Ok(Nothing)));
        await using var world = World(peer);
        var page = await world.Search.SearchAsync(
            new(s_org, Guid.Empty, Parse("status:open \"disk full\" -team:web"), CaseSort.Priority, Ascending: true, 10, 2), Cancelled);
        page.Value.ShouldNotBeNull().Total.ShouldBe(0);
        peer.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Documents_are_sent_like_this()
    {
        var one = Case(s_first) with
        {
            Title = "Disk full on db-3",
            Attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("points", ["-2.5"]).Add("team", ["Web"]),
            Priority = CasePriority.P1,
            Details = new()
            {
                DueDate = new(2026, 3, 20),
                ResolvedReason = "FALSE_POSITIVE",
                Watchers = [s_first],
                Insights = [new("MONITOR", "/monitors/12", "12")],
                CustomValues = ImmutableSortedDictionary<string, CustomValue>.Empty.Add("Size", new("NUMBER", true, ["1e3", "7"])),
            },
        };
        var lines =
            """
            {"index":{"_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41","version":7,"version_type":"external"}}
            {"org_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f40","id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41","version":7,"project_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f40","key":"NOC-1","public_id":1,"type_id":"00000000-0000-0000-0000-000000000001","title":"disk full on db-3","words":["disk full on db 3",""],"priority":1,"priority_rank":0,"status_group":1,"status_name":"in progress","status_label":"In Progress","creation_source":"MANUAL","created_by":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f40","created_at":1773576000000000,"archived":"false","comment_count":0,"has_description":false,"due_date":"2026-03-20","facets":["points:-2.5","team:web","size:1000","size:7","!watcher:0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41","!insight.type:monitor","!insight:monitor:12","!resolved_reason:false_positive"],"facet_keys":["points","team","size"],"numbers":["points:n9999999999999997.499999999999","size:p0000000000001000.000000000000","size:p0000000000000007.000000000000"]}
            {"delete":{"_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f42","version":3,"version_type":"external"}}

            """.ReplaceLineEndings("\n");
        await using var peer = ElasticsearchPeer.Scripted((BulkLine, lines, Items((s_first, "index", 201, null), (s_second, "delete", 404, null))));
        await using var world = World(peer);
        (await world.Bulk.WriteAsync("cases", isAlias: true, [new(s_first, 7, one), new(s_second, 3, null)], TimeSpan.Zero, Cancelled)).ShouldBeEmpty();
        peer.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_a_request_that_succeeded_in_part_only_the_rest_is_sent_again()
    {
        var answers = new Queue<PeerAnswer>(
        [
            Items((s_first, "delete", 200, null), (s_second, "delete", 429, "es_rejected_execution_exception")),
            Items((s_second, "delete", 503, "unavailable_shards_exception")),
            Items((s_second, "delete", 200, null)),
        ]);
        await using var peer = new ElasticsearchPeer(_ => answers.Dequeue());
        await using var world = World(peer);
        (await world.Bulk.WriteAsync("cases", isAlias: true, Deletes(), TimeSpan.FromMinutes(1), Cancelled)).ShouldBeEmpty();
        peer.Requests.Select(static r => Encoding.UTF8.GetString(r.Body).Split('\n').Length - 1).ShouldBe([2, 1, 1]);
        Encoding.UTF8.GetString(peer.Requests[2].Body).ShouldContain(s_second.ToString());
    }

    [Fact]
    public async Task A_newer_version_in_the_index_is_as_good_as_written_and_a_refused_case_harms_no_other()
    {
        await using var peer = new ElasticsearchPeer(_ =>
            Items((s_first, "delete", 409, "version_conflict_engine_exception"), (s_second, "delete", 400, "document_parsing_exception")));
        await using var world = World(peer);
        var refused = await world.Bulk.WriteAsync("cases", isAlias: true, Deletes(), TimeSpan.Zero, Cancelled);
        refused.ShouldHaveSingleItem().Key.ShouldBe(s_second);
        refused[s_second].ShouldContain("document_parsing_exception");
        peer.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_index_of_an_older_form_refuses_no_case_but_takes_none_until_it_is_made_anew()
    {
        await using var peer = new ElasticsearchPeer(_ =>
            Items((s_first, "delete", 400, "strict_dynamic_mapping_exception"), (s_second, "delete", 400, "strict_dynamic_mapping_exception")));
        await using var world = World(peer);
        (await Should.ThrowAsync<ElasticsearchException>(() => world.Bulk.WriteAsync("cases", isAlias: true, Deletes(), TimeSpan.FromMinutes(1), Cancelled)))
            .Message.ShouldContain("older form");
        peer.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_request_that_is_too_large_for_a_proxy_is_halved_until_one_case_alone_is_refused()
    {
        var ids = Enumerable.Range(1, 5).Select(static i => new Guid(i, 0, 0, new byte[8])).ToArray();
        await using var peer = new ElasticsearchPeer(r => Encoding.UTF8.GetString(r.Body).Split('\n')[..^1] is var lines && (lines.Length > 2 || lines.Any(l => l.Contains(ids[3].ToString())))
            ? new PeerAnswer(413, "<html>413 Request Entity Too Large</html>")
            : Items([.. lines.Select(static line => (Guid.Parse(line.Split('"')[5]), "delete", 200, (string?)null))]));
        await using var world = World(peer);
        var refused = await world.Bulk.WriteAsync("cases", isAlias: true, ids.Select(static id => new IndexedCase(id, 1, null)), TimeSpan.Zero, Cancelled);
        refused.ShouldHaveSingleItem().Key.ShouldBe(ids[3]);
        refused[ids[3]].ShouldContain("413");
        peer.Requests.Select(static r => Encoding.UTF8.GetString(r.Body).Split('\n').Length - 1).ShouldBe([5, 3, 2, 1, 2, 1, 1]);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(502)]
    public async Task A_busy_cluster_is_waited_for_as_long_as_it_asks_to(int status)
    {
        var answers = new Queue<PeerAnswer>([new(status, "busy", "Retry-After: 0\r\n"), new(status, ""), Items((s_first, "delete", 200, null), (s_second, "delete", 200, null))]);
        await using var peer = new ElasticsearchPeer(_ => answers.Dequeue());
        await using var world = World(peer);
        (await world.Bulk.WriteAsync("cases", isAlias: true, Deletes(), TimeSpan.FromMinutes(1), Cancelled)).ShouldBeEmpty();
        peer.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_cluster_that_asks_for_more_than_there_is_patience_is_not_waited_for()
    {
        await using var peer = new ElasticsearchPeer(static _ => new(429, "{}", "Retry-After: 100\r\n"));
        await using var world = World(peer);
        (await Should.ThrowAsync<ElasticsearchException>(() => world.Bulk.WriteAsync("cases", isAlias: true, Deletes(), TimeSpan.FromSeconds(30), Cancelled)))
            .Message.ShouldContain("busy");
        peer.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"took":1}""")]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"items":[{"delete":{"_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f42","status":200}},{"delete":{"_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41","status":200}}]}""")]
    [InlineData("""{"items":[{"index":{}},{"delete":{}}]}""")]
    [InlineData("""{"items":"many"}""")]
    public async Task An_answer_that_does_not_tell_what_became_of_each_case_is_none(string body)
    {
        await using var peer = new ElasticsearchPeer(_ => PeerAnswer.Ok(body));
        await using var world = World(peer);
        await Should.ThrowAsync<ElasticsearchException>(() => world.Bulk.WriteAsync("cases", isAlias: true, Deletes(), TimeSpan.Zero, Cancelled));
    }

    [Fact]
    public async Task A_missing_index_is_told_apart_from_a_busy_one_and_none_is_made_by_mistake()
    {
        await using var peer = new ElasticsearchPeer(_ =>
            Items((s_first, "delete", 404, "index_not_found_exception"), (s_second, "delete", 404, "index_not_found_exception")));
        await using var world = World(peer);
        (await Should.ThrowAsync<ElasticsearchException>(() => world.Bulk.WriteAsync("cases", isAlias: true, Deletes(), TimeSpan.FromMinutes(1), Cancelled)))
            .IndexMissing.ShouldBeTrue();
        peer.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Big_requests_are_cut()
    {
        await using var peer = new ElasticsearchPeer(static r => Items([.. Encoding.UTF8.GetString(r.Body).Split('\n')[..^1]
            .Select(static line => (Guid.Parse(line.Split('"')[5]), "delete", 200, (string?)null))]));
        await using var world = World(peer, static o => o.BulkCases = 40);
        await world.Bulk.WriteAsync("cases", isAlias: true, Enumerable.Range(0, 100).Select(static _ => new IndexedCase(Guid.NewGuid(), 1, null)), TimeSpan.Zero, Cancelled);
        peer.Requests.Select(static r => Encoding.UTF8.GetString(r.Body).Split('\n').Length - 1).ShouldBe([40, 40, 20]);
        peer.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("no json")]
    [InlineData("""{"timed_out":false,"hits":{"hits":"none"}}""")]
    [InlineData("""{"timed_out":false,"hits":{"total":{"value":1},"hits":[{"_id":"no uuid","sort":[1,"x"]}]}}""")]
    [InlineData("""{"timed_out":false,"hits":{"total":{"value":1},"hits":[{"_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41"}]}}""")]
    [InlineData("""{"timed_out":false,"hits":{"total":{"value":1},"hits":[{"_id":"0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41","sort":[1]}]}}""")]
    public async Task A_search_whose_answer_cannot_be_read_failed(string body)
    {
        await using var peer = new ElasticsearchPeer(_ => PeerAnswer.Ok(body));
        await using var world = World(peer);
        await Should.ThrowAsync<StorageUnavailableException>(async () => await SearchAsync(world));
    }

    [Fact]
    public async Task A_search_that_ran_out_of_time_is_refused_with_advice_whether_it_was_told_or_not()
    {
        await using var told = new ElasticsearchPeer(static _ => PeerAnswer.Ok("""{"timed_out":true,"hits":{"total":{"value":5},"hits":[]}}"""));
        await using var world = World(told);
        (await SearchAsync(world)).Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("took longer than 30 s");

        await using var silent = new ElasticsearchPeer(static _ => new(PeerAnswer.Never, ""));
        await using var impatient = new ElasticsearchWorld(fixture.Database, ElasticsearchWorld.At(silent.Address), TimeSpan.FromMilliseconds(50));
        (await SearchAsync(impatient)).Error.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("took longer than 0.05 s");
    }

    [Fact]
    public async Task A_search_that_met_a_busy_node_is_sent_once_more()
    {
        var answers = new Queue<PeerAnswer>([PeerAnswer.Error(503, "search_phase_execution_exception", "all shards failed"), PeerAnswer.Ok(Nothing)]);
        await using var peer = new ElasticsearchPeer(_ => answers.Dequeue());
        await using var world = World(peer);
        (await SearchAsync(world)).Succeeded.ShouldBeTrue();
    }

    [Theory]
    [InlineData(429, "circuit_breaking_exception")]
    [InlineData(503, "unavailable_shards_exception")]
    [InlineData(404, "index_not_found_exception")]
    [InlineData(401, "security_exception")]
    public async Task A_cluster_in_trouble_is_a_fault_and_not_an_empty_page(int status, string type)
    {
        await using var peer = new ElasticsearchPeer(_ => PeerAnswer.Error(status, type, "no"));
        await using var world = World(peer);
        (await Should.ThrowAsync<StorageUnavailableException>(async () => await SearchAsync(world))).Message.ShouldContain(status == 404 ? "case-cli search rebuild" : type);
    }

    [Fact]
    public async Task A_query_that_the_cluster_refuses_is_refused()
    {
        await using var peer = new ElasticsearchPeer(static _ => PeerAnswer.Error(400, "too_many_nested_clauses", "deep"));
        await using var world = World(peer);
        var refused = (await SearchAsync(world)).Error.ShouldNotBeNull();
        refused.Kind.ShouldBe(ErrorKind.Invalid);
        refused.Detail.ShouldNotBeNull().ShouldContain("too_many_nested_clauses");
    }

    [Fact]
    public async Task The_next_node_is_asked_when_one_is_gone()
    {
        await using var gone = new ElasticsearchPeer(static _ => new(PeerAnswer.Gone, ""));
        await using var peer = new ElasticsearchPeer(static _ => PeerAnswer.Ok(Nothing));
        await using var world = new ElasticsearchWorld(fixture.Database, ElasticsearchWorld.At($"{gone.Address},{peer.Address}"));
        (await SearchAsync(world)).Succeeded.ShouldBeTrue();
        (await SearchAsync(world)).Succeeded.ShouldBeTrue();
        gone.Requests.Count.ShouldBe(1);
        peer.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Secrets_travel_in_the_header_that_the_cluster_reads()
    {
        await using var peer = new ElasticsearchPeer(static _ => PeerAnswer.Ok(Nothing));
        await using var key = World(peer, static o => o.ApiKey = "aWQ6a2V5");
        await SearchAsync(key);
        await using var user = World(peer, static o => (o.Username, o.Password) = ("ana", "pass:word"));
        await SearchAsync(user);
        peer.Requests.Select(static r => r.Headers["authorization"]).ShouldBe(["ApiKey aWQ6a2V5", "Basic YW5hOnBhc3M6d29yZA=="]);
    }

    [Fact]
    public async Task Every_shape_of_filter_is_translated()
    {
        await using var peer = new ElasticsearchPeer(static _ => PeerAnswer.Ok(Nothing));
        await using var world = World(peer);
        var names = (await FilterNames.FindAsync(new("t", fixture.Database.DataSource), s_org, new ConstantFilter(true), Cancelled)).Value.ShouldNotBeNull();
        foreach (var type in typeof(CaseFilter).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(CaseFilter))))
        {
            var filter = (CaseFilter)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);

            // An empty filter may fail for what it lacks, but not because nobody knows its shape.
            var problem = Record.Exception(() => new FilterDsl(names).Of(s_org, filter));
            (problem is ArgumentOutOfRangeException { ParamName: "filter", ActualValue: not null } ? type.Name : null).ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("Addresses", "")]
    [InlineData("Addresses", "es-1:9200")]
    [InlineData("Addresses", "https://ana:secret@es-1:9200")]
    [InlineData("Addresses", "http://es-1:9200")]
    [InlineData("Index", "Cases")]
    [InlineData("Index", "")]
    [InlineData("Password", "only")]
    [InlineData("CertificateFingerprint", "abc")]
    [InlineData("Shards", "0")]
    [InlineData("BulkCases", "0")]
    [InlineData("BulkBytes", "1")]
    [InlineData("WriteTimeout", "00:00:00")]
    public void Settings_that_cannot_work_name_their_key(string key, string value)
    {
        var settings = new Dictionary<string, string?> { ["Addresses"] = "https://es-1:9200", ["ApiKey"] = "aWQ6a2V5", [key] = value };
        var options = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().Get<ElasticsearchOptions>().ShouldNotBeNull();
        var failure = Validator(SearchEngine.Elasticsearch).Validate(null, options).FailureMessage.ShouldNotBeNull();
        failure.ShouldContain("Search:Elasticsearch:" + (key == "Password" ? "Username" : key));
        failure.ShouldNotContain("secret@");
        Validator(SearchEngine.Postgres).Validate(null, options).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void Settings_of_a_usual_cluster_are_taken() => Validator(SearchEngine.Elasticsearch)
        .Validate(null, new() { Addresses = "https://es-1:9200, https://es-2:9200/base", Username = "ana", Password = "x", CertificateFingerprint = string.Join(':', Enumerable.Repeat("aB", 32)) })
        .Failed.ShouldBeFalse();

    [Fact]
    public void Numbers_are_texts_in_the_numbers_order()
    {
        decimal[] numbers = [-9999999999999999.999999999999m, -10m, -9.5m, -0.000000000001m, 0m, 0.000000000001m, 9.5m, 10m, 9999999999999999.999999999999m];
        numbers.Select(CaseDocument.Number).ShouldBe(numbers.Select(CaseDocument.Number).Order(StringComparer.Ordinal));
        CaseDocument.Number(-0.0m).ShouldBe(CaseDocument.Number(0m));
    }

    private static ElasticsearchOptionsValidator Validator(SearchEngine engine) => new(Options.Create(new SearchOptions { Engine = engine }));

    private static SearchQuery Parse(string text) => SearchQuery.Parse(text).Value.ShouldNotBeNull(text);

    private static IEnumerable<IndexedCase> Deletes() => [new(s_first, 1, null), new(s_second, 1, null)];

    private static PeerAnswer Items(params (Guid Id, string Kind, int Status, string? Error)[] items) =>
        PeerAnswer.Ok("""{"took":3,"errors":true,"items":[""" + string.Join(',', items.Select(Item)) + "]}");

    private static string Item((Guid Id, string Kind, int Status, string? Error) item)
    {
        var error = item.Error is null ? "" : $$""","error":{"type":"{{item.Error}}","reason":"because"}""";
        return $$"""{"{{item.Kind}}":{"_index":"cases-1","_id":"{{item.Id}}","status":{{item.Status}}{{error}} } }""";
    }

    private static CaseSnapshot Case(Guid id) => new()
    {
        OrgId = s_org,
        Id = id,
        Version = 7,
        ProjectId = s_org,
        Key = "NOC-1",
        PublicId = 1,
        TypeId = SearchCases.Types[0].Id,
        Title = "one",
        StatusName = "In Progress",
        StatusGroup = StatusGroup.InProgress,
        CreatedBy = s_org,
        CreatedAt = SearchCases.Now,
    };

    private static ValueTask<Outcome<CaseSearchPage>> SearchAsync(ElasticsearchWorld world) =>
        world.Search.SearchAsync(new(s_org, Guid.Empty, SearchQuery.Everything, CaseSort.CreatedAt, Ascending: false, 10, 1), Cancelled);

    private ElasticsearchWorld World(ElasticsearchPeer peer, Action<ElasticsearchOptions>? set = null)
    {
        var options = ElasticsearchWorld.At(peer.Address);
        set?.Invoke(options);
        return new(fixture.Database, options);
    }
}
