using System.Collections.Immutable;
using Npgsql;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.PublicEvents;
using Switchboard.Handlers.Nexus;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;

namespace Switchboard.Handlers.Webhooks;

/// <summary>
/// The deliveries that are due. A claim takes some for this process for a while and records the attempts before they are made; what
/// a process that died had claimed comes back when its claim runs out. Of one case, each webhook gets one delivery after the other.
/// </summary>
internal sealed class DeliveryQueue(RowReader rows, EventCodec codec)
{
    // The webhook's row is locked, not for its key: handlers that refer to it go on. The event may be told, since it could be seen when it
    // happened; how the case is now is another matter.
    private const string Claim =
        $"""
        with endpoint as materialized (
            select w.* from webhook_endpoint w
            where w.enabled and (w.paused_until is null or w.paused_until <= $1)
              and exists (
                select from webhook_delivery d
                where d.endpoint_id = w.id and d.state = 0 and d.due_at <= $1 and (d.claimed_until is null or d.claimed_until <= $1))
            order by random()
            limit $2
            for no key update skip locked
        ), due as materialized (
            select d.id from endpoint w cross join lateral (
                select d.id from webhook_delivery d
                where d.endpoint_id = w.id and d.state = 0 and d.due_at <= $1 and (d.claimed_until is null or d.claimed_until <= $1)
                  and not exists (
                    select from webhook_delivery p
                    where p.endpoint_id = d.endpoint_id and p.stream_id = d.stream_id and p.state = 0 and p.version < d.version)
                order by d.due_at, d.version
                limit greatest(0, $3 - (
                    select count(*) from webhook_delivery c where c.endpoint_id = w.id and c.state = 0 and c.claimed_until > $1))
            ) d
            limit $2
        ), claimed as (
            update webhook_delivery d set claim = $4, claimed_until = $5, attempts = d.attempts + 1
            from due
            where d.id = due.id and d.state = 0 and (d.claimed_until is null or d.claimed_until <= $1) -- judged again on the newest row
            returning d.*
        ), attempt as (
            insert into webhook_attempt (delivery_id, number, started_at) select id, attempts, $1 from claimed
        )
        select {PublicEventRow.Columns}, s.epoch,
            k.id, k.attempts, k.attempts - k.round, k.expires_at, w.id, w.url, w.secret,
            case when w.previous_until > $1 then w.previous_secret end, coalesce(w.answered_by, w.created_by)
        from claimed k
        join endpoint w on w.id = k.endpoint_id
        cross join store_epoch s
        join domain_events e on e.stream_id = k.stream_id and e.version = k.version and e.org_id = k.org_id
        left join "case" c on c.id = e.stream_id and c.org_id = e.org_id and project_shows(c.org_id, c.project_id, coalesce(w.answered_by, w.created_by))
        """;

    private const string Hides =
        """
        select exists (select from "case" c where c.id = any ($1) and c.org_id = $2 and not project_shows(c.org_id, c.project_id, $3))
        """;

    // A claim that has run out and was taken by another process is not settled by the first: its end says nothing about the present attempt.
    private const string Settle =
        """
        with settled as (
            update webhook_delivery
            set state = $3, due_at = coalesce($4, due_at), claim = null, claimed_until = null,
                last_status = $5, last_error = $6, finished_at = case when $3 = 0 then null else $7 end
            where id = $1 and claim = $2
            returning endpoint_id
        ), attempt as (
            update webhook_attempt set finished_at = $7, status = $5, latency_ms = $8, error = $6, response = $9
            where delivery_id = $1 and number = $10
        )
        update webhook_endpoint w
        set failing_since = case when $6 is null then null else coalesce(w.failing_since, $7) end,
            succeeded_at = case when $6 is null then $7 else w.succeeded_at end,
            paused_until = coalesce($11, w.paused_until),
            enabled = w.enabled and ($6 is null or w.failing_since is null or w.failing_since > $12),
            disabled_reason = case
                when $6 is null or w.failing_since is null or w.failing_since > $12 or not w.enabled then w.disabled_reason
                else 'every attempt since ' || to_char(w.failing_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC has failed; the last: ' || $6
            end
        from settled
        where w.id = settled.endpoint_id
          and ($6 is not null or w.failing_since is not null or w.succeeded_at is null or w.succeeded_at < $7 - interval '1 minute')
        returning w.enabled
        """;

    private const int End = PublicEventRow.Count;

    private readonly PublicEventRow _events = new(codec);

