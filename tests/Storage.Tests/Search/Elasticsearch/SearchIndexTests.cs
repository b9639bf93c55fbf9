using Switchboard.Grains.Search;
using Switchboard.Storage.Search;
using Switchboard.Storage.Search.Elasticsearch;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search.Elasticsearch;

/// <summary>The index follows the rows: through events, rebuilds, losses and absences of the cluster. Each test has a database of its own: a rebuild reads all of it.</summary>
public sealed class SearchIndexTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_index_is_made_from_the_rows()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = await WriteAsync(database, 30);
        var index = new IndexInMemory();
        await using var peer = new ElasticsearchPeer(index.Answer);
        await using var world = new ElasticsearchWorld(database, ElasticsearchWorld.At(peer.Address));
        await world.Guard.LookAsync(Cancelled);
        index.Documents("cases").Count.ShouldBe(30);

        index.Lose("cases");
        await world.Guard.LookAsync(Cancelled);
        index.Documents("cases").Count.ShouldBe(30);
        (await CountAsync(world, org.OrgId)).ShouldBe(org.Cases.LongCount(static c => c.ArchivedAt is null));
        peer.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_brings_the_row_of_its_case_and_a_late_one_does_not_bring_back_an_older()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = await WriteAsync(database, 3);
        var index = new IndexInMemory();
        await using var peer = new ElasticsearchPeer(index.Answer);
        await using var world = new ElasticsearchWorld(database, ElasticsearchWorld.At(peer.Address));
        await world.Guard.LookAsync(Cancelled);

        var id = org.Cases[0].Id;
        await database.ExecuteAsync($"update \"case\" set title = 'changed', version = 9 where id = '{id}'");
        await Task.WhenAll(Enumerable.Range(2, 8).Select(version => world.Lane.WriteAsync(id, version, new(1, 1), Cancelled)));
        index.Documents("cases")[id.ToString()].Version.ShouldBe(9);

        var old = org.Cases[0] with { Title = "late", Version = 8 };
        (await world.Bulk.WriteAsync("cases", isAlias: true, [new(id, 8, old)], TimeSpan.Zero, Cancelled)).ShouldBeEmpty();
        index.Documents("cases")[id.ToString()].Source!["title"]!.GetValue<string>().ShouldBe("changed");

        await database.ExecuteAsync($"delete from \"case\" where id = '{id}'");
        await world.Lane.WriteAsync(id, 10, new(1, 1), Cancelled);
        index.Documents("cases").ContainsKey(id.ToString()).ShouldBeFalse();
        (await world.Bulk.WriteAsync("cases", isAlias: true, [new(id, 8, old)], TimeSpan.Zero, Cancelled)).ShouldBeEmpty();
        index.Documents("cases").ContainsKey(id.ToString()).ShouldBeFalse();
        peer.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_case_is_found_by_what_was_said_in_its_calls_also_after_a_rebuild()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = await WriteAsync(database, 20);
        var index = new IndexInMemory();
        await using var peer = new ElasticsearchPeer(index.Answer);
        await using var world = new ElasticsearchWorld(database, ElasticsearchWorld.At(peer.Address));
        await world.Guard.LookAsync(Cancelled);
        var called = org.Cases.First(static one => one.ArchivedAt is null);
        (await FoundAsync(world, org.OrgId, "zeppelin")).ShouldBeEmpty();

        await database.ExecuteAsync(
            $"update case_text set said = E'the Zeppelin has landed\\nafter the storm' where case_id = '{called.Id}'; update \"case\" set version = 2 where id = '{called.Id}'");
        await world.Lane.WriteAsync(called.Id, 2, new(1, 1), Cancelled);

        foreach (var query in (string[])["zeppelin", "\"landed after the storm\"", "storm zeppelin"])
        {
            (await FoundAsync(world, org.OrgId, query)).ShouldBe([called.Id], query);
        }

        (await FoundAsync(world, Guid.NewGuid(), "zeppelin")).ShouldBeEmpty();
        await world.Rebuild.RebuildAsync(null, Cancelled);
        (await FoundAsync(world, org.OrgId, "zeppelin")).ShouldBe([called.Id]);
        peer.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cases_of_many_callers_share_requests()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = await WriteAsync(database, 200);
        var index = new IndexInMemory();
        await using var peer = new ElasticsearchPeer(index.Answer);
        await using var world = new ElasticsearchWorld(database, ElasticsearchWorld.At(peer.Address));
        await world.Guard.LookAsync(Cancelled);
        var before = peer.Requests.Count;
        await Task.WhenAll(org.Cases.Select(c => Task.Run(() => world.Lane.WriteAsync(c.Id, c.Version, new(1, 1), Cancelled))));
        (peer.Requests.Count - before).ShouldBeLessThan(100);
    }

    [Fact]
    public async Task What_is_written_while_an_index_is_rebuilt_is_in_the_new_one()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = await WriteAsync(database, 1_200);
        var index = new IndexInMemory();
        var moved = 0;
        Func<Task>? meanwhile = null;
        await using var peer = new ElasticsearchPeer(request =>
        {
            // Before each step of the rebuild a case that it has read already changes, and its event reaches the alias' present index.
            if (meanwhile is not null && (request.Path.EndsWith("_bulk", StringComparison.Ordinal) || request.Path == "/_aliases" || request.Path.EndsWith("_refresh", StringComparison.Ordinal)))
            {
                Interlocked.Increment(ref moved);
                meanwhile().GetAwaiter().GetResult();
            }

            return index.Answer(request);
        });
        await using var world = new ElasticsearchWorld(database, ElasticsearchWorld.At(peer.Address));
        await world.Guard.LookAsync(Cancelled);
        var first = index.Names.ShouldHaveSingleItem();

        var byId = org.Cases.OrderBy(static c => c.Id.ToString(), StringComparer.Ordinal).ToArray();
        var next = 0;
        meanwhile = async () =>
        {
            var one = byId[next++];
            await database.ExecuteAsync($"update \"case\" set title = 'moved', version = 5 where id = '{one.Id}'");
            await LogAsync(database, org.OrgId, one.Id, 5);
        };
        (await world.Rebuild.RebuildAsync(null, Cancelled)).ShouldBe(1_200);
        meanwhile = null;

        index.Names.ShouldHaveSingleItem().ShouldNotBe(first);
        moved.ShouldBeGreaterThan(4);

        // The last change came with the last catching-up itself; its own event follows in the ordinary way.
        var titles = index.Documents("cases").Values.Count(static d => d.Source!["title"]!.GetValue<string>() == "moved");
        titles.ShouldBeGreaterThanOrEqualTo(moved - 1);
        peer.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_cluster_missed_is_caught_up_and_no_event_waits_for_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = await WriteAsync(database, 20);
        var index = new IndexInMemory();
        var away = false;
        await using var peer = new ElasticsearchPeer(request => away ? new(503, "{}", "Retry-After: 60\r\n") : index.Answer(request));
        await using var world = new ElasticsearchWorld(database, ElasticsearchWorld.At(peer.Address));
        await world.Guard.LookAsync(Cancelled);

        away = true;
        foreach (var one in org.Cases.Take(10))
        {
            await database.ExecuteAsync($"update \"case\" set title = 'missed', version = 5 where id = '{one.Id}'");
            var tx = await LogAsync(database, org.OrgId, one.Id, 5);
            await world.Lane.WriteAsync(one.Id, 5, new(1, tx), Cancelled);
        }

        await Should.ThrowAsync<ElasticsearchException>(() => world.Guard.LookAsync(Cancelled));
        (await world.Debts.FindAsync("cases", Cancelled)).ShouldNotBeNull().Notes.ShouldBe(10);

        away = false;
        await world.Guard.LookAsync(Cancelled);
        (await world.Debts.FindAsync("cases", Cancelled)).ShouldBeNull();
        index.Documents("cases").Values.Count(static d => d.Source!["title"]!.GetValue<string>() == "missed").ShouldBe(10);
    }

    [Fact]
    public async Task Of_two_rebuilds_at_once_one_gives_way_and_a_failed_one_leaves_the_old_index_in_place()
    {
        await using var database = await TestDatabase.CreateAsync();
        await WriteAsync(database, 5);
        var index = new IndexInMemory();
        var failing = false;
        ElasticsearchWorld? other = null;
        long? second = -1;
        await using var peer = new ElasticsearchPeer(request =>
        {
            if (failing && request.Path == "/_aliases")
            {
                second = other!.Rebuild.RebuildAsync(null, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                return PeerAnswer.Error(400, "illegal_argument_exception", "no");
            }

            return index.Answer(request);
        });
        await using var world = new ElasticsearchWorld(database, ElasticsearchWorld.At(peer.Address));
        await using var twin = new ElasticsearchWorld(database, ElasticsearchWorld.At(peer.Address));
        other = twin;
        await world.Guard.LookAsync(Cancelled);
        var old = index.Names.ShouldHaveSingleItem();

        failing = true;
        await Should.ThrowAsync<ElasticsearchException>(async () => await world.Rebuild.RebuildAsync(null, Cancelled));
        second.ShouldBeNull();
        index.Documents("cases").Count.ShouldBe(5);

        failing = false;
        (await world.Rebuild.RebuildAsync(null, Cancelled)).ShouldBe(5);
        index.Names.ShouldHaveSingleItem().ShouldNotBe(old);
    }

    [Fact]
    public async Task The_search_text_of_the_database_is_rebuilt_from_the_rows()
    {
        await using var database = await TestDatabase.CreateAsync();
        var org = await WriteAsync(database, 450);
        await database.ExecuteAsync($"delete from case_text where case_id in (select id from \"case\" order by id limit 100)");
        await database.ExecuteAsync("update case_text set title = 'spoiled' where case_id in (select id from \"case\" order by id desc limit 100)");
        await using var databases = new Switchboard.Storage.Databases.TenantDatabases(
            Microsoft.Extensions.Options.Options.Create(new Switchboard.Storage.Databases.DatabaseOptions { CaseManagement = new() { Primary = database.ConnectionString } }),
            Microsoft.Extensions.Options.Options.Create(new Switchboard.Storage.Databases.StorageOptions()));
        (await new PostgresSearchRebuild(databases.CaseManagement).RebuildAsync(null, Cancelled)).ShouldBe(450);
        (await database.ExecuteAsync("select count(*) from case_text t join \"case\" c on c.id = t.case_id and c.title = t.title and c.created_at = t.created_at")).ShouldBe(450L);
        org.Cases.Length.ShouldBe(450);
    }

    private static async Task<IEnumerable<Guid>> FoundAsync(ElasticsearchWorld world, Guid org, string query)
    {
        var read = SearchQuery.Parse(query).Value.ShouldNotBeNull(query);
        return (await world.Search.SearchAsync(new(org, Guid.Empty, read, CaseSort.CreatedAt, Ascending: false, 10, 1), Cancelled))
            .Value.ShouldNotBeNull().Cases.Select(static one => one.Id);
    }

    private static async Task<long> CountAsync(ElasticsearchWorld world, Guid org) =>
        (await world.Search.SearchAsync(new(org, Guid.Empty, SearchQuery.Everything, CaseSort.CreatedAt, Ascending: false, 10, 1), Cancelled)).Value.ShouldNotBeNull().Total;

    private static async Task<SearchCases> WriteAsync(TestDatabase database, int count)
    {
        var org = SearchCases.Make(7, count);
        await SearchRows.WriteAsync(database.DataSource, org, Cancelled);
        return org;
    }

    private static async Task<ulong> LogAsync(TestDatabase database, Guid org, Guid caseId, long version) => ulong.Parse(
        (string)(await database.ExecuteAsync($$"""
            insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            values ('{{org}}', 'case', '{{caseId}}', {{version}}, gen_random_uuid(), 'case.title_changed', 1, '{}', '{}', now(), now()) returning tx::text
            """))!,
        System.Globalization.CultureInfo.InvariantCulture);
}
