using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Grains.Files;
using Switchboard.Handlers.Evp;
using Switchboard.Storage.Databases;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Evp;

/// <summary>From events to files, on a database and a store of the test's own: the segments of a database belong together.</summary>
public sealed class EvpFilesTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(Samples.Time);
    private readonly EvpOptions _options = new() { SegmentBytes = 20_000, SegmentAge = TimeSpan.FromMinutes(5) };
    private readonly FaultyStore _store = new();
    private TestDatabase _database = null!;
    private TestStorage _storage = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EvpHandler Handler => new(Options.Create(_options), _time);

    private EvpFiles Files => new(_store, Options.Create(_options), _time);

    private TenantDatabase Tenant => _storage.Services.GetRequiredService<TenantDatabase>();

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _storage = TestStorage.Connect(_database, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_segment_becomes_a_file_when_it_is_large_enough_or_old_enough()
    {
        var events = Changes(100);
        await Handler.WriteAsync(_database.DataSource, events[..10], Token);
        (await Files.WriteAsync(Tenant, Token)).ShouldBe(0);
        _time.Advance(TimeSpan.FromMinutes(5));
        (await Files.WriteAsync(Tenant, Token)).ShouldBe(1);

        await Handler.WriteAsync(_database.DataSource, events[10..60], Token);
        (await Files.WriteAsync(Tenant, Token)).ShouldBe(1); // larger than the limit at once
        await Handler.WriteAsync(_database.DataSource, events[60..], Token);
        (await Files.WriteAsync(Tenant, Token)).ShouldBe(1);
        (await Files.WriteAsync(Tenant, Token)).ShouldBe(0);

        _store.Names.ShouldAllBe(name => name.StartsWith("events/v1/tenant=case-management/date=2026-01-15/0001-00000000") && name.EndsWith(".ndjson.gz"));
        _store.Names.Count.ShouldBe(3);
        (await _database.ExecuteAsync("select count(*) from evp_line")).ShouldBe(0L);
        (await _database.ExecuteAsync("select count(*) from evp_segment where state = 2 and sha256 is not null and file_bytes > 0")).ShouldBe(3L);
        (await LinesAsync()).Select(line => line.GetProperty("event_id").GetGuid()).ShouldBe(events.Select(one => one.Record.EventId));
    }

    [Fact]
    public async Task Files_hold_every_committed_event_once_whatever_dies_when()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        var events = Changes(600);
        var next = 0;
        while (next < events.Length)
        {
            var batch = events[next..Math.Min(events.Length, next + random.Next(1, 60))];
            if (random.Next(4) == 0)
            {
                await Handler.WriteAsync(_database.DataSource, batch, Token, commit: false); // killed before the commit; delivered again
                continue;
            }

            await Handler.WriteAsync(_database.DataSource, batch, Token);
            next += batch.Length;
            _time.Advance(TimeSpan.FromMinutes(random.Next(3)));
            _store.Fail = random.Next(4) switch { 0 => StoreFault.Before, 1 => StoreFault.After, _ => StoreFault.None };
            if (_store.Fail != StoreFault.None)
            {
                // Killed before the file was there, or after it was and before that was noted.
                await Record.ExceptionAsync(() => Files.WriteAsync(Tenant, Token));
                _store.Fail = StoreFault.None;
            }
            else
            {
                // Two processes at once.
                await Task.WhenAll(Files.WriteAsync(Tenant, Token), Files.WriteAsync(Tenant, Token));
            }
        }

        _time.Advance(TimeSpan.FromHours(1));
        await Files.WriteAsync(Tenant, Token);

        (await LinesAsync()).Select(line => line.GetProperty("event_id").GetGuid()).ShouldBe(events.Select(one => one.Record.EventId), $"seed {seed}");
        (await _database.ExecuteAsync("select count(*) from evp_line")).ShouldBe(0L);
    }

    [Fact]
    public async Task Writers_at_once_share_a_segment_and_lose_no_line()
    {
        var events = Changes(400);

        await Parallel.ForEachAsync(
            events.Chunk(20),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token },
            async (batch, token) =>
            {
                await Handler.WriteAsync(_database.DataSource, batch, token);
                await Files.WriteAsync(Tenant, token);
            });
        _time.Advance(TimeSpan.FromHours(1));
        await Files.WriteAsync(Tenant, Token);

        (await LinesAsync()).Select(line => line.GetProperty("event_id").GetGuid()).ShouldBe(events.Select(one => one.Record.EventId), ignoreOrder: true);
    }

    [Fact]
    public void Settings_that_cannot_work_name_their_key()
    {
        var wrong = new EvpOptions { SegmentBytes = 1, SegmentAge = TimeSpan.Zero, Interval = TimeSpan.Zero };
        var refused = new EvpOptionsValidator().Validate(null, wrong).FailureMessage.ShouldNotBeNull();
        refused.ShouldContain("Evp:SegmentBytes");
        refused.ShouldContain("Evp:SegmentAge");
        refused.ShouldContain("Evp:Interval");
        new EvpOptionsValidator().Validate(null, new EvpOptions()).Succeeded.ShouldBeTrue();
    }

    private static HandledEvent[] Changes(int count) =>
        [.. Enumerable.Range(1, count).Select(version => Deliveries.Event(Guid.NewGuid(), Guid.NewGuid(), version, new PriorityChanged(CasePriority.P2, CasePriority.P1)))];

    private async Task<List<JsonElement>> LinesAsync()
    {
        var lines = new List<JsonElement>();
        foreach (var file in _store.Files)
        {
            using var text = new StreamReader(new GZipStream(new MemoryStream(file), CompressionMode.Decompress));
            while (await text.ReadLineAsync(Token) is { } line)
            {
                lines.Add(JsonDocument.Parse(line).RootElement);
            }
        }

        return lines;
    }

    private enum StoreFault
    {
        None,
        Before,
        After,
    }

    /// <summary>Files in memory; fails before or after it has taken one.</summary>
    private sealed class FaultyStore : IBlobStore
    {
        private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

        public StoreFault Fail { get; set; }

        public IReadOnlyCollection<string> Names => _files.Keys;

        public IReadOnlyCollection<byte[]> Files => _files.Values;

        public async ValueTask PutAsync(string name, Stream content, string contentType, CancellationToken cancellationToken)
        {
            BlobName.Check(name);
            if (Fail == StoreFault.Before)
            {
                throw new IOException("no room");
            }

            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, cancellationToken);
            lock (_files)
            {
                if (_files.TryGetValue(name, out var there))
                {
                    there.ShouldBe(bytes.ToArray(), $"{name} was written with another content");
                }

                _files[name] = bytes.ToArray();
            }

            if (Fail == StoreFault.After)
            {
                throw new IOException("the connection was lost");
            }
        }

        public ValueTask<Blob?> OpenAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
