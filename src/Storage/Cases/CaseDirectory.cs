using Npgsql;
using Switchboard.Grains.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Cases;

/// <summary>Finds cases by key and by project.</summary>
internal sealed class CaseDirectory(RowReader rows) : ICaseDirectory
{
    private const int PageSize = 1000;

    /// <inheritdoc/>
    public async ValueTask<Guid?> FindByKeyAsync(Guid orgId, string key, CancellationToken cancellationToken)
    {
        // Stored in upper case; a key is matched in any.
        var found = await rows.ListAsync(
            """
            select id from "case" where org_id = $1 and key = $2
            union all
            select case_id from case_former_key where org_id = $1 and key = $2
            """,
            [Parameters.Of(orgId), Parameters.Of(key.ToUpperInvariant())],
            static row => row.GetGuid(0),
            cancellationToken);
        return found.IsEmpty ? null : found[0];
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Guid> ListOfProjectAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken)
    {
        // The empty id is before every other.
        NpgsqlParameter[] After(Guid last) => [Parameters.Of(orgId), Parameters.Of(projectId), Parameters.Of(last), Parameters.Of(PageSize)];
        return rows.StreamAsync(
            """select id from "case" where org_id = $1 and project_id = $2 and id > $3 order by id limit $4""",
            PageSize,
            After,
            static row => row.GetGuid(0),
            cancellationToken);
    }
}
