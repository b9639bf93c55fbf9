using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Orgs;

/// <summary>Loads a key.</summary>
internal sealed class KeyRows(RowReader rows) : IAggregateRows<KeySnapshot>
{
    /// <summary>The columns that <see cref="Read"/> reads.</summary>
    public const string Columns =
        "org_id, id, version, kind, hash, prefix, last4, name, user_id, scopes, expires_at, disabled, revoked_at, created_at, requests_per_second, tags, modified_at";

    /// <summary>How many columns these are.</summary>
    public const int Count = 17;

    /// <inheritdoc/>
    public ValueTask<KeySnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => rows.FindAsync(
        $"select {Columns} from access_key where id = $1 and org_id = $2",
        [Parameters.Of(id), Parameters.Of(orgId)],
        Read,
        cancellationToken);

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static KeySnapshot Read(NpgsqlDataReader row) => new()
    {
        OrgId = row.GetGuid(0),
        Id = row.GetGuid(1),
        Version = row.GetInt64(2),
        Kind = (KeyKind)row.GetInt16(3),
        Hash = row.GetString(4),
        Prefix = row.GetString(5),
        Last4 = row.GetString(6),
        Name = row.GetString(7),
        UserId = row.GuidOrNull(8),
        Scopes = row.Texts(9),
        ExpiresAt = row.TimeOrNull(10),
        Disabled = row.GetBoolean(11),
        RevokedAt = row.TimeOrNull(12),
        CreatedAt = row.Time(13),
        RequestsPerSecond = row.NumberOrNull(14),
        Tags = row.Texts(15),
        ModifiedAt = row.TimeOrNull(16),
    };
}
