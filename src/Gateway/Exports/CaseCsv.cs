using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.Exports;

/// <summary>
/// Cases as rows for spreadsheets (RFC 4180, UTF-8). A text that a spreadsheet would take for a formula gets an apostrophe in front, so
/// that nobody's title runs as a program on the machine of whoever opens the file.
/// </summary>
internal static class CaseCsv
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    private static readonly (string Name, Func<CaseSnapshot, IReadOnlyDictionary<Guid, string>, string?> Value)[] Columns =
    [
        ("key", static (one, _) => one.Key),
        ("title", static (one, _) => one.Title),
        ("status", static (one, _) => one.StatusName),
        ("status_group", static (one, _) => CaseNames.Of(one.StatusGroup)),
        ("priority", static (one, _) => CaseNames.Of(one.Priority)),
        ("assignee", static (one, emails) => EmailOf(one.AssigneeId, emails)),
        ("created_at", static (one, _) => TimeOf(one.CreatedAt)),
        ("created_by", static (one, emails) => EmailOf(one.CreatedBy, emails)),
        ("modified_at", static (one, _) => TimeOf(one.ModifiedAt)),
        ("modified_by", static (one, emails) => EmailOf(one.ModifiedBy, emails)),
        ("closed_at", static (one, _) => TimeOf(one.ClosedAt)),
        ("archived_at", static (one, _) => TimeOf(one.ArchivedAt)),
        ("due_date", static (one, _) => one.Details.DueDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ("comment_count", static (one, _) => one.CommentCount.ToString(CultureInfo.InvariantCulture)),
        ("creation_source", static (one, _) => one.CreationSource),
        ("security_resolved_reason", static (one, _) => one.Details.ResolvedReason),
        ("description", static (one, _) => one.Description),
        ("attributes", static (one, _) => one.Attributes.IsEmpty ? null : JsonOf(one, static (json, @case) => CaseJson.WriteMap(json, @case.Attributes))),
        ("custom_attributes", static (one, _) => one.Details.CustomValues.IsEmpty ? null : JsonOf(one, static (json, @case) => CustomValues.Write(json, @case.Details.CustomValues))),
        ("insights", static (one, _) => one.Details.Insights.IsEmpty ? null : JsonOf(one, static (json, @case) => CaseJson.WriteInsights(json, @case.Details.Insights))),
        ("id", static (one, _) => one.Id.ToString()),
        ("public_id", static (one, _) => one.PublicId.ToString(CultureInfo.InvariantCulture)),
        ("project_id", static (one, _) => one.ProjectId.ToString()),
        ("type_id", static (one, _) => one.TypeId.ToString()),
    ];

    public static void WriteHead(IBufferWriter<byte> to) => WriteLine(to, Columns.Select(static column => (string?)column.Name));

    /// <summary>Writes a case; <paramref name="emails"/> has the addresses of all users that it refers to.</summary>
    public static void WriteRow(IBufferWriter<byte> to, CaseSnapshot one, IReadOnlyDictionary<Guid, string> emails) =>
        WriteLine(to, Columns.Select(column => column.Value(one, emails)));

    /// <summary>The text of a cell as it stands in the file.</summary>
    public static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var safe = IsFormula(text) ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Quoted) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    /// <summary>Spreadsheets pass over white space before a sign, and some take the wide forms of the signs too.</summary>
    private static bool IsFormula(string text)
    {
        var first = text.AsSpan().TrimStart();
        return text[0] is '\t' or '\r' or '\n' || (!first.IsEmpty && first[0] is '=' or '+' or '-' or '@' or '|' or '%' or '＝' or '＋' or '－' or '＠');
    }

    private static void WriteLine(IBufferWriter<byte> to, IEnumerable<string?> cells)
    {
        Encoding.UTF8.GetBytes(string.Join(',', cells.Select(Cell)), to);
        to.Write("\r\n"u8);
    }

    private static string? EmailOf(Guid? user, IReadOnlyDictionary<Guid, string> emails) => user is { } id ? emails.GetValueOrDefault(id) : null;

    private static string? TimeOf(DateTimeOffset? time)
    {
        if (time is not { } value)
        {
            return null;
        }

        Span<byte> text = stackalloc byte[32];
        return Encoding.ASCII.GetString(text[..JsonTime.Format(value, text)]);
    }

    /// <summary>The value of the one member that <paramref name="write"/> writes.</summary>
    private static string JsonOf(CaseSnapshot one, Action<Utf8JsonWriter, CaseSnapshot> write)
    {
        var document = ReplyBuffer.Render((one, write), static (json, state) =>
        {
            json.WriteStartObject();
            state.write(json, state.one);
            json.WriteEndObject();
        });
        var text = Encoding.UTF8.GetString(document);
        return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..^1];
    }
}
