using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Grains.DeadLetters;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.DeadLetters;

/// <summary>Dead letters in the tenants' databases.</summary>
internal sealed class DeadLetterRows(TenantDatabases databases, FlavorNumbers flavors, TimeProvider time) : IDeadLetters
{
    private const string ReplayById =
        """
        with chosen as (
            select id, flavor, stream_id from dead_letter where id = any ($1) and status = 'parked'),
        ordered as (
            select distinct d.flavor, d.stream_id from dead_letter d join chosen c on c.flavor = d.flavor and c.stream_id = d.stream_id
            where d.status in ('parked', 'replay_requested') and d.reason = 'behind_another')
        update dead_letter d set status = 'replay_requested', changed_by = $2, changed_at = $3
        where d.status = 'parked' and (d.id in (select id from chosen) or (d.flavor, d.stream_id) in (select flavor, stream_id from ordered))
        """;

    private const string ReplayByFlavor =
        """
        update dead_letter set status = 'replay_requested', changed_by = $2, changed_at = $3
        where id in (select id from dead_letter where flavor = $1 and status = 'parked' order by id limit $4)
        """;

    /// <inheritdoc/>
    public async ValueTask<bool> ParkAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        var database = Of(letter.Tenant);
        var number = await flavors.GetAsync(database, letter.Flavor, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = database.Primary.CreateCommand();
                DeadLetterSql.FillPark(command.Parameters, out var sql, letter, number, time.GetUtcNow());
                command.CommandText = sql;
                return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
            }
            catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
            {
                // A second try does no harm: what the first one may have kept is recognised.
                if (attempt > 1 || !DatabaseFailures.IsStaleConnection(error))
                {
                    throw DatabaseFailures.Unavailable(letter.Tenant, $"a dead letter of '{letter.Flavor}' could not be kept", error);
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<StoredDeadLetter>> ListAsync(string tenant, DeadLetterQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 1000);
        return Rows(tenant).ListAsync(
            $"""
            select {DeadLetterSql.Columns} from dead_letter
            where id > $1 and ($2::text is null or flavor = $2) and ($3::text is null or status = $3) and ($4::uuid is null or stream_id = $4)
            order by id limit $5
            """,
            [
                Parameters.Of(query.After), Parameters.Of(query.Flavor), Parameters.Of(query.Status is { } status ? DeadLetterSql.Name(status) : null),
                Parameters.Of(query.StreamId), Parameters.Of(query.Limit),
            ],
            row => DeadLetterSql.Read(row, tenant, payload: false),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<StoredDeadLetter?> FindAsync(string tenant, long id, CancellationToken cancellationToken) => Rows(tenant).FindAsync(
        $"select {DeadLetterSql.Columns}, payload from dead_letter where id = $1",
        [Parameters.Of(id)],
        row => DeadLetterSql.Read(row, tenant, payload: true),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<ImmutableSortedDictionary<string, long>> CountAsync(string tenant, CancellationToken cancellationToken)
    {
        var counts = await Rows(tenant).ListAsync(
            "select flavor, count(*) from dead_letter where status in ('parked', 'replay_requested') group by flavor",
            [],
            static row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)),
            cancellationToken);
        return counts.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public ValueTask<int> RequestReplayAsync(string tenant, IReadOnlyCollection<long> ids, string by, CancellationToken cancellationToken) => ChangeAsync(
        tenant,
        ReplayById,
        [Ids(ids), Parameters.Of(StorableText.Of(by)), Parameters.Of(time.GetUtcNow())],
        wake: true,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> RequestReplayAsync(string tenant, string flavor, int limit, string by, CancellationToken cancellationToken) => ChangeAsync(
        tenant,
        ReplayByFlavor,
        [Parameters.Of(flavor), Parameters.Of(StorableText.Of(by)), Parameters.Of(time.GetUtcNow()), Parameters.Of(limit)],
        wake: true,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> DropAsync(string tenant, IReadOnlyCollection<long> ids, string by, CancellationToken cancellationToken) => ChangeAsync(
        tenant,
        "update dead_letter set status = 'dropped', changed_by = $2, changed_at = $3 where id = any ($1) and status in ('parked', 'replay_requested')",
        [Ids(ids), Parameters.Of(StorableText.Of(by)), Parameters.Of(time.GetUtcNow())],
        wake: false,
        cancellationToken);

    private static NpgsqlParameter Ids(IReadOnlyCollection<long> ids) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = ids.ToArray() };

    private async ValueTask<int> ChangeAsync(string tenant, string sql, NpgsqlParameter[] parameters, bool wake, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = Of(tenant).Primary.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            var changed = await command.ExecuteNonQueryAsync(cancellationToken);
            if (wake && changed > 0)
            {
                await using var hint = Of(tenant).Primary.CreateCommand($"notify {DeadLetterSql.Channel}");
                await hint.ExecuteNonQueryAsync(cancellationToken);
            }

            return changed;
        }
        catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
        {
            throw DatabaseFailures.Unavailable(tenant, "dead letters could not be changed", error);
        }
    }

    private RowReader Rows(string tenant) => new(tenant, Of(tenant).Primary);

    private TenantDatabase Of(string tenant) => databases.All.FirstOrDefault(database => database.Tenant == tenant)
        ?? throw new ArgumentException($"There is no tenant '{tenant}' here; the tenants are {string.Join(", ", databases.All.Select(one => one.Tenant))}.");
}
