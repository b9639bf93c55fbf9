using System.Collections.Immutable;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Grains.Intake;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Intake;

/// <summary>Keeps alerts, and says what became of them.</summary>
internal sealed class IntakeLog(IntakeLane lane, RowReader rows) : IIntake
{
    /// <inheritdoc/>
    public async ValueTask<bool> SubmitAsync(IntakeSubmission submission, CancellationToken cancellationToken)
    {
        var isRepeatable = submission.IsRepeatable && !submission.Alerts.IsEmpty;
        if (isRepeatable && await IsSameAsync(submission, cancellationToken) is { } same)
        {
            return same;
        }

        // Two at once with the same receipts are told apart by the key of the row; whose message it was, by what the row says then.
        await lane.WriteAsync(submission, cancellationToken);
        return !isRepeatable || await IsSameAsync(submission, cancellationToken) is not false;
    }

    /// <inheritdoc/>
    public ValueTask<IntakeReceipt?> FindAsync(Guid orgId, Guid receiptId, CancellationToken cancellationToken) => rows.FindAsync(
        """
        select r.id, r.integration_id, s.dedup_key, r.received_at, o.result, o.case_id,
            o.result is null or exists (select from intake_effect e where e.stream_id = r.stream_id and e.version <= r.version),
            m.body, r.message_place, m.headers::text, m.body_bytes
        from intake_receipt r
        join intake_stream s on s.stream_id = r.stream_id
        left join intake_message m on m.id = r.message_id
        left join lateral (
            select * from intake_outcome o where o.stream_id = r.stream_id and o.last >= r.version order by o.last limit 1
        ) o on true
        where r.id = $2 and r.org_id = $1
        """,
        [Parameters.Of(orgId), Parameters.Of(receiptId)],
        static row => new IntakeReceipt(
            row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.Time(3), row.IsDBNull(4) ? null : (AlertResult)row.GetInt16(4), row.GuidOrNull(5), row.GetBoolean(6))
        {
            Message = row.IsDBNull(7) ? null : ReadMessage(row),
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<AlertKeyView>> ListAsync(AlertKeyQuery query, CancellationToken cancellationToken) => rows.ListAsync(
        """
        select integration_id, dedup_key, open, case_id, count, total, first_at, last_at, resolved_at from intake_key
        where org_id = $1 and ($2::uuid is null or integration_id = $2) and ($3::uuid is null or case_id = $3)
        order by last_at desc, stream_id limit $4
        """,
        [Parameters.Of(query.OrgId), Parameters.Of(query.IntegrationId), Parameters.Of(query.CaseId), Parameters.Of(query.Limit)],
        static row => new AlertKeyView(
            row.GetGuid(0), row.GetString(1), row.GetBoolean(2), row.GuidOrNull(3), row.GetInt64(4), row.GetInt64(5), row.TimeOrNull(6), row.TimeOrNull(7), row.TimeOrNull(8)),
        cancellationToken);

    /// <summary>The message of a row from its column 7 on, of a pack or alone.</summary>
    private static SentMessage ReadMessage(NpgsqlDataReader row)
    {
        var body = row.GetFieldValue<byte[]>(7);
        return row.IsDBNull(8)
            ? new SentMessage(Encoding.UTF8.GetBytes(row.GetString(9)), body, row.GetInt64(10))
            : SentPack.Read(body, row.GetInt32(8));
    }

    /// <summary>Whether the receipts were given for this message; null when they are not known. One of a time without hashes counts as its own.</summary>
    private async ValueTask<bool?> IsSameAsync(IntakeSubmission submission, CancellationToken cancellationToken)
    {
        var known = await rows.ListAsync(
            "select request_hash is null or request_hash = $3 from intake_receipt where org_id = $1 and id = any ($2)",
            [
                Parameters.Of(submission.OrgId), Parameters.Of([.. submission.Alerts.Select(static one => one.ReceiptId)]),
                new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea, Value = (object?)submission.Hash ?? DBNull.Value },
            ],
            static row => !row.IsDBNull(0) && row.GetBoolean(0),
            cancellationToken);
        return known.IsEmpty ? null : known.All(static same => same);
    }
}
