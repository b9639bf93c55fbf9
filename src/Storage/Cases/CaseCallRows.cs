using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Cases;

/// <summary>Reads calls.</summary>
internal sealed class CaseCallRows(RowReader rows) : ICaseCalls
{
    // A file's lines follow one another at once, and so does its end.
    private static readonly TimeSpan LongestWithoutSession = TimeSpan.FromMinutes(3);

    /// <inheritdoc/>
    public ValueTask<CaseCall?> FindAsync(Guid orgId, Guid callId, CancellationToken cancellationToken) => rows.FindAsync(
        "select body from case_call where org_id = $1 and id = $2", [Parameters.Of(orgId), Parameters.Of(callId)], Read, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> CountAsync(Guid orgId, Guid caseId, CancellationToken cancellationToken) => (await rows.ListAsync(
        "select count(*)::integer from case_call where case_id = $2 and org_id = $1",
        [Parameters.Of(orgId), Parameters.Of(caseId)],
        static row => row.GetInt32(0),
        cancellationToken))[0];

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CaseCall>> ListAsync(
        Guid orgId, Guid caseId, ImmutableArray<Guid> hidden, int skip, int most, CancellationToken cancellationToken) => rows.ListAsync(
        """
        with recursive joined (id) as (
            select $2::uuid
            union
            select m.case_id from joined j join case_merge m on m.org_id = $1 and m.into_id = j.id
        )
        select body from case_call
        where case_id in (select id from joined) and org_id = $1
            and (case_id = $2 or not exists (select from "case" c where c.id = case_call.case_id and c.org_id = $1 and c.project_id = any($3)))
        order by created_at desc, id desc
        limit $4 offset $5
        """,
        [Parameters.Of(orgId), Parameters.Of(caseId), Parameters.Of(hidden.AsSpan()), Parameters.Of(most), Parameters.Of(skip)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CallLine>> LinesAsync(Guid orgId, Guid callId, int after, int most, CancellationToken cancellationToken) => rows.ListAsync(
        """
        select number, channel, label, speaker, start_ms, end_ms, text from case_call_line
        where org_id = $1 and call_id = $2 and number > $3 order by number limit $4
        """,
        [Parameters.Of(orgId), Parameters.Of(callId), Parameters.Of(after), Parameters.Of(most)],
        static row => new CallLine(
            row.GetInt32(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt32(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5), row.GetString(6)),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> IsMergedAsync(Guid orgId, Guid caseId, Guid intoId, CancellationToken cancellationToken) => (await rows.ListAsync(
        """
        with recursive reached (id) as (
            select $2::uuid
            union
            select m.into_id from reached r join case_merge m on m.org_id = $1 and m.case_id = r.id
        )
        select exists (select from reached where id = $3)
        """,
        [Parameters.Of(orgId), Parameters.Of(caseId), Parameters.Of(intoId)],
        static row => row.GetBoolean(0),
        cancellationToken))[0];

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<(Guid OrgId, Guid Id)>> UnfinishedAsync(
        DateTimeOffset silentSince, int most, CancellationToken cancellationToken) => rows.ListAsync(
        """
        select c.org_id, c.id
        from case_call c left join speech_session s on s.org_id = c.org_id and s.id = c.session_id
        where c.ended_at is null and c.session_id is not null and c.updated_at < $1 and (s.settled or (s.id is null and c.updated_at < $2))
        order by c.updated_at
        limit $3
        """,
        [Parameters.Of(silentSince), Parameters.Of(silentSince - LongestWithoutSession), Parameters.Of(most)],
        static row => (row.GetGuid(0), row.GetGuid(1)),
        cancellationToken);

    private static CaseCall Read(NpgsqlDataReader row) => JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(0), CallJson.Default.CaseCall)!;
}

/// <summary>The JSON of the column. Members are added, never renamed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CaseCall))]
internal sealed partial class CallJson : JsonSerializerContext;
