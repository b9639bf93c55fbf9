using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Limits;

/// <summary>The rows of limits.</summary>
internal sealed class LimitRows(RowReader rows, IOptions<SpeechLimitOptions> options) : ISpeechLimits
{
    private const string Columns = "live, files, requests_per_second, seconds_per_month";

    /// <inheritdoc/>
    public async ValueTask<SpeechLimits> GetAsync(Guid orgId, CancellationToken cancellationToken) => InForce(await rows.FindAsync(
        $"select {Columns} from speech_limit where org_id = $1", [Parameters.Of(orgId)], Read, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<SpeechLimits> SetAsync(Guid orgId, SpeechLimitChange change, CancellationToken cancellationToken) => InForce(await rows.FindAsync(
        $"""
        insert into speech_limit as own (org_id, {Columns}, version) values ($1, $2, $3, $4, $5, 1)
        on conflict (org_id) do update set
            live = coalesce(excluded.live, own.live), files = coalesce(excluded.files, own.files),
            requests_per_second = coalesce(excluded.requests_per_second, own.requests_per_second),
            seconds_per_month = coalesce(excluded.seconds_per_month, own.seconds_per_month), version = own.version + 1
        returning {Columns}
        """,
        [
            Parameters.Of(orgId), Parameters.Of(change.Live), Parameters.Of(change.Files), Parameters.Of(change.RequestsPerSecond),
            Parameters.Of(change.SecondsPerMonth),
        ],
        Read,
        cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<SpeechLimits> ResetAsync(Guid orgId, CancellationToken cancellationToken) => InForce(await rows.FindAsync(
        $"""
        update speech_limit set live = null, files = null, requests_per_second = null, seconds_per_month = null, version = version + 1
        where org_id = $1 returning {Columns}
        """,
        [Parameters.Of(orgId)],
        Read,
        cancellationToken));

    private SpeechLimits InForce(SpeechLimitChange? own)
    {
        var defaults = options.Value;
        return new SpeechLimits(
            own?.Live ?? defaults.Live,
            own?.Files ?? defaults.Files,
            own?.RequestsPerSecond ?? defaults.RequestsPerSecond,
            own?.SecondsPerMonth ?? defaults.SecondsPerMonth);
    }

    private static SpeechLimitChange Read(NpgsqlDataReader row) =>
        new(row.NumberOrNull(0), row.NumberOrNull(1), row.NumberOrNull(2), row.IsDBNull(3) ? null : row.GetInt64(3));
}
