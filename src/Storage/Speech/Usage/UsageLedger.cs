using Npgsql;
using NpgsqlTypes;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Usage;

/// <summary>The rows of usage. The sums of sessions and months are kept by the database in the same statement.</summary>
internal sealed class UsageLedger(RowReader rows) : IUsageLedger
{
    private const int Attempts = 4;

    /// <inheritdoc/>
    public async Task RecordAsync(IReadOnlyList<UsageRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        // In one order everywhere, so that two processes that write the same rows wait for each other instead of locking each other out.
        var distinct = rows
            .GroupBy(static row => (row.OrgId, row.SessionId, row.Meter, row.Interval))
            .Select(static same => Checked(same.MaxBy(static row => row.Milliseconds)!))
            .OrderBy(static row => row.OrgId).ThenBy(static row => row.SessionId).ThenBy(static row => row.Meter, StringComparer.Ordinal)
            .ThenBy(static row => row.Interval)
            .ToArray();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WriteAsync(distinct, cancellationToken);
                return;
            }
            catch (StorageUnavailableException error) when (attempt < Attempts && error.InnerException is PostgresException inner
                && DatabaseFailures.Classify(inner) == DatabaseFailure.RolledBack)
            {
                // The sums of a month are locked in the order of the rows that grew, which differs: a deadlock is rolled back and done again.
            }
        }
    }

    /// <inheritdoc/>
    public async Task RecordAsync(SpeechRequest request, CancellationToken cancellationToken) => await rows.ListAsync(
        """
        insert into speech_request as kept
            (org_id, request_id, key_id, created_at, path, method, model, tags, features, code, ended_at, milliseconds, callback)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict (org_id, request_id) do update set
            model = case when kept.ended_at is null then excluded.model else kept.model end,
            code = coalesce(kept.code, excluded.code), ended_at = coalesce(kept.ended_at, excluded.ended_at),
            milliseconds = greatest(kept.milliseconds, excluded.milliseconds)
        """,
        [
            Parameters.Of(request.OrgId), Parameters.Of(request.RequestId), Parameters.Of(request.KeyId), Parameters.Of(request.CreatedAt),
            Parameters.Of(request.Path), Parameters.Of(request.Method), Parameters.Of(request.Model), Parameters.Of(request.Tags),
            Parameters.Of(request.Features), Parameters.Of(request.Code), Parameters.Of(request.EndedAt),
            Parameters.Of(request.Milliseconds), Parameters.Of(request.Callback),
        ],
        static _ => 0,
        cancellationToken);

    private async ValueTask WriteAsync(UsageRow[] distinct, CancellationToken cancellationToken) => await rows.ListAsync(
        """
        insert into speech_usage as kept (org_id, session_id, meter, slot, month, milliseconds)
        select * from unnest($1, $2, $3, $4, $5, $6)
        on conflict (org_id, session_id, meter, slot) do update set milliseconds = excluded.milliseconds
        where kept.milliseconds < excluded.milliseconds
        """,
        [
            Parameters.Of(distinct.Select(static row => row.OrgId).ToArray()),
            Parameters.Of(distinct.Select(static row => row.SessionId).ToArray()),
            Parameters.Of(distinct.Select(static row => row.Meter)),
            new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer, Value = distinct.Select(static row => row.Interval).ToArray() },
            new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date, Value = distinct.Select(static row => MonthOf(row.OpenedAt)).ToArray() },
            new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = distinct.Select(static row => row.Milliseconds).ToArray() },
        ],
        static _ => 0,
        cancellationToken);

    private static UsageRow Checked(UsageRow row) => row.Interval >= 0 && row.Milliseconds >= 0 && row.Meter is UsageMeters.LiveAudio or UsageMeters.FileAudio
        ? row
        : throw new ArgumentException(
            $"Usage of session {row.SessionId} is malformed: meter '{row.Meter}', interval {row.Interval}, {row.Milliseconds} ms.");

    private static DateOnly MonthOf(DateTimeOffset at) => new(at.UtcDateTime.Year, at.UtcDateTime.Month, 1);
}
