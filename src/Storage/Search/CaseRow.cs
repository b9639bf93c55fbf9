using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;
using Switchboard.Cases;

namespace Switchboard.Storage.Search;

/// <summary>A case's row as a search reads it.</summary>
internal static class CaseRow
{
    public const string Columns =
        "c.org_id, c.id, c.version, c.project_id, c.key, c.public_id, c.type_id, c.title, c.description, c.priority, c.status_name, c.status_group, "
        + "c.assignee_id, c.attributes::text, c.creation_source, c.created_by, c.created_at, c.modified_by, c.modified_at, c.closed_at, "
        + "c.archived_at, c.comment_count";

    /// <summary>The snapshot whose columns begin at an ordinal.</summary>
    public static CaseSnapshot Read(NpgsqlDataReader row, int first) => new()
    {
        OrgId = row.GetGuid(first),
        Id = row.GetGuid(first + 1),
        Version = row.GetInt64(first + 2),
        ProjectId = row.GetGuid(first + 3),
        Key = row.GetString(first + 4),
        PublicId = row.GetInt64(first + 5),
        TypeId = row.GetGuid(first + 6),
        Title = row.GetString(first + 7),
        Description = row.GetString(first + 8),
        Priority = (CasePriority)row.GetInt16(first + 9),
        StatusName = row.GetString(first + 10),
        StatusGroup = (StatusGroup)row.GetInt16(first + 11),
        AssigneeId = row.IsDBNull(first + 12) ? null : row.GetGuid(first + 12),
        Attributes = Attributes(row.GetString(first + 13)),
        CreationSource = row.GetString(first + 14),
        CreatedBy = row.GetGuid(first + 15),
        CreatedAt = Time(row, first + 16)!.Value,
        ModifiedBy = row.IsDBNull(first + 17) ? null : row.GetGuid(first + 17),
        ModifiedAt = Time(row, first + 18),
        ClosedAt = Time(row, first + 19),
        ArchivedAt = Time(row, first + 20),
        CommentCount = row.GetInt32(first + 21),
    };

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : new DateTimeOffset(row.GetDateTime(column), TimeSpan.Zero);

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes(string json)
    {
        using var document = JsonDocument.Parse(json);
        var attributes = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var attribute in document.RootElement.EnumerateObject())
        {
            attributes.Add(attribute.Name, [.. attribute.Value.EnumerateArray().Select(static v => v.GetString()!)]);
        }

        return attributes.ToImmutable();
    }
}
