using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.Cases;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Handlers.Replays;
using Switchboard.Handlers.Running;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Search.Elasticsearch;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Frame;

/// <summary>
/// The real flavors, each unable to have its effect on one case: their tables refuse it, and what they call fails. Nexus calls nothing and
/// writes nothing; there is nothing in it that could fail. The case indexer takes alerts, not cases, and has marks of its own.
/// </summary>
public sealed class FailingFlavorTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private static readonly string[] _tables = ["timeline_entry", "analytic_case", "attribute_case", "audit_event", "evp_line", "webhook_delivery"];
    private readonly Guid _org = Guid.CreateVersion7();
    private readonly Broken _broken = new();
    private HandlerWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _world = HandlerWorld.Create(
            database.Database,
            catalog => catalog.Services
                .AddSingleton<ICaseIndexer>(_broken).AddSingleton<ICaseLinks>(_broken).AddSingleton<IAggregateRows<CaseSnapshot>>(_broken));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_a_flavor_always_fails_on_is_parked_the_flavor_goes_on_and_a_replay_has_the_effect_once()
    {
        await database.Database.ExecuteAsync(
            $"""
            insert into webhook_endpoint (id, org_id, version, name, url, event_types, project_ids, enabled, secret, secret_id, secret_hint, created_by, created_at, modified_at)
            values (gen_random_uuid(), '{_org}', 1, 'all', 'https://example.com', array[]::text[], array[]::uuid[], true, '', gen_random_uuid(), '', gen_random_uuid(), '2020-01-01', '2020-01-01')
            """);
        var (bad, good) = (Events(), Events());
        await BreakAsync(bad[0].StreamId);
        var pipes = _world.Pipes.Where(pipe => pipe.Flavor.Name is not ("nexus" or "case-indexer")).ToArray();
        pipes.Length.ShouldBe(8);

        await Task.WhenAll(pipes.SelectMany(pipe => new[] { DeliverAsync(pipe, bad), DeliverAsync(pipe, good) }));

        foreach (var pipe in pipes)
        {
            var letters = await LettersAsync(pipe.Flavor, bad, DeadLetterStatus.Parked);
            letters.Select(letter => letter.Letter.Version).ShouldBe(FailingOn(pipe.Flavor), pipe.Flavor.Name);
            letters[0].Letter.Reason.ShouldBe(DeadLetterReason.HandlerFailed, pipe.Flavor.Name);
            letters[0].Letter.Error.ShouldContain("always fails");
            letters.Skip(1).ShouldAllBe(
                letter => letter.Letter.Reason == (pipe.Flavor.WhenParked == ParkPolicy.ParkCase ? DeadLetterReason.BehindAnother : DeadLetterReason.HandlerFailed));
            (await LettersAsync(pipe.Flavor, good, DeadLetterStatus.Parked)).ShouldBeEmpty(pipe.Flavor.Name);
            (await EffectsAsync(pipe.Flavor, good[0].StreamId)).ShouldBe(ExpectedOf(pipe.Flavor), pipe.Flavor.Name);
        }

        await MendAsync();
        foreach (var pipe in pipes)
        {
            await _world.Letters.RequestReplayAsync(HandlerWorld.Tenant, pipe.Flavor.Name, 100, "ops", Token);
            await _world.Services.GetRequiredService<Replayer>().ReplayAsync(
                _world.Services.GetRequiredService<TenantDatabases>().CaseManagement, pipe, Token);
            await DeliverAsync(pipe, bad);

            (await LettersAsync(pipe.Flavor, bad, DeadLetterStatus.Replayed)).Count.ShouldBe(FailingOn(pipe.Flavor).Length, pipe.Flavor.Name);
            (await EffectsAsync(pipe.Flavor, bad[0].StreamId)).ShouldBe(ExpectedOf(pipe.Flavor), pipe.Flavor.Name);
        }
    }

    /// <summary>Which of the case's events the flavor can do nothing about while it is broken.</summary>
    private static long?[] FailingOn(Flavor flavor) => flavor.Name switch
    {
        "analytic" => [1, 2, 4],
        "attributes-indexer" => [1, 3],
        "case-link" => [2], // the closing
        _ => [1, 2, 3, 4],
    };

    /// <summary>What is counted in the end.</summary>
    private static string ExpectedOf(Flavor flavor) => flavor.Name switch
    {
        "analytic" => "version 4, reopened 1",
        "attributes-indexer" => "version 3",
        "case-link" => "1",
        _ => "4",
    };

    private static async Task DeliverAsync(EventPipe pipe, EventRecord[] events)
    {
        foreach (var record in events)
        {
            await pipe.HandleAsync(record, Token);
        }
    }

    private EventRecord[] Events()
    {
        var id = Guid.CreateVersion7();
        var none = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;
        return
        [
            _world.Record(
                new CaseOpened(Guid.CreateVersion7(), "OPS-1", 1, Guid.Empty, "a", "", CasePriority.P1, "Open", StatusGroup.Open, null, none, "MANUAL"), _org, id, 1),
            _world.Record(new StatusChanged("Open", StatusGroup.Open, "Closed", StatusGroup.Closed), _org, id, 2),
            _world.Record(new AttributesReplaced(none, none.Add("team", ["noc"])), _org, id, 3),
            _world.Record(new StatusChanged("Closed", StatusGroup.Closed, "Open", StatusGroup.Open), _org, id, 4),
        ];
    }

    private async Task BreakAsync(Guid stream)
    {
        await database.Database.ExecuteAsync(
            $"""
            create function always_fails() returns trigger language plpgsql as $$
            begin
                if to_jsonb(new)::text like '%{stream}%' then raise exception 'this flavor always fails'; end if;
                return new;
            end $$
            """);
        foreach (var table in _tables)
        {
            await database.Database.ExecuteAsync($"create trigger fails before insert or update on {table} for each row execute function always_fails()");
        }

        _broken.Stream = stream;
    }

    private async Task MendAsync()
    {
        foreach (var table in _tables)
        {
            await database.Database.ExecuteAsync($"drop trigger fails on {table}");
        }

        _broken.Stream = null;
    }

    private async Task<string?> EffectsAsync(Flavor flavor, Guid stream) => flavor.Name switch
    {
        "timeline" => await TextAsync($"select count(*)::text from timeline_entry where case_id = '{stream}'"),
        "analytic" => await TextAsync($"select 'version ' || version || ', reopened ' || reopens from analytic_case where case_id = '{stream}'"),
        "attributes-indexer" => await TextAsync($"select 'version ' || version from attribute_case where case_id = '{stream}'"),
        "audit" => await TextAsync($"select count(*)::text from audit_event where target_id = '{stream}'"),
        "evp-indexer" => await TextAsync($"select count(*)::text from evp_line where line like '%\"{stream}\"%'"),
        "webhook" => await TextAsync($"select count(*)::text from webhook_delivery where stream_id = '{stream}'"),
        "search-indexer-es-v8" => $"{_broken.Indexed.Count(id => id == stream)}",
        "case-link" => $"{_broken.Followed.Count(id => id == stream)}",
        _ => throw new NotSupportedException($"This test does not know what {flavor.Name} does."),
    };

    private async Task<string?> TextAsync(string sql) => (string?)await database.Database.ExecuteAsync(sql);

    private async Task<IReadOnlyList<StoredDeadLetter>> LettersAsync(Flavor flavor, EventRecord[] events, DeadLetterStatus status) =>
        await _world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery(flavor.Name, status, events[0].StreamId), Token);

    /// <summary>What two of the flavors call.</summary>
    private sealed class Broken : ICaseIndexer, ICaseLinks, IAggregateRows<CaseSnapshot>
    {
        private readonly Lock _lock = new();

        public Guid? Stream { get; set; }

        public List<Guid> Indexed { get; } = [];

        public List<Guid> Followed { get; } = [];

        public Task WriteAsync(EventRecord record, CancellationToken cancellationToken)
        {
            Call(Indexed, record.StreamId);
            return Task.CompletedTask;
        }

        public ValueTask<CaseSnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => ValueTask.FromResult<CaseSnapshot?>(
            Samples.Case(Samples.Project(orgId)) with { Id = id, StatusGroup = StatusGroup.Closed });

        public ValueTask<ImmutableArray<CaseLink>> ListAsync(Guid orgId, LinkEnd end, string? relationship, CancellationToken cancellationToken)
        {
            Call(Followed, end.CaseId!.Value);
            return ValueTask.FromResult<ImmutableArray<CaseLink>>([]);
        }

        public ValueTask<CaseLink?> FindAsync(Guid orgId, Guid linkId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ImmutableArray<CaseLink>> ListJoinedAsync(Guid orgId, Guid caseId, string? relationship, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<bool> LeadsToAsync(Guid orgId, string relationship, LinkEnd from, LinkEnd to, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        private void Call(List<Guid> calls, Guid stream)
        {
            if (stream == Stream)
            {
                throw new InvalidOperationException("This flavor always fails.");
            }

            lock (_lock)
            {
                calls.Add(stream);
            }
        }
    }
}
