using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Switchboard.Commands;
using Switchboard.Grains.Intake;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Intake;

/// <summary>Keeps the senders of alerts. Of their keys it keeps hashes.</summary>
internal sealed class IntegrationRows(RowReader rows, TimeProvider time) : IIntegrations
{
    private const string Columns =
        "i.org_id, i.id, i.kind, i.name, i.enabled, i.key_hint, case when i.previous_key_hash is not null then i.previous_key_until end, i.requests_per_second, "
        + "i.rules, i.heartbeat_seconds, h.last_seen_at, h.silent_since is not null, i.created_by, i.created_at, i.modified_at";

    private const string Select = $"select {Columns} from intake_integration i left join intake_heartbeat h on h.integration_id = i.id";

    /// <summary>How long a former key is let in beside the new one.</summary>
    private static readonly TimeSpan _overlap = TimeSpan.FromDays(1);

    private static readonly DomainError _notFound = DomainError.NotFound("integration not found");

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Integration>> ListAsync(Guid orgId, CancellationToken cancellationToken) => rows.ListAsync(
        $"{Select} where i.org_id = $1 order by i.created_at, i.id", [Parameters.Of(orgId)], Read, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Integration?> FindAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => rows.FindAsync(
        $"{Select} where i.org_id = $1 and i.id = $2", [Parameters.Of(orgId), Parameters.Of(id)], Read, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Integration?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken) => rows.FindAsync(
        $"{Select} where i.key_hash = $1 or (i.previous_key_hash = $1 and i.previous_key_until > $2)",
        [Parameters.Of(keyHash), Parameters.Of(time.GetUtcNow())],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<IntegrationWithKey>> CreateAsync(
        Guid orgId, Guid id, Guid createdBy, IntegrationKind kind, IntegrationSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Name is null || settings.Rules is null)
        {
            return DomainError.Malformed("an integration needs a name and rules");
        }

        if (IntegrationRulesCheck.ProblemOf(settings) is { } problem)
        {
            return DomainError.Invalid(problem);
        }

        if (await FindAsync(orgId, id, cancellationToken) is { } repeated)
        {
            return new IntegrationWithKey(repeated, null);
        }

        var key = NewKey();
        var now = time.GetUtcNow();
        var made = await rows.ListAsync(
            """
            with made as (
                insert into intake_integration
                    (id, org_id, kind, name, enabled, key_hash, key_id, key_hint, requests_per_second, rules, heartbeat_seconds, created_by, created_at, modified_at)
                select $1, $2, $3, $4, $5, $6, $1, $7, $8, $9, $10, $11, $12, $12
                where (select count(*) from intake_integration where org_id = $2) < $13
                on conflict (id) do nothing
                returning id, org_id, heartbeat_seconds
            )
            insert into intake_heartbeat (integration_id, org_id, due_at)
            select id, org_id, $12 + make_interval(secs => heartbeat_seconds) from made returning integration_id
            """,
            [
                Parameters.Of(id), Parameters.Of(orgId), Parameters.Of(IntakeNames.Of(kind)), Parameters.Of(settings.Name), Parameters.Of(settings.Enabled ?? true),
                Parameters.Of(HashOf(key)), Parameters.Of(key[^4..]), Parameters.Of(Some(settings.RequestsPerSecond)), Parameters.Jsonb(IntakeJson.Write(settings.Rules)),
                Parameters.Of(Some(settings.HeartbeatSeconds)), Parameters.Of(createdBy), Parameters.Of(now), Parameters.Of(Limits.Integrations),
            ],
            static row => row.GetGuid(0),
            cancellationToken);
        return made.IsEmpty
            ? DomainError.Invalid($"an organization may have {Limits.Integrations} integrations; delete one first")
            : await FindAsync(orgId, id, cancellationToken) is { } integration ? new IntegrationWithKey(integration, key) : _notFound;
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<Integration>> UpdateAsync(Guid orgId, Guid id, IntegrationSettings settings, CancellationToken cancellationToken)
    {
        if (IntegrationRulesCheck.ProblemOf(settings) is { } problem)
        {
            return DomainError.Invalid(problem);
        }

        // Another heartbeat, or being let in again, counts from now.
        await rows.ListAsync(
            """
            with changed as (
                update intake_integration
                set name = coalesce($3, name), enabled = coalesce($4, enabled),
                    requests_per_second = case when $5::integer is null then requests_per_second else nullif($5, 0) end,
                    heartbeat_seconds = case when $6::integer is null then heartbeat_seconds else nullif($6, 0) end,
                    rules = coalesce($7, rules), modified_at = $8
                where org_id = $1 and id = $2
                returning id, enabled, heartbeat_seconds
            )
            update intake_heartbeat h set due_at = case when c.enabled then $8 + make_interval(secs => c.heartbeat_seconds) end
            from changed c where h.integration_id = c.id and ($4::boolean is not null or $6::integer is not null) returning h.integration_id
            """,
            [
                Parameters.Of(orgId), Parameters.Of(id), Parameters.Of(settings.Name), Parameters.Of(settings.Enabled), Parameters.Of(settings.RequestsPerSecond),
                Parameters.Of(settings.HeartbeatSeconds), Parameters.JsonbOrNull(settings.Rules is { } rules ? IntakeJson.Write(rules) : null),
                Parameters.Of(time.GetUtcNow()),
            ],
            static row => row.GetGuid(0),
            cancellationToken);
        return await FindAsync(orgId, id, cancellationToken) is { } integration ? integration : _notFound;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => !(await rows.ListAsync(
        """
        with gone as (delete from intake_integration where org_id = $1 and id = $2 returning id),
            silent as (delete from intake_heartbeat where integration_id in (select id from gone))
        select id from gone
        """,
        [Parameters.Of(orgId), Parameters.Of(id)],
        static row => row.GetGuid(0),
        cancellationToken)).IsEmpty;

    /// <inheritdoc/>
    public async ValueTask<Outcome<IntegrationWithKey>> RotateKeyAsync(Guid orgId, Guid id, Guid keyId, CancellationToken cancellationToken)
    {
        var key = NewKey();
        var now = time.GetUtcNow();
        var rotated = await rows.ListAsync(
            """
            update intake_integration
            set previous_key_hash = key_hash, previous_key_until = $3, key_hash = $4, key_hint = $5, key_id = $6, modified_at = $7
            where org_id = $1 and id = $2 and key_id <> $6
            returning id
            """,
            [
                Parameters.Of(orgId), Parameters.Of(id), Parameters.Of(now + _overlap), Parameters.Of(HashOf(key)), Parameters.Of(key[^4..]), Parameters.Of(keyId),
                Parameters.Of(now),
            ],
            static row => row.GetGuid(0),
            cancellationToken);
        return await FindAsync(orgId, id, cancellationToken) is { } integration
            ? new IntegrationWithKey(integration, rotated.IsEmpty ? null : key)
            : _notFound;
    }

    // As long as PagerDuty's routing keys, whose senders often check that.
    private static string NewKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));

    private static int? Some(int? number) => number is 0 ? null : number;

    private static Integration Read(NpgsqlDataReader row) => new()
    {
        OrgId = row.GetGuid(0),
        Id = row.GetGuid(1),
        Kind = IntakeNames.KindOf(row.GetString(2)),
        Name = row.GetString(3),
        Enabled = row.GetBoolean(4),
        KeyHint = row.GetString(5),
        PreviousKeyUntil = row.TimeOrNull(6),
        RequestsPerSecond = row.NumberOrNull(7),
        Rules = IntakeJson.ReadRules(row.GetFieldValue<byte[]>(8)),
        HeartbeatSeconds = row.NumberOrNull(9),
        LastSeenAt = row.TimeOrNull(10),
        Silent = row.GetBoolean(11),
        CreatedBy = row.GetGuid(12),
        CreatedAt = row.Time(13),
        ModifiedAt = row.Time(14),
    };
}
