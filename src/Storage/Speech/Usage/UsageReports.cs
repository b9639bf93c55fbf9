using System.Collections.Immutable;
using Npgsql;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Usage;

/// <summary>Reads the rows of usage. Quantities come from the ledger, never from what a request says of itself.</summary>
internal sealed class UsageReports(RowReader rows) : IUsageReports
{
    private const string Matching =
        """
        r.org_id = $1 and r.created_at >= $2 and r.created_at < $3 and ($4::uuid is null or r.key_id = $4)
        and (cardinality($5::text[]) = 0 or r.tags && $5) and (cardinality($6::text[]) = 0 or r.model = any ($6))
        and ($7::text is null or r.method = $7) and r.features @> $8::text[]
        """;

    private const string Metered =
        """
        left join lateral (
            select coalesce(sum(u.milliseconds) filter (where u.meter = 'live_audio'), 0)::bigint as live,
                coalesce(sum(u.milliseconds) filter (where u.meter = 'file_audio'), 0)::bigint as file
            from speech_usage_session u where u.org_id = r.org_id and u.session_id = r.request_id) metered on true
        """;

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UsageSum>> SumAsync(UsageFilter filter, UsageGrouping grouping, CancellationToken cancellationToken)
    {
        var group = grouping switch
        {
            UsageGrouping.Day => "array[to_char(r.created_at at time zone 'utc', 'YYYY-MM-DD')]",
            UsageGrouping.Key => "array[r.key_id::text]",
            UsageGrouping.Features => "r.features",
            UsageGrouping.Model => "array[r.model]",
            UsageGrouping.Method => "array[r.method]",
            UsageGrouping.Tags => "r.tags",
            UsageGrouping.Nothing => "array[]::text[]",
            _ => throw new ArgumentOutOfRangeException(nameof(grouping), grouping, "There is no such grouping."),
        };
        return rows.ListAsync(
            $"""
            select {group} as named, count(*), coalesce(sum(metered.live), 0)::bigint, coalesce(sum(metered.file), 0)::bigint
            from speech_request r {Metered} where {Matching} group by named order by named
            """,
            Of(filter),
            static row => new UsageSum(row.Texts(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SpeechRequest>> ListAsync(RequestListing listing, CancellationToken cancellationToken) => rows.ListAsync(
        $"""
        select r.org_id, r.request_id, r.key_id, r.created_at, r.path, r.method, r.model, r.tags, r.features, r.code, r.ended_at,
            metered.live + metered.file, r.callback
        from speech_request r {Metered}
        where {Matching} and ($9::uuid is null or r.request_id = $9)
            and ($10::boolean is null or r.code is not null and (r.code between 200 and 299 or r.code = 1000) = $10)
        order by r.created_at desc, r.request_id limit $11 offset $12
        """,
        [
            .. Of(listing.Filter), Parameters.Of(listing.RequestId), Parameters.Of(listing.Succeeded),
            Parameters.Of(listing.Limit), Parameters.Of((long)listing.Page * listing.Limit),
        ],
        static row => new SpeechRequest
        {
            OrgId = row.GetGuid(0),
            RequestId = row.GetGuid(1),
            KeyId = row.GetGuid(2),
            CreatedAt = row.Time(3),
            Path = row.GetString(4),
            Method = row.GetString(5),
            Model = row.GetString(6),
            Tags = row.Texts(7),
            Features = row.Texts(8),
            Code = row.NumberOrNull(9),
            EndedAt = row.TimeOrNull(10),
            Milliseconds = row.GetInt64(11),
            Callback = row.TextOrNull(12),
        },
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<UsageFields> FieldsAsync(UsageFilter filter, CancellationToken cancellationToken) => (await rows.FindAsync(
        $"""
        with r as (select * from speech_request r where {Matching})
        select array(select distinct t from r, unnest(r.tags) t order by t limit 1000), array(select distinct r.model from r order by 1 limit 1000),
            array(select distinct r.method from r order by 1), array(select distinct f from r, unnest(r.features) f order by f limit 1000),
            array(select distinct r.key_id from r order by 1 limit 1000)
        """,
        Of(filter),
        static row => new UsageFields(row.Texts(0), row.Texts(1), row.Texts(2), row.Texts(3), [.. row.GetFieldValue<Guid[]>(4)]),
        cancellationToken))!;

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<MonthUsage>> MonthsAsync(Guid orgId, CancellationToken cancellationToken) => rows.ListAsync(
        "select month, meter, milliseconds from speech_usage_month where org_id = $1 order by month, meter",
        [Parameters.Of(orgId)],
        static row => new MonthUsage(row.GetFieldValue<DateOnly>(0), row.GetString(1), row.GetInt64(2)),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<SpeechAccount> AccountAsync(Guid orgId, CancellationToken cancellationToken) => await rows.FindAsync(
        "select plan, credit_micros from speech_account where org_id = $1", [Parameters.Of(orgId)], ReadAccount, cancellationToken)
        ?? new SpeechAccount(null, 0);

    /// <inheritdoc/>
    public async ValueTask<SpeechAccount> CreditAsync(Guid orgId, string? plan, long micros, CancellationToken cancellationToken) => (await rows.FindAsync(
        """
        insert into speech_account as kept (org_id, plan, credit_micros) values ($1, coalesce($2, ''), $3)
        on conflict (org_id) do update set plan = coalesce($2, kept.plan), credit_micros = kept.credit_micros + $3
        returning plan, credit_micros
        """,
        [Parameters.Of(orgId), Parameters.Of(plan), Parameters.Of(micros)],
        ReadAccount,
        cancellationToken))!;

    private static SpeechAccount ReadAccount(NpgsqlDataReader row) => new(row.GetString(0) is { Length: > 0 } plan ? plan : null, row.GetInt64(1));

    private static NpgsqlParameter[] Of(UsageFilter filter) =>
    [
        Parameters.Of(filter.OrgId), Parameters.Of(filter.From), Parameters.Of(filter.To),
        Parameters.Of(filter.KeyId), Parameters.Of(filter.Tags), Parameters.Of(filter.Models),
        Parameters.Of(filter.Method), Parameters.Of(filter.Features),
    ];
}
