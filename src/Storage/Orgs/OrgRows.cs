using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Orgs;

/// <summary>Loads an organisation.</summary>
internal sealed class OrgRows(RowReader rows) : IAggregateRows<OrgSnapshot>
{
    /// <summary>The columns that <see cref="Read"/> reads.</summary>
    public const string Columns = "id, version, name, created_at";

    /// <inheritdoc/>
    public async ValueTask<OrgSnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => orgId != id
        ? null
        : await rows.FindAsync($"select {Columns} from org where id = $1", [Parameters.Of(id)], Read, cancellationToken);

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static OrgSnapshot Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Version = row.GetInt64(1),
        Name = row.GetString(2),
        CreatedAt = row.Time(3),
    };
}