    /// <summary>Takes due deliveries, at most <paramref name="most"/>.</summary>
    public async ValueTask<ImmutableArray<ClaimedDelivery>> ClaimAsync(
        int most, int mostPerWebhook, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        var claim = Guid.NewGuid();
        var claimed = await rows.ListAsync(
            Claim,
            [Parameters.Of(now), Parameters.Of(most), Parameters.Of(mostPerWebhook), Parameters.Of(claim), Parameters.Of(now + lease)],
            row => (Delivery: Read(row, claim), Viewer: row.GetGuid(End + 9)),
            cancellationToken);
        var deliveries = ImmutableArray.CreateBuilder<ClaimedDelivery>(claimed.Length);
        foreach (var (delivery, viewer) in claimed)
        {
            deliveries.Add(await VeilAsync(delivery, viewer, cancellationToken));
        }

        return deliveries.MoveToImmutable();
    }

    /// <summary>Records what an attempt came to.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="result">The attempt's outcome.</param>
    /// <param name="next">When it is tried again; null when it is not.</param>
    /// <param name="pauseUntil">Until when the whole webhook is left alone, or null.</param>
    /// <param name="now">The present.</param>
    /// <param name="failingBefore">A webhook that has failed since before this is switched off.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the webhook was switched off by this.</returns>
    public async ValueTask<bool> SettleAsync(
        ClaimedDelivery delivery,
        AttemptResult result,
        DateTimeOffset? next,
        DateTimeOffset? pauseUntil,
        DateTimeOffset now,
        DateTimeOffset failingBefore,
        CancellationToken cancellationToken)
    {
        var state = (short)(result.Succeeded ? 1 : next is null ? 2 : 0);
        var enabled = await rows.ListAsync(
            Settle,
            [
                Parameters.Of(delivery.Id), Parameters.Of(delivery.Claim), Parameters.Of(state), Parameters.Of(next),
                Parameters.Of(result.Status), Parameters.Of(result.Error), Parameters.Of(now),
                Parameters.Of((int)result.Latency.TotalMilliseconds), Parameters.Of(result.Response), Parameters.Of(delivery.Attempt),
                Parameters.Of(pauseUntil), Parameters.Of(failingBefore),
            ],
            static row => row.GetBoolean(0),
            cancellationToken);
        return enabled is [false];
    }

    /// <summary>The delivery without the names of other cases, when the webhook's maker may not see one of them.</summary>
    private async ValueTask<ClaimedDelivery> VeilAsync(ClaimedDelivery delivery, Guid viewer, CancellationToken cancellationToken)
    {
        var others = delivery.Told.Others;
        if (others.IsEmpty)
        {
            return delivery;
        }

        var hides = await rows.ListAsync(
            Hides, [Parameters.Of(others.AsSpan()), Parameters.Of(delivery.Told.OrgId), Parameters.Of(viewer)], static row => row.GetBoolean(0), cancellationToken);
        return hides is [true] ? delivery with { Told = delivery.Told with { HidesOthers = true } } : delivery;
    }

    private ClaimedDelivery Read(NpgsqlDataReader row, Guid claim) => new(
        row.GetGuid(End + 1),
        claim,
        row.GetInt32(End + 2),
        row.GetInt32(End + 3),
        row.Time(End + 4),
        row.GetGuid(End + 5),
        new Uri(row.GetString(End + 6)),
        row.GetFieldValue<byte[]>(End + 7),
        row.IsDBNull(End + 8) ? null : row.GetFieldValue<byte[]>(End + 8),
        _events.Read(row, row.GetInt64(End)));
}

/// <summary>A delivery that this process is to try now.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="Claim">By which the outcome is taken from this process and no other.</param>
/// <param name="Attempt">The attempt's number, from 1.</param>
/// <param name="Round">The same since the last replay: what the pause grows by.</param>
/// <param name="ExpiresAt">When it is given up.</param>
/// <param name="WebhookId">The webhook.</param>
/// <param name="Url">Where to.</param>
/// <param name="Secret">The sealed secret.</param>
/// <param name="PreviousSecret">The sealed former secret while it is valid, or null.</param>
/// <param name="Told">What is told.</param>
internal sealed record ClaimedDelivery(
    Guid Id,
    Guid Claim,
    int Attempt,
    int Round,
    DateTimeOffset ExpiresAt,
    Guid WebhookId,
    Uri Url,
    byte[] Secret,
    byte[]? PreviousSecret,
    PublicCaseEvent Told);
