using System.Collections.Immutable;
using System.Globalization;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.Analytics;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Analytic;

/// <summary>Reads what <see cref="AnalyticHandler"/> has written.</summary>
internal sealed class CaseAnalytics(RowReader rows, TimeProvider time) : ICaseAnalytics
{
    private static string MostGroups { get; } = ICaseAnalytics.MostGroups.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CaseFigures>> QueryAsync(AnalyticsQuery query, CancellationToken cancellationToken) =>
        query.By == AnalyticsGroup.Day ? ByDayAsync(query, cancellationToken) : ByStateAsync(query, cancellationToken);

    private ValueTask<ImmutableArray<CaseFigures>> ByStateAsync(AnalyticsQuery query, CancellationToken cancellationToken)
    {
        // Sums of microseconds over many cases leave a bigint behind: numeric, and seconds at the end.
        const string stay = "greatest(extract(epoch from $5 - state_since), 0)";
        return rows.ListAsync(
            $"""
            select {Column(query.By)}, count(*), count(acknowledged_at), count(resolved_at), coalesce(sum(reopens), 0)::bigint,
                (avg(extract(epoch from acknowledged_at - opened_at)))::float8, (avg(extract(epoch from resolved_at - opened_at)))::float8,
                (sum(open_us) / 1000000 + sum({stay}) filter (where status_group = 0))::float8,
                (sum(in_progress_us) / 1000000 + sum({stay}) filter (where status_group = 1))::float8,
                (sum(closed_us) / 1000000 + sum({stay}) filter (where status_group = 2))::float8,
                (sum(open_us) / 1000000)::float8, (sum(in_progress_us) / 1000000)::float8, (sum(closed_us) / 1000000)::float8
            from analytic_case
            where org_id = $1 and opened_at >= $2 and opened_at < $3 and ($4::uuid is null or project_id = $4) and project_id <> all ($6)
                and not deleted and not merged
            group by 1
            order by 2 desc, 1
            limit {MostGroups}
            """,
            [
                Parameters.Of(query.OrgId), Parameters.Of(query.From), Parameters.Of(query.To), Parameters.Of(query.ProjectId),
                Parameters.Of(time.GetUtcNow()), Parameters.Of(query.Hidden.AsSpan()),
            ],
            row => new CaseFigures(
                Name(query.By, row.TextOrNull(0)),
                row.GetInt64(1),
                row.GetInt64(2),
                row.GetInt64(3),
                row.GetInt64(4),
                Seconds(row, 5),
                Seconds(row, 6),
                Seconds(row, 7) ?? Seconds(row, 10),
                Seconds(row, 8) ?? Seconds(row, 11),
                Seconds(row, 9) ?? Seconds(row, 12)),
            cancellationToken);
    }

    private ValueTask<ImmutableArray<CaseFigures>> ByDayAsync(AnalyticsQuery query, CancellationToken cancellationToken) => rows.ListAsync(
        $"""
        select to_char(day, 'YYYY-MM-DD'), sum(opened)::bigint, sum(acknowledged)::bigint, sum(resolved)::bigint, sum(reopened)::bigint,
            (sum(acknowledge_us) / nullif(sum(acknowledged), 0) / 1000000)::float8, (sum(resolve_us) / nullif(sum(resolved), 0) / 1000000)::float8
        from analytic_day
        where org_id = $1 and day >= ($2 at time zone 'UTC')::date and day < ($3 at time zone 'UTC' + interval '1 day' - interval '1 microsecond')::date
            and ($4::uuid is null or project_id = $4) and project_id <> all ($5)
        group by day
        order by day
        limit {MostGroups}
        """,
        [
            Parameters.Of(query.OrgId), Parameters.Of(query.From), Parameters.Of(query.To), Parameters.Of(query.ProjectId),
            Parameters.Of(query.Hidden.AsSpan()),
        ],
        static row => new CaseFigures(
            row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), Seconds(row, 5), Seconds(row, 6)),
        cancellationToken);

    private static string Column(AnalyticsGroup by) => by switch
    {
        AnalyticsGroup.None => "null::text",
        AnalyticsGroup.StatusGroup => "status_group::text",
        AnalyticsGroup.Status => "status_name",
        AnalyticsGroup.Priority => "priority::text",
        AnalyticsGroup.Project => "project_id::text",
        AnalyticsGroup.Assignee => "assignee_id::text",
        AnalyticsGroup.ClosedReason => "closed_reason",
        _ => throw new ArgumentOutOfRangeException(nameof(by), by, "No such group."),
    };

    private static string? Name(AnalyticsGroup by, string? value) => by switch
    {
        AnalyticsGroup.StatusGroup => CaseNames.Of((StatusGroup)int.Parse(value!, CultureInfo.InvariantCulture)),
        AnalyticsGroup.Priority => CaseNames.Of((CasePriority)int.Parse(value!, CultureInfo.InvariantCulture)),
        _ => value,
    };

    private static TimeSpan? Seconds(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : TimeSpan.FromTicks((long)Math.Round(row.GetDouble(column) * TimeSpan.TicksPerSecond));
}
