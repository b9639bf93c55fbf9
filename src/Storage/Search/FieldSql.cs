using System.Globalization;
using NpgsqlTypes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>What cases are grouped by, as SQL. Values come out raw; <see cref="FieldSpelling"/> gives them their names.</summary>
internal static class FieldSql
{
    /// <summary>What the field is read from.</summary>
    public static SearchTables.Needs Needs(CaseField field) => field.Kind switch
    {
        _ when field.TermKey is not null => SearchTables.Needs.Text,
        CaseFieldKind.Type or CaseFieldKind.TypeId or CaseFieldKind.Project or CaseFieldKind.ProjectId or CaseFieldKind.Archived => SearchTables.Needs.None,
        CaseFieldKind.CreatedBy => SearchTables.Needs.Each,
        CaseFieldKind.Status or CaseFieldKind.StatusGroup => SearchTables.Needs.Hot,
        CaseFieldKind.Assignee => SearchTables.Needs.HotOfEach,
        CaseFieldKind.Priority => SearchTables.Needs.Facet,
        _ => SearchTables.Needs.Case,
    };

    /// <summary>The column of a field that has no <see cref="CaseField.TermKey"/>.</summary>
    public static string Column(CaseField field, SearchTables tables) => field.Kind switch
    {
        CaseFieldKind.Status or CaseFieldKind.StatusGroup => $"{tables.Hot}.status_group",
        CaseFieldKind.StatusName => "c.status_name collate \"C\"",
        CaseFieldKind.Priority => "((f.rank + 1) % 6)",
        CaseFieldKind.Type or CaseFieldKind.TypeId => $"{tables.Common}.type_id",
        CaseFieldKind.Project or CaseFieldKind.ProjectId => $"{tables.Common}.project_id",
        CaseFieldKind.Assignee => $"{tables.Hot}.assignee_id",
        CaseFieldKind.CreatedBy => $"{tables.Common}.created_by",
        CaseFieldKind.ModifiedBy => "c.modified_by",
        CaseFieldKind.DueDate => "c.due_date",
        CaseFieldKind.CreationSource => "c.creation_source collate \"C\"",
        CaseFieldKind.Archived => tables.Archived,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such column."),
    };

    /// <summary>
    /// A table <paramref name="name"/> with the different values that one case has under the field's key, and one row with null when it has none, to be
    /// joined after <c>t</c>.
    /// </summary>
    public static string Values(CaseField field, string name, FilterSql sql)
    {
        var key = field.TermKey + ":";
        var start = sql.Add(NpgsqlDbType.Text, key);
        var from = sql.Add(NpgsqlDbType.Integer, key.EnumerateRunes().Count() + 1);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"left join lateral (select distinct substr(f, {from}) as value from unnest(t.facets) f where starts_with(f, {start})) {name} on true");
    }
}
