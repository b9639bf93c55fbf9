using System.Collections.Concurrent;
using Npgsql;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.DeadLetters;

/// <summary>The numbers by which marks name their flavor. Given once for each name in each database, never changed; safe for use by many at once.</summary>
public sealed class FlavorNumbers
{
    private readonly ConcurrentDictionary<(string Tenant, string Flavor), short> _known = new();

    /// <summary>The flavor's number in a tenant's database.</summary>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">It is not known yet, and the database is away.</exception>
    public async ValueTask<short> GetAsync(TenantDatabase database, string flavor, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue((database.Tenant, flavor), out var number))
        {
            return number;
        }

        var rows = new RowReader(database.Tenant, database.Primary);
        while (true)
        {
            var found = await rows.ListAsync(
                "select id from handler_flavor where name = $1", [Parameters.Of(flavor)], static row => row.GetInt16(0), cancellationToken);
            if (!found.IsEmpty)
            {
                _known[(database.Tenant, flavor)] = found[0];
                return found[0];
            }

            // Looked up first: an insert takes a number even when it meets a conflict, and there are not many.
            try
            {
                await using var insert = database.Primary.CreateCommand("insert into handler_flavor (name) values ($1) on conflict do nothing");
                insert.Parameters.Add(Parameters.Of(flavor));
                await insert.ExecuteNonQueryAsync(cancellationToken);
            }
            catch (NpgsqlException error)
            {
                throw DatabaseFailures.Unavailable(database.Tenant, $"flavor '{flavor}' could not be entered", error);
            }
        }
    }
}
