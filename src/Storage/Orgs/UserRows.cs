using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Orgs;

/// <summary>Loads a user.</summary>
internal sealed class UserRows(RowReader rows) : IAggregateRows<UserSnapshot>
{
    /// <summary>The columns that <see cref="Read"/> reads.</summary>
    public const string Columns =
        "org_id, id, version, email, name, title, roles, disabled, verified, service_account, password_hash, created_at, modified_at, "
        + "favorite_projects";

    /// <summary>How many they are.</summary>
    public const int Count = 14;

    /// <inheritdoc/>
    public ValueTask<UserSnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {Columns} from org_user where id = $1 and org_id = $2",
        [Parameters.Of(id), Parameters.Of(orgId)],
        Read,
        cancellationToken);

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static UserSnapshot Read(NpgsqlDataReader row) => new()
    {
        OrgId = row.GetGuid(0),
        Id = row.GetGuid(1),
        Version = row.GetInt64(2),
        Email = row.GetString(3),
        Name = row.GetString(4),
        Title = row.TextOrNull(5),
        Roles = row.Texts(6),
        Disabled = row.GetBoolean(7),
        Verified = row.GetBoolean(8),
        ServiceAccount = row.GetBoolean(9),
        PasswordHash = row.TextOrNull(10),
        CreatedAt = row.Time(11),
        ModifiedAt = row.TimeOrNull(12),
        FavoriteProjects = [.. row.GetFieldValue<Guid[]>(13)],
    };
}
