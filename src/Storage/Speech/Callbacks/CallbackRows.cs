using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Callbacks;

/// <summary>The rows of callbacks.</summary>
internal sealed class CallbackRows(RowReader rows) : ICallbackJobs
{
    private const string Held = "org_id = $1 and request_id = $2 and epoch = $3 and state < 2";

    /// <inheritdoc/>
    public async Task AddAsync(CallbackJob job, DateTimeOffset leasedUntil, CancellationToken cancellationToken) => await rows.ListAsync(
        """
        insert into speech_callback
            (org_id, request_id, key_id, state, created_at, expires_at, due_at, leased_until, epoch, attempts, work, audio)
        values ($1, $2, $3, 0, $4, $5, $4, $6, $7, $8, $9, $10)
        on conflict do nothing
        """,
        [
            Parameters.Of(job.OrgId), Parameters.Of(job.RequestId), Parameters.Of(job.KeyId), Parameters.Of(job.CreatedAt),
            Parameters.Of(job.ExpiresAt), Parameters.Of(leasedUntil), Parameters.Of(job.Epoch), Parameters.Of(job.Attempts),
            Bytes(job.Work), Parameters.Of(job.Audio),
        ],
        static _ => 0,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CallbackJob>> ClaimAsync(
        int most, DateTimeOffset now, DateTimeOffset leasedUntil, CancellationToken cancellationToken) => rows.ListAsync(
        """
        with due as materialized (
            select org_id, request_id from speech_callback
            where state < 2 and due_at <= $1 and (leased_until is null or leased_until <= $1)
            order by due_at limit $2
            for update skip locked
        )
        update speech_callback c set epoch = c.epoch + 1, attempts = c.attempts + 1, leased_until = $3
        from due
        where c.org_id = due.org_id and c.request_id = due.request_id
        returning c.org_id, c.request_id, c.key_id, c.created_at, c.expires_at, c.work, c.audio, c.state, c.epoch, c.attempts, c.result, c.result_type
        """,
        [Parameters.Of(now), Parameters.Of(most), Parameters.Of(leasedUntil)],
        static row => new CallbackJob
        {
            OrgId = row.GetGuid(0),
            RequestId = row.GetGuid(1),
            KeyId = row.GetGuid(2),
            CreatedAt = row.Time(3),
            ExpiresAt = row.Time(4),
            Work = row.GetFieldValue<byte[]>(5),
            Audio = row.TextOrNull(6),
            State = (CallbackState)row.GetInt16(7),
            Epoch = row.GetInt32(8),
            Attempts = row.GetInt32(9),
            Result = row.IsDBNull(10) ? null : new CallbackResult(row.GetFieldValue<byte[]>(10), row.GetString(11)),
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(CallbackJob job, DateTimeOffset leasedUntil, CancellationToken cancellationToken) => ChangeAsync(
        "leased_until = $4", job, [Parameters.Of(leasedUntil)], cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> StoreAsync(CallbackJob job, CallbackResult result, CancellationToken cancellationToken) => ChangeAsync(
        "state = 1, attempts = 1, result = $4, result_type = $5, last_status = null, last_error = null",
        job,
        [Bytes(result.Body.ToArray()), Parameters.Of(result.ContentType)],
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> RetryAsync(CallbackJob job, DateTimeOffset dueAt, int? status, string? error, CancellationToken cancellationToken) => ChangeAsync(
        "due_at = $4, leased_until = null, last_status = coalesce($5, last_status), last_error = coalesce($6, last_error)",
        job,
        [Parameters.Of(dueAt), Parameters.Of(status), Parameters.Of(error)],
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> FinishAsync(
        CallbackJob job, CallbackState state, DateTimeOffset now, int? status, string? error, CancellationToken cancellationToken) => ChangeAsync(
        "state = $4, finished_at = $5, leased_until = null, last_status = $6, last_error = $7, work = null, audio = null, result = null",
        job,
        [Parameters.Of((short)state), Parameters.Of(now), Parameters.Of(status), Parameters.Of(error)],
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CallbackProgress>> FindAsync(
        Guid orgId, ImmutableArray<Guid> requestIds, CancellationToken cancellationToken) => rows.ListAsync(
        """
        select request_id, state, attempts, due_at, last_status, last_error, finished_at
        from speech_callback where org_id = $1 and request_id = any ($2)
        """,
        [Parameters.Of(orgId), Parameters.Of(requestIds.AsSpan())],
        static row => new CallbackProgress(
            row.GetGuid(0), (CallbackState)row.GetInt16(1), row.GetInt32(2), row.Time(3), row.NumberOrNull(4), row.TextOrNull(5), row.TimeOrNull(6)),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> ForgetAsync(DateTimeOffset finishedBefore, CancellationToken cancellationToken) => (await rows.ListAsync(
        """
        delete from speech_callback where (org_id, request_id) in (
            select org_id, request_id from speech_callback
            where state >= 2 and finished_at < $1 order by finished_at limit 1000 for update skip locked)
        returning state
        """,
        [Parameters.Of(finishedBefore)],
        static _ => 0,
        cancellationToken)).Length;

    /// <inheritdoc/>
    public ValueTask<CallbackSecret?> FindSecretAsync(Guid orgId, CancellationToken cancellationToken) => rows.FindAsync(
        "select secret, hint, made_at, previous_secret, previous_until from speech_callback_secret where org_id = $1",
        [Parameters.Of(orgId)],
        static row => new CallbackSecret(
            row.GetFieldValue<byte[]>(0), row.GetString(1), row.Time(2), row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3), row.TimeOrNull(4)),
        cancellationToken);

    /// <inheritdoc/>
    public async Task SetSecretAsync(
        Guid orgId, byte[] sealedSecret, string hint, DateTimeOffset now, DateTimeOffset previousUntil, CancellationToken cancellationToken) =>
        await rows.ListAsync(
            """
            insert into speech_callback_secret as kept (org_id, secret, hint, made_at) values ($1, $2, $3, $4)
            on conflict (org_id) do update set secret = $2, hint = $3, made_at = $4, previous_secret = kept.secret, previous_until = $5
            """,
            [Parameters.Of(orgId), Bytes(sealedSecret), Parameters.Of(hint), Parameters.Of(now), Parameters.Of(previousUntil)],
            static _ => 0,
            cancellationToken);

    private async ValueTask<bool> ChangeAsync(string change, CallbackJob job, NpgsqlParameter[] values, CancellationToken cancellationToken) =>
        !(await rows.ListAsync(
            $"update speech_callback set {change} where {Held} returning epoch",
            [Parameters.Of(job.OrgId), Parameters.Of(job.RequestId), Parameters.Of(job.Epoch), .. values],
            static _ => 0,
            cancellationToken)).IsEmpty;

    private static NpgsqlParameter Bytes(byte[] value) => new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = value };
}
