using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.EventStore;

/// <summary>Each test has a database of its own, since it reads the whole feed.</summary>
public sealed class FeedTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private TestDatabase _database = null!;
    private TestStorage _storage = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(server.Server);
        _storage = TestStorage.Connect(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_event_is_read_as_it_was_written()
    {
        var project = Samples.Project(_org);
        var request = Samples.Create(project);
        await AppendAsync(request);

        var recorded = (await ReadAllAsync()).ShouldHaveSingleItem();

        recorded.Id.ShouldBe(request.Events[0].Id);
        recorded.Stream.ShouldBe(request.Stream);
        recorded.Version.ShouldBe(1);
        Json.Of<object>(recorded.Body).ShouldBe(Json.Of<object>(request.Events[0].Body));
        recorded.Metadata.ShouldBe(request.Metadata);
        recorded.OccurredAt.ShouldBe(request.Events[0].OccurredAt);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        var project = Samples.Project(_org);
        await AppendAsync(Samples.Create(project));
        await Task.WhenAll(Enumerable.Range(1, 60).Select(number => AppendAsync(Samples.Open(Samples.Case(project, number)))));

        var all = await ReadAllAsync(pageSize: 7);

        all.Count.ShouldBe(61);
        all.Select(recorded => recorded.Id).ShouldBeUnique();
        all.Select(recorded => recorded.Position).ShouldBeInOrder();
    }

    [Fact]
    public async Task A_transaction_that_commits_late_is_waited_for_and_then_seen()
    {
        await AppendAsync(Samples.Create(Samples.Project(_org, "ONE")));
        await using var late = new NpgsqlConnection(_database.ConnectionString);
        await late.OpenAsync(Token);
        await using var transaction = await late.BeginTransactionAsync(Token);
        var lateId = await InsertEventAsync(late, transaction);

        // Committed after the late one began, before it ends.
        await AppendAsync(Samples.Create(Samples.Project(_org, "TWO")));
        var epoch = await _storage.Feed.GetEpochAsync(Token);
        var first = await _storage.Feed.ReadAsync(FeedPosition.Start(epoch), 100, Token);
        first.Events.Length.ShouldBe(1);
        var position = first.Events[^1].Position;
        (await _storage.Feed.ReadAsync(position, 100, Token)).Events.ShouldBeEmpty();

        await transaction.CommitAsync(Token);
        var rest = await _storage.Feed.ReadAsync(position, 100, Token);

        rest.Events.Length.ShouldBe(2);
        rest.Events[0].Id.ShouldBe(lateId);
        rest.Horizon.ShouldBeGreaterThan(first.Horizon);
    }

    [Fact]
    public async Task A_transaction_that_is_rolled_back_leaves_no_gap()
    {
        await using var late = new NpgsqlConnection(_database.ConnectionString);
        await late.OpenAsync(Token);
        await using (var transaction = await late.BeginTransactionAsync(Token))
        {
            await InsertEventAsync(late, transaction);
            await transaction.RollbackAsync(Token);
        }

        await AppendAsync(Samples.Create(Samples.Project(_org)));

        (await ReadAllAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_position_of_another_epoch_is_refused()
    {
        await AppendAsync(Samples.Create(Samples.Project(_org)));
        var epoch = await _storage.Feed.GetEpochAsync(Token);
        await _database.ExecuteAsync("update store_epoch set epoch = epoch + 1");

        var error = await Should.ThrowAsync<InvalidOperationException>(() => _storage.Feed.ReadAsync(FeedPosition.Start(epoch), 10, Token).AsTask());

        error.Message.ShouldContain($"epoch {epoch + 1}");
        (await _storage.Feed.ReadAsync(FeedPosition.Start(epoch + 1), 10, Token)).Events.Length.ShouldBe(1);
    }

    [Fact]
    public async Task Horizon_and_events_come_from_one_statement()
    {
        await AppendAsync(Samples.Create(Samples.Project(_org)));
        var epoch = await _storage.Feed.GetEpochAsync(Token);
        var statements = new List<string>();
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("db.namespace") as string == _database.Name || activity.GetTagItem("db.name") as string == _database.Name)
                {
                    statements.Add((activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) as string ?? "?");
                }
            },
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);

        await _storage.Feed.ReadAsync(FeedPosition.Start(epoch), 10, Token);

        statements.ShouldHaveSingleItem().ShouldContain("pg_snapshot_xmin");
    }

    [Fact]
    public async Task Cases_that_go_with_their_project_are_in_the_feed_as_deleted()
    {
        var project = Samples.Project(_org);
        await AppendAsync(Samples.Create(project));
        var (first, second) = (Samples.Case(project, 1), Samples.Case(project, 2));
        await AppendAsync(Samples.Open(first));
        await AppendAsync(Samples.Open(second));
        await AppendAsync(Samples.SetPriority(second, CasePriority.P1));
        var delete = Samples.Delete(project);

        await AppendAsync(delete);

        var deleted = (await ReadAllAsync()).Where(recorded => recorded.Body is CaseDeleted).OrderBy(recorded => recorded.Version).ToArray();
        deleted.Select(recorded => (recorded.Stream, recorded.Version)).ShouldBe(
            [(new StreamName(_org, "case", first.Id), 2), (new StreamName(_org, "case", second.Id), 3)]);
        deleted.Select(recorded => recorded.Body).ShouldBe(
            [new CaseDeleted(project.Id, first.Key), new CaseDeleted(project.Id, second.Key)]);
        deleted.ShouldAllBe(recorded => recorded.Metadata == delete.Metadata);
        (await _storage.Rows<CaseSnapshot>().LoadAsync(_org, first.Id, Token)).ShouldBeNull();
        (await _storage.Rows<ProjectSnapshot>().LoadAsync(_org, project.Id, Token)).ShouldBeNull();
        (await _database.ExecuteAsync("select (select count(*) from timeline_cell) + (select count(*) from case_text)")).ShouldBe(0L);
    }

    [Fact]
    public async Task Cases_that_are_opened_while_their_project_is_deleted_are_deleted_or_refused()
    {
        var project = Samples.Project(_org);
        await AppendAsync(Samples.Create(project));
        var opening = Enumerable.Range(1, 100)
            .Select(number => _storage.Store.AppendAsync(Samples.Open(Samples.Case(project, number)), Token).AsTask())
            .ToArray();
        await opening[10];

        await AppendAsync(Samples.Delete(project));

        var opened = (await Task.WhenAll(opening)).Count(result => result.Status == AppendStatus.Appended);
        var events = await ReadAllAsync();
        events.Count(recorded => recorded.Body is CaseOpened).ShouldBe(opened);
        events.Count(recorded => recorded.Body is CaseDeleted).ShouldBe(opened);
        (await _database.ExecuteAsync("select count(*) from \"case\"")).ShouldBe(0L);
    }

    private async Task<List<RecordedEvent>> ReadAllAsync(int pageSize = 100)
    {
        var position = FeedPosition.Start(await _storage.Feed.GetEpochAsync(Token));
        var all = new List<RecordedEvent>();
        while (true)
        {
            var batch = await _storage.Feed.ReadAsync(position, pageSize, Token);
            all.AddRange(batch.Events);
            if (batch.Events.IsEmpty)
            {
                return all;
            }

            position = batch.Events[^1].Position;
        }
    }

    private async Task AppendAsync(AppendRequest request) =>
        (await _storage.Store.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.Appended);

    private async Task<Guid> InsertEventAsync(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var id = Guid.CreateVersion7();
        await using var insert = new NpgsqlCommand(
            """
            insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            values ($1, 'org', $1, 1, $2, 'org.created', 1, '{"name": "Late"}', '{"actor": {"kind": "System", "id": "00000000-0000-0000-0000-000000000000"}, "correlation_id": "r"}', now(), now())
            """,
            connection,
            transaction);
        insert.Parameters.Add(new() { Value = _org });
        insert.Parameters.Add(new() { Value = id });
        await insert.ExecuteNonQueryAsync(Token);
        return id;
    }
}
