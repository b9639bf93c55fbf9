using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Commands;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Webhooks;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Webhooks;

/// <summary>Keeps webhooks and shows their deliveries.</summary>
internal sealed class WebhookStore(RowReader rows, SecretBox box, IOptions<WebhookOptions> options, TimeProvider time) : IWebhooks
{
    private static readonly DomainError NotFound = DomainError.NotFound("webhook not found");

    private static readonly DomainError NoKey = DomainError.Invalid(
        "this installation has no key to keep a webhook's secret with; whoever runs it must set Webhooks:SecretKey");

    /// <summary>Whether whoever answers for the webhook may still see the delivery's case: a replay tells of it as it is now.</summary>
    private const string Shown =
        """
        exists (
                select from webhook_endpoint w
                where w.id = webhook_delivery.endpoint_id and project_shows(
                    w.org_id, (select c.project_id from "case" c where c.id = webhook_delivery.stream_id), coalesce(w.answered_by, w.created_by)))
        """;

    private readonly WebhookOptions _options = options.Value;

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Webhook>> ListAsync(Guid orgId, CancellationToken cancellationToken) => rows.ListAsync(
        $"select {WebhookRows.WebhookColumns} from webhook_endpoint where org_id = $1 order by created_at, id",
        [Parameters.Of(orgId)],
        WebhookRows.ReadWebhook,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Webhook?> FindAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {WebhookRows.WebhookColumns} from webhook_endpoint where org_id = $1 and id = $2",
        [Parameters.Of(orgId), Parameters.Of(id)],
        WebhookRows.ReadWebhook,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<WebhookWithSecret>> CreateAsync(
        Guid orgId, Guid id, Guid createdBy, WebhookSettings settings, CancellationToken cancellationToken)
    {
        if (WebhookRules.Check(settings, _options) is { } refused)
        {
            return refused;
        }

        if (settings.Name is null || settings.Url is null)
        {
            return DomainError.Malformed("a webhook needs a name and a url");
        }

        if (!box.HasKey)
        {
            return NoKey;
        }

        if (await FindAsync(orgId, id, cancellationToken) is { } repeated)
        {
            return new WebhookWithSecret(repeated, null);
        }

        var secret = DeliverySignature.NewSecret();
        var made = await rows.FindAsync(
            $"""
            insert into webhook_endpoint (id, org_id, version, name, url, event_types, project_ids, enabled, secret, secret_id, secret_hint,
                created_by, created_at, modified_at)
            select $1, $2, 1, $3, $4, $5, $6, $7, $8, $1, $9, $10, $11, $11
            where (select count(*) from webhook_endpoint where org_id = $2) < $12
            on conflict (id) do nothing
            returning {WebhookRows.WebhookColumns}
            """,
            [
                Parameters.Of(id), Parameters.Of(orgId), Parameters.Of(settings.Name), Parameters.Of(settings.Url),
                Parameters.Of(settings.EventTypes ?? []), Uuids(settings.ProjectIds ?? []), Parameters.Of(settings.Enabled ?? true),
                Bytes(box.Seal(id, secret)), Parameters.Of(secret[^4..]), Parameters.Of(createdBy), Parameters.Of(time.GetUtcNow()),
                Parameters.Of(_options.PerOrganisation),
            ],
            WebhookRows.ReadWebhook,
            cancellationToken);
        return made is null
            ? DomainError.Invalid($"an organization may have {_options.PerOrganisation} webhooks; delete one first")
            : new WebhookWithSecret(made, secret);
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<Webhook>> UpdateAsync(
        Guid orgId, Guid id, WebhookSettings settings, CancellationToken cancellationToken)
    {
        if (WebhookRules.Check(settings, _options) is { } refused)
        {
            return refused;
        }

        // Switched on again, a webhook is judged anew from now on.
        var changed = await rows.FindAsync(
            $"""
            update webhook_endpoint
            set version = version + 1, name = coalesce($3, name), url = coalesce($4, url), event_types = coalesce($5, event_types),
                project_ids = coalesce($6, project_ids), enabled = coalesce($7, enabled),
                disabled_reason = case when $7 then null else disabled_reason end,
                failing_since = case when $7 then null else failing_since end,
                paused_until = case when $7 then null else paused_until end,
                modified_at = $8, answered_by = case when $4 is distinct from url and $4 is not null then coalesce($9, answered_by) else answered_by end
            where org_id = $1 and id = $2
            returning {WebhookRows.WebhookColumns}
            """,
            [
                Parameters.Of(orgId), Parameters.Of(id), Parameters.Of(settings.Name), Parameters.Of(settings.Url),
                settings.EventTypes is { } types ? Parameters.Of(types) : Nothing(NpgsqlDbType.Text),
                settings.ProjectIds is { } projects ? Uuids(projects) : Nothing(NpgsqlDbType.Uuid),
                Parameters.Of(settings.Enabled), Parameters.Of(time.GetUtcNow()), Parameters.Of(settings.ChangedBy),
            ],
            WebhookRows.ReadWebhook,
            cancellationToken);
        return changed is null ? NotFound : changed;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => await AnyAsync(
        "delete from webhook_endpoint where org_id = $1 and id = $2 returning id", [Parameters.Of(orgId), Parameters.Of(id)], cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<WebhookWithSecret>> RotateSecretAsync(
        Guid orgId, Guid id, Guid secretId, CancellationToken cancellationToken)
    {
        if (!box.HasKey)
        {
            return NoKey;
        }

        var secret = DeliverySignature.NewSecret();
        var now = time.GetUtcNow();
        var rotated = await rows.FindAsync(
            $"""
            update webhook_endpoint
            set version = version + 1, previous_secret = secret, previous_until = $3, secret = $4, secret_hint = $5, modified_at = $6,
                secret_id = $7
            where org_id = $1 and id = $2 and secret_id <> $7
            returning {WebhookRows.WebhookColumns}
            """,
            [
                Parameters.Of(orgId), Parameters.Of(id), Parameters.Of(now + _options.RotationOverlap), Bytes(box.Seal(id, secret)),
                Parameters.Of(secret[^4..]), Parameters.Of(now), Parameters.Of(secretId),
            ],
            WebhookRows.ReadWebhook,
            cancellationToken);
        return rotated is not null ? new WebhookWithSecret(rotated, secret)
            : await FindAsync(orgId, id, cancellationToken) is { } repeated ? new WebhookWithSecret(repeated, null)
            : NotFound;
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<WebhookDelivery>> ListDeliveriesAsync(DeliveryQuery query, CancellationToken cancellationToken) => rows.ListAsync(
        $"""
        select {WebhookRows.DeliveryColumns} from webhook_delivery
        where org_id = $1 and endpoint_id = $2 and ($3::smallint is null or state = $3)
          and ($4::timestamptz is null or (created_at, id) < ($4, $5))
        order by created_at desc, id desc
        limit $6
        """,
        [
            Parameters.Of(query.OrgId), Parameters.Of(query.WebhookId), State(query.State), Parameters.Of(query.Before?.CreatedAt),
            Parameters.Of(query.Before?.Id), Parameters.Of(query.Limit),
        ],
        WebhookRows.ReadDelivery,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<WebhookDelivery?> FindDeliveryAsync(Guid orgId, Guid webhookId, Guid id, CancellationToken cancellationToken)
    {
        var delivery = await rows.FindAsync(
            $"select {WebhookRows.DeliveryColumns} from webhook_delivery where org_id = $1 and endpoint_id = $2 and id = $3",
            [Parameters.Of(orgId), Parameters.Of(webhookId), Parameters.Of(id)],
            WebhookRows.ReadDelivery,
            cancellationToken);
        return delivery is null ? null : delivery with
        {
            Log = await rows.ListAsync(
                $"select {WebhookRows.AttemptColumns} from webhook_attempt where delivery_id = $1 order by number",
                [Parameters.Of(id)],
                WebhookRows.ReadAttempt,
                cancellationToken),
        };
    }

    /// <inheritdoc/>
    public ValueTask<bool> ReplayAsync(Guid orgId, Guid webhookId, Guid id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();

        // What is being sent at this moment stays as it is; its outcome decides.
        return AnyAsync(
            $"""
            update webhook_delivery
            set state = 0, due_at = $4, expires_at = $5, round = attempts, finished_at = null
            where org_id = $1 and endpoint_id = $2 and id = $3 and {Shown}
            returning id
            """,
            [Parameters.Of(orgId), Parameters.Of(webhookId), Parameters.Of(id), Parameters.Of(now), Parameters.Of(now + _options.GiveUpAfter)],
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReplayAsync(ReplayRange range, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = await rows.ListAsync(
            $"""
            update webhook_delivery
            set state = 0, due_at = $6, expires_at = $7, round = attempts, finished_at = null
            where id = any (array(
                select id from webhook_delivery
                where org_id = $1 and endpoint_id = $2 and created_at >= $3 and created_at < $4 and state <> 0
                  and ($5::smallint is null or state = $5) and {Shown}
                order by created_at, id
                limit $8
                for update skip locked))
            returning id
            """,
            [
                Parameters.Of(range.OrgId), Parameters.Of(range.WebhookId), Parameters.Of(range.From), Parameters.Of(range.To),
                State(range.State), Parameters.Of(now), Parameters.Of(now + _options.GiveUpAfter), Parameters.Of(range.Limit),
            ],
            static row => row.GetGuid(0),
            cancellationToken);
        return due.Length;
    }

    private async ValueTask<bool> AnyAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        await rows.ListAsync(sql, parameters, static row => row.GetGuid(0), cancellationToken) is [_];

    private static NpgsqlParameter State(DeliveryState? state) =>
        new() { NpgsqlDbType = NpgsqlDbType.Smallint, Value = state is { } given ? (short)given : DBNull.Value };

    private static NpgsqlParameter Uuids(ImmutableArray<Guid> ids) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = ids.ToArray() };

    private static NpgsqlParameter Nothing(NpgsqlDbType of) => new() { NpgsqlDbType = NpgsqlDbType.Array | of, Value = DBNull.Value };

    private static NpgsqlParameter Bytes(byte[] value) => new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = value };
}
