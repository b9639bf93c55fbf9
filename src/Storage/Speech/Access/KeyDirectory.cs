using System.Collections.Immutable;
using Switchboard.Grains.Speech.Access;
using Switchboard.Orgs;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Orgs;

namespace Switchboard.Storage.Speech.Access;

/// <summary>Reads many keys.</summary>
internal sealed class KeyDirectory(RowReader rows) : IKeyDirectory
{
    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Guid>> FindUnusableAsync(ImmutableArray<Guid> ids, DateTimeOffset at, CancellationToken cancellationToken) => rows.ListAsync(
        """
        select asked.id from unnest($1) asked (id) left join access_key k on k.id = asked.id
        where k.id is null or k.disabled or k.revoked_at is not null or k.expires_at <= $2
        """,
        [Parameters.Of(ids.AsSpan()), Parameters.Of(at)],
        static row => row.GetGuid(0),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<KeySnapshot>> ListAsync(Guid orgId, CancellationToken cancellationToken) => rows.ListAsync(
        $"select {KeyRows.Columns} from access_key where org_id = $1 and kind = 0 and revoked_at is null order by created_at desc, id limit 10000",
        [Parameters.Of(orgId)],
        KeyRows.Read,
        cancellationToken);
}
