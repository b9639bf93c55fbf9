using System.Globalization;
using Npgsql;
using Switchboard.EndToEnd.Instances;
using Switchboard.Testing.Kafka;

namespace Switchboard.EndToEnd.Kafka;

/// <summary>
/// One load, written by a process that runs no handlers; then one process handles a copy of its log over Postgres and another one a
/// second copy over Kafka. What their handlers have written is the same, row for row.
/// </summary>
public sealed class SameTablesTests(ITestOutputHelper output)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    /// <summary>
    /// What each flavor writes. Left out is what depends on the run: the order in which different cases were handled (an audit entry's
    /// number, and with it its hash; numbers of the lake's lines and segments), the time of handling (a delivery's times and id), and how
    /// often an unreachable receiver was tried. The events of the linked cases are compared apart: the flavor writes some itself.
    /// </summary>
    private static readonly (string Flavor, string Rows)[] _tables =
    [
        ("timeline", "select to_jsonb(t) from timeline_entry t where case_id <> all ($1)"),
        ("analytic: cases", "select to_jsonb(t) from analytic_case t where case_id <> all ($1)"),
        ("analytic: days", """
            select to_jsonb(t) from analytic_day t where project_id not in (select project_id from "case" where id = any ($1))
            """),
        ("attributes-indexer: cases", "select to_jsonb(t) from attribute_case t where case_id <> all ($1)"),
        ("attributes-indexer: projects", "select to_jsonb(t) from attribute_project t"),
        ("attributes-indexer: keys", "select to_jsonb(t) from attribute_key t"),
        ("attributes-indexer: values", "select to_jsonb(t) from attribute_value t"),
        ("audit", "select to_jsonb(t) - 'number' - 'hash' from audit_event t where target_id <> all ($1)"),
        ("audit: chains", "select jsonb_build_object('org_id', org_id, 'number', number) from audit_chain"),
        ("evp-indexer", "select line::jsonb from evp_line where not exists (select from unnest($1) id where position(id::text in line) > 0)"),
        ("webhook", """
            select jsonb_build_object('endpoint', endpoint_id, 'event', event_id, 'stream', stream_id, 'version', version, 'type', event_type)
            from webhook_delivery where stream_id <> all ($1)
            """),
        ("case-link", """
            select jsonb_build_object('id', id, 'status', status_name, 'version', version) from "case" where id = any ($1)
            """),
        ("marks", """
            select jsonb_build_object('flavor', f.name, 'event', m.event_id) from handler_mark m join handler_flavor f on f.id = m.flavor
            join domain_events e on e.event_id = m.event_id where e.stream_id <> all ($1)
            """),
        ("dead letters", "select to_jsonb(t) from dead_letter t"),
    ];

    [Fact]
    public async Task The_same_load_over_Kafka_gives_the_same_tables_as_over_Postgres()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var data = new DataRoot();
        await using var broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("domain-events", 8);
        await broker.CreateTopicAsync("case-intake", 8);
        var load = await WriteAsync(data, new Random(seed));
        await data.Server.StartAsync(null, TestContext.Current.CancellationToken);
        await CopyAsync(data, "over_postgres");
        await CopyAsync(data, "over_kafka");

        await using var postgresData = new DataRoot();
        await using var kafkaData = new DataRoot();
        await using var overPostgres = await StartAsync(data, postgresData, "over_postgres", "Postgres");
        await using var overKafka = await StartAsync(
            data, kafkaData, "over_kafka", "Kafka",
            "--Streams:Kafka:BootstrapServers", broker.BootstrapServers, "--Streams:Kafka:FetchWait", "00:00:00.005");
        Guid[] linked = [Guid.Parse(load.Original), Guid.Parse(load.Duplicate)];
        await CaughtUpAsync(data, "over_postgres", overPostgres);
        await CaughtUpAsync(data, "over_kafka", overKafka);

        foreach (var (flavor, rows) in _tables)
        {
            var expected = await RowsAsync(data, "over_postgres", rows, linked);
            var actual = await RowsAsync(data, "over_kafka", rows, linked);
            output.WriteLine($"{flavor}: {expected.Count} rows");
            actual.ShouldBe(expected, $"{flavor}, seed {seed}");
            (expected.Count > 0).ShouldBe(flavor != "dead letters", flavor);
        }

        (await RowsAsync(data, "over_kafka", """select to_jsonb(status_name) from "case" where id = any ($1)""", linked)).Distinct().ShouldBe(["\"Closed\""]);
        (await overPostgres.StopAsync()).ShouldBe(0);
        (await overKafka.StopAsync()).ShouldBe(0);
    }

    private static async Task<MixedLoad> WriteAsync(DataRoot data, Random random)
    {
        await using var host = await HostProcess.StartAsync(data, "--Roles:Enabled", "grains,gateway");
        using var api = host.Connect();
        var load = await MixedLoad.RunAsync(api, random);
        (await host.StopAsync()).ShouldBe(0);
        return load;
    }

    private static async Task CopyAsync(DataRoot data, string name)
    {
        await using var connection = new NpgsqlConnection(data.Server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"create database {name} template switchboard_case_management", connection);
        await command.ExecuteNonQueryAsync();
    }

    private static Task<HostProcess> StartAsync(DataRoot data, DataRoot own, string database, string transport, params string[] settings)
    {
        File.Copy(Path.Combine(data.Path, "dev-credentials.json"), Path.Combine(own.Path, "dev-credentials.json"));
        return HostProcess.StartAsync(
            own, ["--Databases:CaseManagement:Primary", data.Server.ConnectionString(database), "--Streams:Transport", transport, .. settings]);
    }

    /// <summary>Every event is in the audit log, which takes all, and nobody has anything left to do.</summary>
    private static async Task CaughtUpAsync(DataRoot data, string database, HostProcess host)
    {
        using var patience = new CancellationTokenSource(_patience);
        using var http = new HttpClient { BaseAddress = host.BaseUrl };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        string left;
        do
        {
            left = string.Join('\n', await RowsAsync(
                data, database, "select to_jsonb(e.type) from domain_events e where not exists (select from audit_event a where a.event_id = e.event_id) and $1 is not null", []));
            left += Lag(await http.GetStringAsync("/metrics", patience.Token));
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"{database} did not catch up within {_patience}:\n{left}\n{host.Output}");
            }
        }
        while (left.Length > 0 && await timer.WaitForNextTickAsync());
    }

    /// <summary>The flavors and relays that are behind, as the metrics show them.</summary>
    private static string Lag(string metrics)
    {
        var lags = metrics.Split('\n').Where(line => line.StartsWith("switchboard_streams_lag_events{", StringComparison.Ordinal)).ToArray();
        return lags.Length < 8
            ? "not all flavors show their lag yet"
            : string.Join('\n', lags.Where(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) > 0));
    }

    private static async Task<List<string>> RowsAsync(DataRoot data, string database, string sql, Guid[] linked)
    {
        await using var connection = new NpgsqlConnection(data.Server.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select r::text from ({sql}) as rows (r) order by 1", connection) { Parameters = { new NpgsqlParameter { Value = linked } } };
        await using var reader = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
