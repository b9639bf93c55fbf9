using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Switchboard.Grains.Speech.Sessions;
using Switchboard.Speech;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Sessions;

/// <summary>The rows of live sessions.</summary>
internal sealed class SessionRows(RowReader rows) : ISessionStore
{
    /// <inheritdoc/>
    public ValueTask<SessionSnapshot?> FindAsync(Guid orgId, Guid sessionId, CancellationToken cancellationToken) => rows.FindAsync(
        "select body from speech_session where org_id = $1 and id = $2",
        [Parameters.Of(orgId), Parameters.Of(sessionId)],
        static row => JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(0), SessionJson.Default.SessionSnapshot)!,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> InsertAsync(SessionSnapshot session, CancellationToken cancellationToken) => WriteAsync(
        """
        insert into speech_session (org_id, id, version, alive_at, settled, body) values ($1, $2, $3, $4, $5, $6)
        on conflict do nothing
        returning version
        """,
        session,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> UpdateAsync(SessionSnapshot session, CancellationToken cancellationToken) => WriteAsync(
        """
        update speech_session set version = $3, alive_at = $4, settled = $5, body = $6
        where org_id = $1 and id = $2 and version = $3 - 1
        returning version
        """,
        session,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<(Guid OrgId, Guid Id)>> UnsettledAsync(
        DateTimeOffset silentSince, int most, CancellationToken cancellationToken) => rows.ListAsync(
        "select org_id, id from speech_session where not settled and alive_at < $1 order by alive_at limit $2",
        [Parameters.Of(silentSince), Parameters.Of(most)],
        static row => (row.GetGuid(0), row.GetGuid(1)),
        cancellationToken);

    private async ValueTask<bool> WriteAsync(string sql, SessionSnapshot session, CancellationToken cancellationToken) => !(await rows.ListAsync(
        sql,
        [
            Parameters.Of(session.OrgId),
            Parameters.Of(session.Id),
            Parameters.Of(session.Version),
            Parameters.Of(session.AliveAt),
            Parameters.Of(session.Settled),
            Parameters.Jsonb(JsonSerializer.SerializeToUtf8Bytes(session, SessionJson.Default.SessionSnapshot)),
        ],
        static _ => 0,
        cancellationToken)).IsEmpty;
}

/// <summary>The JSON of the column. Members are added, never renamed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionSnapshot))]
internal sealed partial class SessionJson : JsonSerializerContext;
