using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>The fields that cases are grouped by. Values of attributes and the like are a field made for the request: what stands behind <c>key:</c> among the facets.</summary>
internal static class FieldDsl
{
    private const string Script =
        "for (def f : doc['facets']) { if (f.startsWith(params['start'])) { emit(f.substring(params['start'].length())); } }";

    public static string Name(CaseField field, int index) => field.Kind switch
    {
        CaseFieldKind.Status or CaseFieldKind.StatusGroup => "status_group",
        CaseFieldKind.StatusName => "status_label",
        CaseFieldKind.Priority => "priority",
        CaseFieldKind.Type or CaseFieldKind.TypeId => "type_id",
        CaseFieldKind.Project or CaseFieldKind.ProjectId => "project_id",
        CaseFieldKind.Assignee => "assignee_id",
        CaseFieldKind.CreatedBy => "created_by",
        CaseFieldKind.ModifiedBy => "modified_by",
        CaseFieldKind.CreationSource => "creation_source",
        CaseFieldKind.Archived => "archived",
        CaseFieldKind.DueDate => "due_date",
        _ when field.TermKey is not null => string.Create(CultureInfo.InvariantCulture, $"attribute_{index}"),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such field."),
    };

    /// <summary>The made fields of a request; null when it has none.</summary>
    public static JsonObject? Runtime(ImmutableArray<CaseField> fields)
    {
        var runtime = new JsonObject();
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].TermKey is { } key)
            {
                runtime[Name(fields[i], i)] = new JsonObject
                {
                    ["type"] = "keyword",
                    ["script"] = new JsonObject { ["source"] = Script, ["params"] = new JsonObject { ["start"] = key + ":" } },
                };
            }
        }

        return runtime.Count == 0 ? null : runtime;
    }

    /// <summary>A bucket's key; numbers are written as they come.</summary>
    public static string? Key(JsonElement key) => key.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => key.GetString(),
        JsonValueKind.Number => key.GetInt64().ToString(CultureInfo.InvariantCulture),
        _ => throw new FormatException($"a bucket's key is {key.ValueKind}"),
    };

    /// <summary>A text as a regular expression of Lucene that matches what begins with it.</summary>
    public static string Beginning(string text)
    {
        var expression = new StringBuilder();
        foreach (var c in text)
        {
            expression.Append(char.IsAsciiLetterOrDigit(c) || !char.IsAscii(c) ? "" : "\\").Append(c);
        }

        return expression.Append(".*").ToString();
    }
}
