using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Orleans.Hosting;
using Switchboard.Events;
using Switchboard.Storage;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Positions;
using Switchboard.Streams.PostgresLog;
using Switchboard.Streams.Tests.Conformance;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.PostgresLog;

/// <summary>The log as a transport, in a database of its own.</summary>
public sealed class PostgresLogSite : StreamSite
{
    private readonly TestDatabase _database;
    private readonly string _connectionString;
    private int _queues = 2;

    public PostgresLogSite(TestDatabase database, string? connectionString = null) =>
        (_database, _connectionString) = (database, connectionString ?? database.ConnectionString);

    /// <summary>Settings such as <c>Streams:PostgresLog:QueueEvents</c>.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    public override async Task WriteAsync(IReadOnlyList<EventRecord> records)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await InsertAsync(connection, records);
    }

    public override Task WritePoisonAsync() => _database.ExecuteAsync(
        """
        insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
        select gen_random_uuid(), 'case', s, 1, gen_random_uuid(), 'nobody.knows', 99, '"?"', '"?"', now(), now() from gen_random_uuid() s
        """);

    public override async Task RewindAsync() => (await new StreamControl(Tenant()).RewindAsync(
        Flavor, PostgresLogAdapterReceiver.Source, new QueuePosition(1, 0, 1), null, CancellationToken.None)).ShouldBe(_queues);

    public override Task GrowAsync()
    {
        _queues = 5;
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }

    public TenantDatabase Tenant() => Silos.First().GetSiloServiceProvider().GetRequiredService<TenantDatabase>();

    /// <summary>Inserts on a given connection, so that a test decides when it is committed.</summary>
    public static async Task InsertAsync(NpgsqlConnection connection, IReadOnlyList<EventRecord> records)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            select org, 'case', stream, version, event, type, 1, payload::jsonb,
                   '{"actor":{"kind":"System","id":"00000000-0000-0000-0000-000000000000"},"correlation_id":"conformance"}'::jsonb, now(), now()
            from unnest($1, $2, $3, $4, $5, $6) as r (org, stream, version, event, type, payload)
            """,
            connection);
        Add(NpgsqlDbType.Uuid, records.Select(record => record.OrgId).ToArray());
        Add(NpgsqlDbType.Uuid, records.Select(record => record.StreamId).ToArray());
        Add(NpgsqlDbType.Bigint, records.Select(record => record.Version).ToArray());
        Add(NpgsqlDbType.Uuid, records.Select(record => record.EventId).ToArray());
        Add(NpgsqlDbType.Text, records.Select(record => record.Type).ToArray());
        Add(NpgsqlDbType.Text, records.Select(record => record.Payload).ToArray());
        await command.ExecuteNonQueryAsync();

        void Add(NpgsqlDbType type, object values) => command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values });
    }

    protected override void Configure(ISiloBuilder silo)
    {
        silo.Configuration["Databases:CaseManagement:Primary"] = _connectionString;
        silo.Configuration["Streams:Leases:Duration"] = "00:00:01";
        silo.Configuration["Streams:Leases:PositionInterval"] = "00:00:00.050";
        silo.Configuration["Streams:PostgresLog:Queues"] = _queues.ToString(CultureInfo.InvariantCulture);
        foreach (var (key, value) in Settings)
        {
            silo.Configuration[key] = value;
        }

        silo.Services.AddSwitchboardStorage(silo.Configuration);
        silo.Services.AddSwitchboardStreams(silo.Configuration);
        silo.AddPostgresLogStreams(Flavor, options => options.Configure(stream => stream.Flavor = Flavor));
    }
}
