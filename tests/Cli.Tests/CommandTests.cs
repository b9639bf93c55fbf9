using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;
using Switchboard.Testing.Postgres;

namespace Switchboard.Cli.Tests;

public sealed class CommandTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly string _flavor = $"flavor-{Guid.NewGuid():N}";
    private TestStorage _storage = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _storage = TestStorage.Connect(database.Database);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task Dead_letters_are_listed_for_people_and_for_programs()
    {
        await ParkAsync("no room\nsecond line \u001b[31m");

        var table = await RunAsync(0, "dead-letters", "list", "--flavor", _flavor);
        var json = JsonDocument.Parse(await RunAsync(0, "dead-letters", "list", "--flavor", _flavor, "--json")).RootElement;

        table.ShouldContain("FLAVOR");
        table.ShouldContain("no room");
        table.ShouldNotContain("second line");
        json.GetArrayLength().ShouldBe(1);
        json[0].GetProperty("reason").GetString().ShouldBe("handler-failed");
        json[0].GetProperty("version").GetInt64().ShouldBe(7);
    }

    [Fact]
    public async Task A_letter_is_shown_whole()
    {
        var id = await ParkAsync("no room\nsecond line");

        var shown = JsonDocument.Parse(await RunAsync(0, "dead-letters", "show", $"{id}", "--json")).RootElement;

        shown.GetProperty("error").GetString().ShouldBe("no room\nsecond line");
        shown.GetProperty("payload").GetProperty("to").GetString().ShouldBe("b");
        shown.GetProperty("headers").GetProperty("correlation-id").GetString().ShouldBe("request-1");
        (await RunAsync(0, "dead-letters", "show", $"{id}")).ShouldContain("second line");
        await RunAsync(ExitCodes.Nothing, "dead-letters", "show", "987654321");
    }

    [Fact]
    public async Task A_replay_is_asked_for_and_a_letter_dropped()
    {
        var (first, second) = (await ParkAsync("one"), await ParkAsync("two"));
        var letters = _storage.Services.GetRequiredService<IDeadLetters>();

        await RunAsync(0, "dead-letters", "replay", $"{first}");
        await RunAsync(0, "dead-letters", "drop", $"{second}");

        (await letters.FindAsync("case-management", first, Token))!.Status.ShouldBe(DeadLetterStatus.ReplayRequested);
        var dropped = (await letters.FindAsync("case-management", second, Token))!;
        dropped.Status.ShouldBe(DeadLetterStatus.Dropped);
        dropped.ChangedBy!.ShouldContain(Environment.UserName);
        await RunAsync(ExitCodes.Nothing, "dead-letters", "drop", $"{second}");
        await RunAsync(ExitCodes.Nothing, "dead-letters", "replay", "--flavor", "nobody");
        await RunAsync(ExitCodes.Usage, "dead-letters", "replay");
    }

    [Fact]
    public async Task A_queue_of_a_topic_shows_how_many_records_it_is_behind()
    {
        var table = new QueueTable(_storage.Services.GetRequiredService<TenantDatabase>());
        var topic = $"kafka/{_flavor}";
        var leases = await table.AcquireAsync(
            [new QueueName(_flavor, topic, 0), new QueueName(_flavor, topic, 1), new QueueName($"{_flavor}-other", topic, 0)], "test", TimeSpan.FromMinutes(1), Token);
        await table.AdvanceAsync([.. leases.Select(lease => new QueueAdvance(lease.Queue, lease.Epoch, QueuePosition.Offset(40)))], Token);
        await table.NoteEndsAsync([(leases.Single(lease => lease.Queue == new QueueName(_flavor, topic, 0)), 47)], Token);

        var own = JsonDocument.Parse(await RunAsync(0, "streams", "list", _flavor, "--json")).RootElement;
        var other = JsonDocument.Parse(await RunAsync(0, "streams", "list", $"{_flavor}-other", "--json")).RootElement;

        own[0].GetProperty("behind_at_most").GetInt64().ShouldBe(7);
        own[1].GetProperty("behind_at_most").ValueKind.ShouldBe(JsonValueKind.Null);
        other[0].GetProperty("behind_at_most").GetInt64().ShouldBe(7);
    }

    [Fact]
    public async Task A_consumer_is_listed_paused_resumed_and_rewound()
    {
        var table = new QueueTable(_storage.Services.GetRequiredService<TenantDatabase>());
        var lease = (await table.AcquireAsync([new QueueName(_flavor, "domain_events", 0, 1)], "test", TimeSpan.FromMinutes(1), Token)).ShouldHaveSingleItem();
        await table.AdvanceAsync([new QueueAdvance(lease.Queue, lease.Epoch, new QueuePosition(1, 500, 12))], Token);

        var row = JsonDocument.Parse(await RunAsync(0, "streams", "list", _flavor, "--json")).RootElement[0];
        (row.GetProperty("state").GetString(), row.GetProperty("position").GetString()).ShouldBe(("running", "1/500/12"));

        await RunAsync(0, "streams", "pause", _flavor);
        (await RunAsync(0, "streams", "list", _flavor)).ShouldContain("paused by");
        await RunAsync(0, "streams", "rewind", _flavor, "--to", "1/400/3");
        await RunAsync(0, "streams", "resume", _flavor);

        row = JsonDocument.Parse(await RunAsync(0, "streams", "list", _flavor, "--json")).RootElement[0];
        (row.GetProperty("state").GetString(), row.GetProperty("position").GetString()).ShouldBe(("free", "1/400/3"));
        await RunAsync(0, "streams", "rewind", _flavor, "--time", "2026-01-01T00:00:00Z");
        await RunAsync(ExitCodes.Nothing, "streams", "rewind", "nobody", "--to", "1/400/3");
        await RunAsync(ExitCodes.Usage, "streams", "rewind", _flavor, "--to", "yesterday");
        await RunAsync(ExitCodes.Usage, "streams", "rewind", _flavor);
    }

    [Fact]
    public async Task A_rebuild_is_asked_for_once_and_can_be_given_up()
    {
        await ParkAsync("a flavor is known when it has run");

        await RunAsync(0, "rebuild", _flavor);
        await RunAsync(ExitCodes.Nothing, "rebuild", _flavor);
        (await RunAsync(0, "rebuild", _flavor, "--status")).ShouldContain("requested");
        (await RunAsync(0, "rebuild", _flavor, "--cancel")).ShouldContain("cancelled");
        await RunAsync(ExitCodes.Nothing, "rebuild", _flavor, "--cancel");
        await RunAsync(ExitCodes.Usage, "rebuild", "nobody");
    }

    [Fact]
    public async Task A_flavor_that_has_handled_nothing_yet_can_be_rebuilt()
    {
        await LeaseAsync(new QueueName(_flavor, "domain_events", 0, 1));

        await RunAsync(0, "rebuild", _flavor);
    }

    [Fact]
    public async Task Queues_of_an_earlier_cluster_or_another_number_are_listed_only_when_all_are_wanted()
    {
        var log = await LeaseAsync(new QueueName(_flavor, "domain_events", 0, 1));
        var former = await LeaseAsync(new QueueName(_flavor, "former/domain-events", 0));
        var table = new QueueTable(_storage.Services.GetRequiredService<TenantDatabase>());
        await table.AdvanceAsync([new QueueAdvance(log.Queue, log.Epoch, new QueuePosition(1, 500, 12))], Token);
        await table.ReleaseAsync([log, former], Token);
        (await SourcesAsync()).ShouldBe(["domain_events"], "nobody reads: what was read last");

        await LeaseAsync(new QueueName(_flavor, "newer/domain-events", 0));

        (await SourcesAsync()).ShouldBe(["newer/domain-events"]);
        (await SourcesAsync("--all")).ShouldBe(["domain_events", "former/domain-events", "newer/domain-events"]);

        async Task<string[]> SourcesAsync(params string[] options) =>
        [
            .. JsonDocument.Parse(await RunAsync(0, ["streams", "list", _flavor, "--json", .. options])).RootElement.EnumerateArray()
                .Select(queue => queue.GetProperty("source").GetString()!).Order(StringComparer.Ordinal),
        ];
    }

    [Fact]
    public async Task The_relay_has_a_status()
    {
        await LeaseAsync(new QueueName("relay:former", "domain_events", 0), TimeSpan.Zero);
        await LeaseAsync(new QueueName("relay:newer", "domain_events", 0));

        var status = await RunAsync(0, "relay", "status");
        status.ShouldContain("relay:newer");
        status.ShouldNotContain("relay:former");
    }

    [Fact]
    public async Task The_search_index_is_made_anew()
    {
        (await RunAsync(0, "search", "rebuild")).ShouldContain("cases");
    }

    [Theory]
    [InlineData("dead-letters")]
    [InlineData("dead-letters list --status odd")]
    [InlineData("streams pause")]
    [InlineData("turn it off")]
    public async Task A_command_line_that_makes_no_sense_is_refused(string line)
    {
        await RunAsync(ExitCodes.Usage, line.Split(' '));
    }

    [Fact]
    public async Task A_database_that_is_away_is_told_from_a_wrong_command()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        var code = await CommandTree.RunAsync(["streams", "list", "--database", "Host=127.0.0.1;Port=1;Database=none;Timeout=1"], output, errors);

        code.ShouldBe(ExitCodes.Unavailable);
        errors.ToString().ShouldContain("cannot be used now");
    }

    [Fact]
    public async Task A_folder_without_an_instance_is_named()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        (await CommandTree.RunAsync(["streams", "list", "--data", "/nowhere"], output, errors)).ShouldBe(ExitCodes.Usage);

        errors.ToString().ShouldContain("/nowhere");
    }

    [Fact]
    public async Task An_organisations_speech_limits_and_account_are_set_and_shown()
    {
        var org = Guid.CreateVersion7().ToString();

        var limits = JsonDocument.Parse(await RunAsync(0, "speech", "limits", "--org", org, "--live", "25", "--json")).RootElement;
        limits.GetProperty("live").GetInt32().ShouldBe(25);
        (await RunAsync(0, "speech", "limits", "--org", org)).ShouldContain("25");
        await RunAsync(ExitCodes.Usage, "speech", "limits", "--org", org, "--live", "0");
        (await RunAsync(0, "speech", "account", "--org", org, "--plan", "standard", "--add", "12.5")).ShouldContain("12.5");
        (await RunAsync(0, "speech", "account", "--org", org, "--add", "-2.5")).ShouldContain("10");
    }

    [Theory]
    [InlineData("redis seed")]
    [InlineData("redis seed --all")]
    [InlineData("redis seed --all --org 0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f03")]
    [InlineData("redis seed --org nobody")]
    public async Task A_wish_to_fill_Redis_that_does_not_say_whose_or_where_is_refused(string line) =>
        await RunAsync(ExitCodes.Usage, line.Split(' '));

    private async Task<string> RunAsync(int expected, params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync([.. args, "--database", database.ConnectionString], output, errors);
        code.ShouldBe(expected, $"{string.Join(' ', args)}: {errors}");
        return output.ToString();
    }

    private async Task<QueueLease> LeaseAsync(QueueName queue, TimeSpan? duration = null)
    {
        var table = new QueueTable(_storage.Services.GetRequiredService<TenantDatabase>());
        return (await table.AcquireAsync([queue], "test", duration ?? TimeSpan.FromMinutes(1), Token)).ShouldHaveSingleItem();
    }

    private async Task<long> ParkAsync(string error)
    {
        var letters = _storage.Services.GetRequiredService<IDeadLetters>();
        var record = new EventRecord
        {
            Tenant = "case-management",
            OrgId = Guid.CreateVersion7(),
            StreamType = "case",
            StreamId = Guid.CreateVersion7(),
            Version = 7,
            EventId = Guid.CreateVersion7(),
            Type = "case.title_changed",
            Schema = 1,
            Payload = """{"from":"a","to":"b"}""",
            Actor = Actor.System,
            CorrelationId = "request-1",
            OccurredAt = DateTimeOffset.UnixEpoch,
            RecordedAt = DateTimeOffset.UnixEpoch,
            Epoch = 1,
            Tx = 700,
            Seq = 42,
        };
        await letters.ParkAsync(DeadLetter.About(record, _flavor, DeadLetterReason.HandlerFailed, error, 5), Token);
        return (await letters.ListAsync("case-management", new DeadLetterQuery(_flavor, StreamId: record.StreamId), Token))[0].Id;
    }
}
