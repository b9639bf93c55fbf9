using System.Globalization;
using System.Text;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>A case as a document of <see cref="IndexDefinition"/>.</summary>
internal static class CaseDocument
{
    // As much as PostgreSQL's engine searches; see case_words.
    private const int SearchedDescription = 200_000;

    public static void Write(Utf8JsonWriter json, CaseSnapshot @case, string said)
    {
        json.WriteStartObject();
        json.WriteString("org_id", @case.OrgId);
        json.WriteString("id", @case.Id);
        json.WriteNumber("version", @case.Version);
        json.WriteString("project_id", @case.ProjectId);
        json.WriteString("key", @case.Key);
        json.WriteNumber("public_id", @case.PublicId);
        json.WriteString("type_id", @case.TypeId);
        json.WriteString("title", @case.Title.ToLowerInvariant());
        json.WriteStartArray("words");
        json.WriteStringValue(Words(@case.Title));
        json.WriteStringValue(Words(Cut(@case.Description)));
        if (said.Length > 0)
        {
            json.WriteStringValue(Words(said));
        }

        json.WriteEndArray();
        json.WriteNumber("priority", (int)@case.Priority);
        json.WriteNumber("priority_rank", Rank(@case.Priority));
        json.WriteNumber("status_group", (int)@case.StatusGroup);
        json.WriteString("status_name", @case.StatusName.ToLowerInvariant());
        json.WriteString("status_label", @case.StatusName);
        Write(json, "assignee_id", @case.AssigneeId);
        json.WriteString("creation_source", @case.CreationSource);
        json.WriteString("created_by", @case.CreatedBy);
        json.WriteNumber("created_at", Moment(@case.CreatedAt));
        Write(json, "modified_by", @case.ModifiedBy);
        Write(json, "modified_at", @case.ModifiedAt);
        Write(json, "closed_at", @case.ClosedAt);
        Write(json, "archived_at", @case.ArchivedAt);
        json.WriteString("archived", @case.ArchivedAt is null ? "false" : "true");
        json.WriteNumber("comment_count", @case.CommentCount);
        json.WriteBoolean("has_description", @case.Description.Length > 0);
        if (@case.Details.DueDate is { } due)
        {
            json.WriteString("due_date", Day(due));
        }

        Write(json, "facets", CaseTerms.Of(@case).Select(static term => term.ToString()));
        Write(json, "facet_keys", CaseTerms.Attributes(@case).Select(static term => term.Key).Distinct());
        Write(json, "numbers", CaseTerms.Attributes(@case).Where(static term => AttributeNumber.IsNumber(term.Value))
            .Select(static term => $"{term.Key}:{Number(decimal.Parse(term.Value, CultureInfo.InvariantCulture))}"));
        json.WriteEndObject();
    }

    /// <summary>Microseconds since 1970, rounded down.</summary>
    public static long Moment(DateTimeOffset at) => (long)Math.Floor((at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerMicrosecond);

    /// <summary>A day; the order of the texts is that of the days.</summary>
    public static string Day(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>P1 first, undefined last.</summary>
    public static int Rank(CasePriority priority) => ((int)priority + 5) % 6;

    /// <summary>
    /// A number as a text whose order is the number's: a sign, 16 digits, 12 decimals; all digits of a negative number are turned round.
    /// <see cref="AttributeNumber"/> bounds the digits. Null for what is no number.
    /// </summary>
    public static string Number(decimal value)
    {
        var digits = Math.Abs(value).ToString("0000000000000000.000000000000", CultureInfo.InvariantCulture);
        return value >= 0 ? "p" + digits : "n" + string.Concat(digits.Select(static c => c == '.' ? c : (char)('9' - c + '0')));
    }

    /// <summary>The domain's words with a blank between them. Too long a one leaves its place, which nobody can ask for.</summary>
    private static string Words(string text) =>
        string.Join(' ', SearchWords.Of(text).Select(static word => Encoding.UTF8.GetByteCount(word) > SearchWords.MaxBytes ? "|" : word));

    private static string Cut(string text) => text.Length <= SearchedDescription || text.EnumerateRunes().Count() <= SearchedDescription
        ? text
        : string.Concat(text.EnumerateRunes().Take(SearchedDescription));

    private static void Write(Utf8JsonWriter json, string name, Guid? value)
    {
        if (value is { } given)
        {
            json.WriteString(name, given);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } given)
        {
            json.WriteNumber(name, Moment(given));
        }
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
