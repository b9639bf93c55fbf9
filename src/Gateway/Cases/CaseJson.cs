using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Orgs;

namespace Switchboard.Gateway.Cases;

/// <summary>
/// Cases as documents of the public contract: members in the observed order (id, type, attributes by name, relationships), unset ones
/// left out, every referenced user once under <c>included</c>.
/// </summary>
internal static class CaseJson
{
    private const string CustomType = "TUNKNOWN";

    private enum Place
    {
        Single,
        SearchResult,
        Stream,
    }

    /// <summary>A case with the users it refers to, and the cases it was merged with that the reader may not see.</summary>
    internal readonly record struct Document(CaseSnapshot Case, People.Resolved People, FrozenSet<Guid> Hidden);

    /// <summary>A page of a search.</summary>
    internal readonly record struct Page(
        ImmutableArray<CaseSnapshot> Cases, People.Resolved People, FrozenSet<Guid> Hidden, long Total, int Number, int Size);

    public static void WriteDocument(Utf8JsonWriter json, Document document)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        WriteCase(json, document.Case, document.People, document.Hidden, Place.Single);
        UserReference.WriteIncluded(json, document.People);
        json.WriteEndObject();
    }

    public static void WritePage(Utf8JsonWriter json, Page page)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var @case in page.Cases)
        {
            WriteCase(json, @case, page.People, page.Hidden, Place.SearchResult);
        }

        json.WriteEndArray();
        UserReference.WriteIncluded(json, page.People);
        json.WriteStartObject("meta"u8);
        json.WriteStartObject("page"u8);
        json.WriteNumber("current"u8, page.Number);
        json.WriteNumber("size"u8, page.Cases.Length);
        json.WriteNumber("total"u8, (page.Total + page.Size - 1) / page.Size);
        json.WriteEndObject();
        json.WriteNumber("total_cases"u8, page.Total);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The case alone, for many readers: without the keys of duplicates, which may be hidden from some.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="case">The case.</param>
    /// <param name="hidesMerge">Whether the readers may not see the case that this one was merged into.</param>
    public static void WriteResource(Utf8JsonWriter json, CaseSnapshot @case, bool hidesMerge) => WriteCase(
        json, @case, new People.Resolved(), hidesMerge && @case.Details.Merged is { } into ? [into.CaseId] : FrozenSet<Guid>.Empty, Place.Stream);

    /// <summary>The users that a case refers to, the creator first; returns how many.</summary>
    public static int ReferencedUsers(CaseSnapshot @case, Span<Guid> ids)
    {
        var count = 0;
        ids[count++] = @case.CreatedBy;
        if (@case.ModifiedBy is { } modifier)
        {
            ids[count++] = modifier;
        }

        if (@case.AssigneeId is { } assignee)
        {
            ids[count++] = assignee;
        }

        return count;
    }

    private static void WriteCase(Utf8JsonWriter json, CaseSnapshot @case, People.Resolved people, FrozenSet<Guid> hidden, Place place)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, @case.Id);
        json.WriteString("type"u8, "case"u8);
        json.WriteStartObject("attributes"u8);
        WriteAttributes(json, @case, people, hidden, place);
        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        if (@case.AssigneeId is { } assignee)
        {
            WriteReference(json, "assignee"u8, assignee, "user"u8);
        }

        WriteReference(json, "created_by"u8, @case.CreatedBy, "user"u8);
        if (@case.Details.Merged is { } into && !hidden.Contains(into.CaseId))
        {
            WriteReference(json, "merged_into"u8, into.CaseId, "case"u8);
        }

        if (@case.ModifiedBy is { } modifier && place != Place.SearchResult)
        {
            WriteReference(json, "modified_by"u8, modifier, "user"u8);
        }

        WriteReference(json, "project"u8, @case.ProjectId, "project"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter json, CaseSnapshot @case, People.Resolved people, FrozenSet<Guid> hidden, Place place)
    {
        WriteTime(json, "archived_at"u8, @case.ArchivedAt);
        WriteMap(json, @case.Attributes);
        WriteTime(json, "closed_at"u8, @case.ClosedAt);
        if (@case.Details.ClosedReason is { } family)
        {
            json.WriteString("closed_reason"u8, family);
        }

        json.WriteNumber("comment_count"u8, @case.CommentCount);
        json.WriteTime("created_at"u8, @case.CreatedAt);
        if (place == Place.SearchResult)
        {
            UserReference.WriteAuthor(json, "created_by_author"u8, @case.CreatedBy, people[@case.CreatedBy]);
        }

        json.WriteString("creation_source"u8, @case.CreationSource);
        CustomValues.Write(json, @case.Details.CustomValues);
        json.WriteString("description"u8, @case.Description);
        if (@case.Details.DueDate is { } due)
        {
            WriteDay(json, "due_date"u8, due);
        }

        WriteInsights(json, @case.Details.Insights);
        json.WriteString("internal_id"u8, @case.Id);
        json.WriteString("key"u8, @case.Key);
        json.WriteString("merge_status"u8, CaseNames.MergeStatusOf(@case));
        if (place != Place.Stream)
        {
            WriteMergedCases(json, @case.Details.Absorbed, hidden);
        }

        WriteTime(json, "modified_at"u8, @case.ModifiedAt);
        json.WriteString("priority"u8, CaseNames.Of(@case.Priority));
        WriteDigits(json, "public_id"u8, @case.PublicId);
        if (@case.Details.ResolvedReason is { } reason)
        {
            json.WriteString("security_resolved_reason"u8, reason);
        }

        json.WriteString("status"u8, LegacyNameOf(@case.StatusGroup));
        json.WriteString("status_group"u8, CaseNames.Of(@case.StatusGroup));
        json.WriteString("status_name"u8, @case.StatusName);
        WriteTaskCounts(json, @case.Details.Tasks);
        json.WriteString("title"u8, @case.Title);
        json.WriteString("type"u8, CaseTypes.Find(@case.TypeId)?.LegacyName ?? CustomType);
        json.WriteString("type_id"u8, @case.TypeId);
    }

    private static ReadOnlySpan<byte> LegacyNameOf(StatusGroup group) => group switch
    {
        StatusGroup.Open => "OPEN"u8,
        StatusGroup.InProgress => "IN_PROGRESS"u8,
        StatusGroup.Closed => "CLOSED"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "No such status group."),
    };

    public static void WriteMap(Utf8JsonWriter json, ImmutableSortedDictionary<string, ImmutableArray<string>> attributes)
    {
        json.WriteStartObject("attributes"u8);
        foreach (var (key, values) in attributes)
        {
            json.WriteStartArray(key);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static void WriteInsights(Utf8JsonWriter json, ImmutableArray<CaseInsight> insights)
    {
        json.WriteStartArray("insights"u8);
        foreach (var insight in insights)
        {
            json.WriteStartObject();
            json.WriteString("ref"u8, insight.Ref);
            json.WriteString("resource_id"u8, insight.ResourceId);
            json.WriteString("type"u8, insight.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMergedCases(Utf8JsonWriter json, ImmutableArray<AbsorbedCase> merged, FrozenSet<Guid> hidden)
    {
        if (merged.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("merged_cases"u8);
        foreach (var one in merged)
        {
            if (hidden.Contains(one.CaseId))
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteString("id"u8, one.CaseId);
            json.WriteString("key"u8, one.Key);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTaskCounts(Utf8JsonWriter json, ImmutableArray<CaseTask> tasks)
    {
        if (!tasks.IsEmpty)
        {
            json.WriteNumber("task_count"u8, tasks.Length);
            json.WriteNumber("task_done_count"u8, tasks.Count(static task => task.DoneAt is not null));
        }
    }

    private static void WriteDay(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateOnly day)
    {
        Span<byte> text = stackalloc byte[10];
        day.TryFormat(text, out var length, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteTime(name, value);
        }
    }

    private static void WriteDigits(Utf8JsonWriter json, ReadOnlySpan<byte> name, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        json.WriteString(name, digits[..length]);
    }

    public static void WriteReference(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid id, ReadOnlySpan<byte> type)
    {
        json.WriteStartObject(name);
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, type);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
