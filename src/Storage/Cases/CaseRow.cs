using Npgsql;
using Switchboard.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Cases;

/// <summary>The columns of a case's row, and how they are read.</summary>
internal static class CaseRow
{
    /// <summary>All columns, for a query that names the table <c>c</c>.</summary>
    public const string Columns =
        "c.org_id, c.id, c.version, c.project_id, c.key, c.public_id, c.type_id, c.title, c.description, c.priority, c.status_name, "
        + "c.status_group, c.assignee_id, c.attributes, c.creation_source, c.created_by, c.created_at, c.modified_by, c.modified_at, "
        + "c.closed_at, c.archived_at, c.comment_count, c.details";

    /// <summary>How many columns <see cref="Columns"/> names: where a query's own columns begin.</summary>
    public const int Count = 23;

    /// <summary>Reads a row that begins with <see cref="Columns"/>.</summary>
    public static CaseSnapshot Read(NpgsqlDataReader row) => new()
    {
        OrgId = row.GetGuid(0),
        Id = row.GetGuid(1),
        Version = row.GetInt64(2),
        ProjectId = row.GetGuid(3),
        Key = row.GetString(4),
        PublicId = row.GetInt64(5),
        TypeId = row.GetGuid(6),
        Title = row.GetString(7),
        Description = row.GetString(8),
        Priority = (CasePriority)row.GetInt16(9),
        StatusName = row.GetString(10),
        StatusGroup = (StatusGroup)row.GetInt16(11),
        AssigneeId = row.GuidOrNull(12),
        Attributes = row.Attributes(13),
        CreationSource = row.GetString(14),
        CreatedBy = row.GetGuid(15),
        CreatedAt = row.Time(16),
        ModifiedBy = row.GuidOrNull(17),
        ModifiedAt = row.TimeOrNull(18),
        ClosedAt = row.TimeOrNull(19),
        ArchivedAt = row.TimeOrNull(20),
        CommentCount = row.GetInt32(21),
        Details = CaseDetailsColumn.Read(row, 22),
    };
}
