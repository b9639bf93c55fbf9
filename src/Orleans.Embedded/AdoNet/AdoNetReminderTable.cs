using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.AdoNet;

/// <summary>
/// Reminders in the table OrleansRemindersTable. The ETag is the row's version, which every upsert raises; times have milliseconds.
/// Safe for concurrent use.
/// </summary>
internal sealed class AdoNetReminderTable(
    IOptions<ClusterOptions> cluster, IOptions<AdoNetReminderTableOptions> options, AdoNetDataSources databases) : IReminderTable
{
    private const int IdLength = 150;

    private const string Columns =
        "select grainid, remindername, starttime, period, version from orleansreminderstable where serviceid = $1";

    private const string OfGrain = $"{Columns} and grainid = $2";

    private const string OneRow = $"{OfGrain} and remindername = $3";

    private const string Between = $"{Columns} and grainhash > $2 and grainhash <= $3";

    private const string Around = $"{Columns} and (grainhash > $2 or grainhash <= $3)";

    private const string Upsert = """
        insert into orleansreminderstable as r (serviceid, grainid, remindername, starttime, period, grainhash, version)
        values ($1, $2, $3, $4, $5, $6, 0)
        on conflict (serviceid, grainid, remindername) do update
           set starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
        returning version
        """;

    private const string Remove = """
        delete from orleansreminderstable where serviceid = $1 and grainid = $2 and remindername = $3 and version = $4
        """;

    private readonly string _serviceId = cluster.Value.ServiceId;

    // Not before it is needed: the options are validated after this object is made.
    private NpgsqlDataSource Database => databases.Get(options.Value.ConnectionString, options.Value.DataSource);

    public Task StartAsync(CancellationToken cancellationToken = default) =>
        AdoNetTable.Probe(Database, "OrleansRemindersTable", cancellationToken);

    public Task<ReminderTableData> ReadRows(GrainId grainId) =>
        Rows(OfGrain, Value(grainId.ToString(), NpgsqlDbType.Varchar));

    /// <summary>
    /// The rows whose hash is in the range (<paramref name="begin"/>, <paramref name="end"/>] of the ring: with an end at or before the
    /// begin it goes on past zero, and equal bounds are the whole ring. The column is signed, so is the comparison.
    /// </summary>
    public Task<ReminderTableData> ReadRows(uint begin, uint end)
    {
        var (low, high) = unchecked(((int)begin, (int)end));
        return Rows(low < high ? Between : Around, Value(low, NpgsqlDbType.Integer), Value(high, NpgsqlDbType.Integer));
    }

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var id = Value(grainId.ToString(), NpgsqlDbType.Varchar);
        var found = await Rows(OneRow, id, Value(reminderName, NpgsqlDbType.Varchar)).ConfigureAwait(false);
        return found.Reminders.FirstOrDefault();
    }

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var id = AdoNetTable.Fit(entry.GrainId.ToString(), IdLength, "OrleansRemindersTable.grainid");
        var name = AdoNetTable.Fit(entry.ReminderName, IdLength, "OrleansRemindersTable.remindername");
        await using var command = Command(
            Upsert,
            Value(id, NpgsqlDbType.Varchar),
            Value(name, NpgsqlDbType.Varchar),
            Value(Utc(entry.StartAt), NpgsqlDbType.TimestampTz),
            Value((long)entry.Period.TotalMilliseconds, NpgsqlDbType.Bigint),
            Value(unchecked((int)entry.GrainId.GetUniformHashCode()), NpgsqlDbType.Integer));
        var version = (int)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
        return version.ToString(CultureInfo.InvariantCulture);
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        await using var command = Command(
            Remove,
            Value(grainId.ToString(), NpgsqlDbType.Varchar),
            Value(reminderName, NpgsqlDbType.Varchar),
            Value(int.Parse(eTag, CultureInfo.InvariantCulture), NpgsqlDbType.Integer));
        return await command.ExecuteNonQueryAsync().ConfigureAwait(false) > 0;
    }

    public async Task TestOnlyClearTable()
    {
        await using var command = Command("delete from orleansreminderstable where serviceid = $1");
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private async Task<ReminderTableData> Rows(string query, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(query, parameters);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        var rows = new List<ReminderEntry>();
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            rows.Add(new ReminderEntry
            {
                GrainId = GrainId.Parse(reader.GetString(0)),
                ReminderName = reader.GetString(1),
                StartAt = reader.GetDateTime(2),
                Period = TimeSpan.FromMilliseconds(reader.GetInt64(3)),
                ETag = reader.GetInt32(4).ToString(CultureInfo.InvariantCulture),
            });
        }

        return new ReminderTableData(rows);
    }

    private NpgsqlCommand Command(string text, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = Database.CreateCommand(text);
        command.Parameters.Add(Value(_serviceId, NpgsqlDbType.Varchar));
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static NpgsqlParameter Value(object value, NpgsqlDbType type) => new() { Value = value, NpgsqlDbType = type };

    private static DateTime Utc(DateTime time) =>
        time.Kind is DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
