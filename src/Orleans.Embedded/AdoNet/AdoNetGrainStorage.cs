using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.AdoNet;

/// <summary>
/// Grain state in the table OrleansStorage. The ETag is the row's version: a write or a clear whose ETag is not the version in the row
/// changes nothing and is an <see cref="InconsistentStateException"/>. Safe for concurrent use.
/// </summary>
internal sealed partial class AdoNetGrainStorage(
    string name,
    string serviceId,
    AdoNetGrainStorageOptions options,
    AdoNetDataSources databases,
    IGrainStorageSerializer serializer,
    ILogger<AdoNetGrainStorage> logger) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private const string TheRow = """
        grainidhash = $1 and graintypehash = $2 and grainidn0 = $3 and grainidn1 = $4 and graintypestring = $5
        and grainidextensionstring is not distinct from $6 and serviceid = $7
        """;

    private const string Read = $"select payloadbinary, version from orleansstorage where {TheRow}";

    private const string Update = $"""
        update orleansstorage set payloadbinary = $9, modifiedon = now() at time zone 'utc', version = version + 1
        where {TheRow} and version = $8 returning version
        """;

    // The layout has no unique key: the lock keeps two first writers apart, and the insert after it sees what the other one committed.
    private const string LockRow = "select pg_advisory_xact_lock($1, $2)";

    private const string Insert = $"""
        insert into orleansstorage (
            grainidhash, graintypehash, grainidn0, grainidn1, graintypestring, grainidextensionstring, serviceid,
            version, payloadbinary, modifiedon)
        select $1, $2, $3, $4, $5, $6, $7, 1, $8, now() at time zone 'utc'
        where not exists (select from orleansstorage where {TheRow})
        returning version
        """;

    private const string Empty = $"""
        update orleansstorage set payloadbinary = null, modifiedon = now() at time zone 'utc', version = version + 1
        where {TheRow} and version = $8 returning version
        """;

    private const string Delete = $"delete from orleansstorage where {TheRow} and version = $8 returning version + 1";

    // Not before it is needed: the options are validated after this object is made.
    private NpgsqlDataSource Database => databases.Get(options.ConnectionString, options.DataSource);

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe($"{nameof(AdoNetGrainStorage)}-{name}", options.InitStage, Start);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = GrainStateKey.Of(stateName, grainId);
        await using var command = Database.CreateCommand(Read);
        AddKey(command.Parameters, key);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        if (!await reader.ReadAsync().ConfigureAwait(false))
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) = (New<T>(), null, false);
            return;
        }

        var payload = await reader.IsDBNullAsync(0).ConfigureAwait(false) ? null : reader.GetFieldValue<byte[]>(0);
        var version = await reader.IsDBNullAsync(1).ConfigureAwait(false) ? null : Text(reader.GetInt32(1));
        if (await reader.ReadAsync().ConfigureAwait(false))
        {
            throw new OrleansException(
                $"OrleansStorage has more than one row for {grainId}, {key}: delete all but the right one.");
        }

        var state = payload is null ? default : serializer.Deserialize<T>(new BinaryData(payload));
        (grainState.State, grainState.ETag, grainState.RecordExists) = (state ?? New<T>(), version, payload is not null);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = GrainStateKey.Of(stateName, grainId);
        var expected = Version(grainState.ETag);
        var payload = serializer.Serialize(grainState.State).ToArray();
        var written = expected is { } version
            ? await UpdateRow(key, version, payload).ConfigureAwait(false)
            : await InsertRow(key, payload).ConfigureAwait(false);
        grainState.ETag = written is { } now ? Text(now) : throw Conflict("write", grainId, key, grainState.ETag);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (!grainState.RecordExists && string.IsNullOrWhiteSpace(grainState.ETag))
        {
            await ReadStateAsync(stateName, grainId, grainState).ConfigureAwait(false);
            if (!grainState.RecordExists)
            {
                return;
            }
        }

        var key = GrainStateKey.Of(stateName, grainId);
        var cleared = Version(grainState.ETag) is { } expected
            ? await ClearRow(key, expected).ConfigureAwait(false)
            : null;
        if (cleared is not { } version)
        {
            throw Conflict("clear", grainId, key, grainState.ETag);
        }

        (grainState.State, grainState.ETag, grainState.RecordExists) = (New<T>(), options.DeleteStateOnClear ? null : Text(version), false);
    }

    private async Task Start(CancellationToken cancellationToken)
    {
        await AdoNetTable.Probe(Database, "OrleansStorage", cancellationToken).ConfigureAwait(false);
        LogReady(name, serviceId);
    }

    private async Task<int?> UpdateRow(GrainStateKey key, int expected, byte[] payload)
    {
        await using var command = Database.CreateCommand(Update);
        AddKey(command.Parameters, key);
        command.Parameters.Add(Value(expected, NpgsqlDbType.Integer));
        command.Parameters.Add(Value(payload, NpgsqlDbType.Bytea));
        return (int?)await command.ExecuteScalarAsync().ConfigureAwait(false);
    }

    private async Task<int?> InsertRow(GrainStateKey key, byte[] payload)
    {
        await using var connection = await Database.OpenConnectionAsync().ConfigureAwait(false);
        // Read committed whatever the database's default is: under a snapshot taken before the lock the insert would not see the winner.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted).ConfigureAwait(false);
        await using var take = new NpgsqlCommand(LockRow, connection, transaction);
        take.Parameters.Add(Value(key.IdHash, NpgsqlDbType.Integer));
        take.Parameters.Add(Value(key.NameHash, NpgsqlDbType.Integer));
        await take.ExecuteNonQueryAsync().ConfigureAwait(false);

        await using var insert = new NpgsqlCommand(Insert, connection, transaction);
        AddKey(insert.Parameters, key);
        insert.Parameters.Add(Value(payload, NpgsqlDbType.Bytea));
        var version = (int?)await insert.ExecuteScalarAsync().ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return version;
    }

    private async Task<int?> ClearRow(GrainStateKey key, int expected)
    {
        await using var command = Database.CreateCommand(options.DeleteStateOnClear ? Delete : Empty);
        AddKey(command.Parameters, key);
        command.Parameters.Add(Value(expected, NpgsqlDbType.Integer));
        return (int?)await command.ExecuteScalarAsync().ConfigureAwait(false);
    }

    private void AddKey(NpgsqlParameterCollection parameters, GrainStateKey key)
    {
        parameters.Add(Value(key.IdHash, NpgsqlDbType.Integer));
        parameters.Add(Value(key.NameHash, NpgsqlDbType.Integer));
        parameters.Add(Value(key.N0, NpgsqlDbType.Bigint));
        parameters.Add(Value(key.N1, NpgsqlDbType.Bigint));
        parameters.Add(Value(key.Name, NpgsqlDbType.Varchar));
        parameters.Add(Value((object?)key.Extension ?? DBNull.Value, NpgsqlDbType.Varchar));
        parameters.Add(Value(serviceId, NpgsqlDbType.Varchar));
    }

    private static NpgsqlParameter Value(object value, NpgsqlDbType type) => new() { Value = value, NpgsqlDbType = type };

    private static int? Version(string? etag) =>
        string.IsNullOrWhiteSpace(etag) ? null : int.Parse(etag, CultureInfo.InvariantCulture);

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    private static T New<T>() =>
        typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null
            ? Activator.CreateInstance<T>()
            : (T)RuntimeHelpers.GetUninitializedObject(typeof(T));

    private InconsistentStateException Conflict(string operation, GrainId grainId, GrainStateKey key, string? etag) =>
        new($"Version conflict ({operation}): grain {grainId}, {key}, service \"{serviceId}\", storage \"{name}\", "
            + (string.IsNullOrWhiteSpace(etag) ? "there is a row that was not read." : $"the row's version is no longer {etag}."));

    [LoggerMessage(1801, LogLevel.Information, "Grain storage {Name} keeps the state of service {ServiceId} in table OrleansStorage")]
    private partial void LogReady(string name, string serviceId);
}
