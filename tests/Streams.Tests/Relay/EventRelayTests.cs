using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Storage;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;
using Switchboard.Streams.Relay;
using Switchboard.Streams.Tests.Conformance;
using Switchboard.Streams.Tests.PostgresLog;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Relay;

public sealed class EventRelayTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly int _seed = Random.Shared.Next();
    private readonly StrictPublisher _publisher = new();
    private readonly List<IHost> _hosts = [];
    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        _database = await TestDatabase.CreateAsync(server.Server);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            host.Dispose();
        }

        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Every_event_is_published_once_and_in_the_logs_order()
    {
        var records = new Records(20, _seed);
        await WriteAsync(records.Next(1500));
        await StartAsync();
        await WriteAsync(records.Next(1500));

        await _publisher.WaitForAsync("domain-events", 3000, Token);

        var published = _publisher.Of("domain-events");
        published.Select(record => record.EventId).ShouldBeUnique();
        published.Select(record => (record.Tx, record.Seq)).ShouldBeInOrder();
        published[0].Payload.ShouldContain("from");
    }

    [Fact]
    public async Task Failures_neither_skip_nor_reorder_within_a_case()
    {
        var records = new Records(10, _seed);
        _publisher.FailNext(7, afterSome: true);
        await StartAsync();

        for (var batch = 0; batch < 20; batch++)
        {
            await WriteAsync(records.Next(50));
        }

        await _publisher.WaitForAsync("domain-events", 1000, Token);
        foreach (var stream in _publisher.Of("domain-events").GroupBy(record => record.StreamId))
        {
            var highest = 0L;
            foreach (var version in stream.Select(record => record.Version))
            {
                version.ShouldBeLessThanOrEqualTo(highest + 1, $"seed {_seed}");
                highest = Math.Max(highest, version);
            }
        }
    }

    [Fact]
    public async Task The_cursor_moves_after_the_acknowledgement_only()
    {
        var records = new Records(3, _seed);
        using var hold = _publisher.Hold();
        await StartAsync();
        await WriteAsync(records.Next(10));
        await _publisher.Asked.WaitAsync(Token);

        (await PositionAsync()).ShouldBeNull();
        hold.Dispose();

        await _publisher.WaitForAsync("domain-events", 10, Token);
        await EventuallyAsync(async () => await PositionAsync() is not null);
    }

    [Fact]
    public async Task Another_process_takes_over_and_goes_on_behind_what_was_acknowledged()
    {
        var records = new Records(10, _seed);
        var first = await StartAsync();
        await WriteAsync(records.Next(300));
        await _publisher.WaitForAsync("domain-events", 300, Token);
        await StartAsync();

        await first.StopAsync(Token);
        await WriteAsync(records.Next(200));

        await _publisher.WaitForAsync("domain-events", 500, Token);
        _publisher.Of("domain-events").Select(record => record.EventId).ShouldBeUnique();
    }

    [Fact]
    public async Task After_a_relay_that_died_without_a_word_another_goes_on_at_its_position()
    {
        var records = new Records(10, _seed);
        var next = records.Next(100);
        await using var storage = TestStorage.Connect(_database);
        var table = new QueueTable(storage.Services.GetRequiredService<TenantDatabase>());
        var dead = (await table.AcquireAsync([EventRelay.NameOf(_publisher)], "dead", TimeSpan.FromSeconds(3), Token)).Single();
        await WriteAsync(next);
        var place = await LastAsync();
        (await table.AdvanceAsync([new QueueAdvance(dead.Queue, dead.Epoch, place)], Token)).Values.ShouldHaveSingleItem().ShouldBe(AdvanceOutcome.Accepted);
        await StartAsync();

        var more = records.Next(50);
        await WriteAsync(more);

        await _publisher.WaitForAsync("domain-events", 50, Token);
        _publisher.Of("domain-events").Select(record => record.EventId).ShouldBe(more.Select(record => record.EventId));
        (await table.AdvanceAsync([new QueueAdvance(dead.Queue, dead.Epoch, place)], Token)).Values.ShouldHaveSingleItem().ShouldBe(AdvanceOutcome.Stale);
    }

    [Fact]
    public async Task Only_one_of_two_relays_at_a_time()
    {
        var records = new Records(10, _seed);
        await StartAsync();
        await StartAsync();

        for (var batch = 0; batch < 10; batch++)
        {
            await WriteAsync(records.Next(50));
        }

        await _publisher.WaitForAsync("domain-events", 500, Token);
        _publisher.Of("domain-events").Count.ShouldBe(500);
    }

    [Fact]
    public async Task While_the_destination_is_away_writes_go_on_and_its_return_drains_the_lag()
    {
        var records = new Records(10, _seed);
        _publisher.Away = true;
        await StartAsync();
        await WriteAsync(records.Next(500));
        await _publisher.Asked.WaitAsync(Token);

        _publisher.Away = false;

        await _publisher.WaitForAsync("domain-events", 500, Token);
    }

    [Fact]
    public async Task A_route_sends_its_types_to_another_topic_too()
    {
        var records = new Records(4, _seed);
        var written = records.Next(40).Select((record, index) => index % 4 == 0 ? record with { Type = "project.created" } : record).ToArray();
        await StartAsync(("Streams:Relay:Routes:0:Topic", "projects"), ("Streams:Relay:Routes:0:Types:0", "project.*"));

        await WriteAsync(written);

        await _publisher.WaitForAsync("domain-events", 40, Token);
        await _publisher.WaitForAsync("projects", 10, Token);
        _publisher.Of("projects").ShouldAllBe(record => record.Type == "project.created");
    }

    [Fact]
    public async Task An_event_that_can_never_be_published_is_parked_and_the_others_go_on()
    {
        var records = new Records(2, _seed);
        var written = records.Next(20);
        _publisher.Refused = written[7].EventId;
        var host = await StartAsync();

        await WriteAsync(written);

        await _publisher.WaitForAsync("domain-events", 19, Token);
        var letters = await host.Services.GetRequiredService<IDeadLetters>().ListAsync("case-management", new DeadLetterQuery(EventRelay.Consumer), Token);
        letters.ShouldHaveSingleItem().Letter.EventId.ShouldBe(written[7].EventId);
    }

    private async Task<IHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings
            .Append(("Databases:CaseManagement:Primary", _database.ConnectionString))
            .Append(("Streams:Leases:Duration", "00:00:01"))
            .Append(("Streams:Leases:PositionInterval", "00:00:00.050"))
            .ToDictionary(pair => pair.Item1, pair => (string?)pair.Item2));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IEventPublisher>(_publisher);
        builder.Services.AddSwitchboardStorage(builder.Configuration);
        builder.Services.AddEventRelay(builder.Configuration);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(Token);
        return host;
    }

    private async Task WriteAsync(IReadOnlyList<EventRecord> records)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync(Token);
        await PostgresLogSite.InsertAsync(connection, records);
    }

    /// <summary>The place behind the last event.</summary>
    private async Task<QueuePosition> LastAsync()
    {
        await using var command = _database.DataSource.CreateCommand("select tx, seq from domain_events order by tx desc, seq desc limit 1");
        await using var reader = await command.ExecuteReaderAsync(Token);
        await reader.ReadAsync(Token);
        return new QueuePosition(1, reader.GetFieldValue<ulong>(0), reader.GetInt64(1) + 1);
    }

    private async Task<QueuePosition?> PositionAsync()
    {
        var control = new StreamControl(_hosts[0].Services.GetRequiredService<TenantDatabase>());
        return (await control.ListAsync(EventRelay.NameOf(_publisher).Consumer, Token)).Single().Position;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        giveUp.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, giveUp.Token);
        }
    }

    /// <summary>A destination in memory that is as unfriendly as a test wants.</summary>
    private sealed class StrictPublisher : IEventPublisher
    {
        private readonly ConcurrentDictionary<string, List<EventRecord>> _topics = new(StringComparer.Ordinal);
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _hold;
        private int _failures;
        private bool _afterSome;

        public string Destination => "test";

        public bool Away { get; set; }

        public Guid? Refused { get; set; }

        public Task Asked => _asked.Task;

        public string TopicOf(string tenant) => tenant == "case-management" ? "domain-events" : "domain-events-oncall";

        public void FailNext(int times, bool afterSome) => (_failures, _afterSome) = (times, afterSome);

        public IDisposable Hold()
        {
            _hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new Holding(_hold);
        }

        public List<EventRecord> Of(string topic)
        {
            var list = _topics.GetOrAdd(topic, _ => []);
            lock (list)
            {
                return [.. list];
            }
        }

        public async Task PublishAsync(string topic, IReadOnlyList<EventRecord> records, CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            if (_hold is { } hold)
            {
                await hold.Task.WaitAsync(cancellationToken);
            }

            if (Away)
            {
                throw new IOException("the destination is away, as the test wants");
            }

            if (records.FirstOrDefault(record => record.EventId == Refused) is { } refused)
            {
                throw new EventRefusedException(refused, "refused, as the test wants");
            }

            var fails = _failures-- > 0;
            var list = _topics.GetOrAdd(topic, _ => []);
            lock (list)
            {
                list.AddRange(fails ? _afterSome ? records.Take(records.Count / 2) : [] : records);
            }

            if (fails)
            {
                throw new IOException("no acknowledgement, as the test wants");
            }
        }

        public async Task WaitForAsync(string topic, int distinct, CancellationToken cancellationToken)
        {
            await EventuallyAsync(() => Task.FromResult(Of(topic).Select(record => record.EventId).Distinct().Count() >= distinct)).WaitAsync(cancellationToken);
        }

        private sealed class Holding(TaskCompletionSource hold) : IDisposable
        {
            public void Dispose() => hold.TrySetResult();
        }
    }
}
