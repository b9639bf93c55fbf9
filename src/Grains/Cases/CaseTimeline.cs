using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Grains.Aggregates;
using Switchboard.Timeline;
using AttributeMap = System.Collections.Immutable.ImmutableSortedDictionary<
    string, System.Collections.Immutable.ImmutableArray<string>>;

namespace Switchboard.Grains.Cases;

/// <summary>The trace that each event leaves in the case's timeline.</summary>
internal static class CaseTimeline
{
    // The content goes to jsonb and into JSON answers, never into HTML as it is: escaping what JSON need not escape would only
    // make it longer.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The id of the comment's cell that an event changes, or null when it makes a cell of its own or none.</summary>
    public static Guid? ChangedCell(CaseEvent fact) => fact switch
    {
        CommentEdited e => e.CellId,
        CommentDeleted e => e.CellId,
        _ => null,
    };

    /// <summary>The cell as the event leaves it; null for an event that leaves no trace.</summary>
    /// <param name="fact">The event.</param>
    /// <param name="stamp">When, who, where.</param>
    /// <param name="existing">The cell named by <see cref="ChangedCell"/>, else null.</param>
    public static TimelineCell? CellOf(CaseEvent fact, in EventStamp stamp, TimelineCell? existing) => fact switch
    {
        CaseOpened e => Trace(TimelineCellKinds.CaseCreated, stamp, Opened(e)),
        TitleChanged e => Trace(TimelineCellKinds.TitleChanged, stamp, FromTo(e.From, e.To)),
        DescriptionChanged e => Trace(TimelineCellKinds.DescriptionChanged, stamp, FromTo(e.From, e.To)),
        PriorityChanged e => Trace(TimelineCellKinds.PriorityChanged, stamp, FromTo(CaseNames.Of(e.From), CaseNames.Of(e.To))),
        StatusChanged e => Trace(TimelineCellKinds.StatusChanged, stamp, Status(e)),
        AssigneeChanged e => Trace(TimelineCellKinds.AssigneeChanged, stamp, FromTo(e.From?.ToString(), e.To?.ToString())),
        AttributesReplaced e => Trace(TimelineCellKinds.AttributeChanged, stamp, Attributes(e)),
        CaseArchived => Trace(TimelineCellKinds.Archived, stamp, """{"from":false,"to":true}"""),
        CaseUnarchived => Trace(TimelineCellKinds.Unarchived, stamp, """{"from":true,"to":false}"""),
        CommentAdded e => Trace(TimelineCellKinds.Comment, stamp, Message(e.Message)) with { Id = e.CellId },
        CommentEdited e => Known(existing, e.CellId) with { Content = Message(e.To), ModifiedAt = stamp.At },
        CommentDeleted e => Known(existing, e.CellId) with { DeletedAt = stamp.At },
        CaseMoved e => Trace(TimelineCellKinds.ProjectChanged, stamp, Moved(e)),
        CustomAttributeChanged { Opening: false } e => Trace(TimelineCellKinds.CustomAttributeChanged, stamp, Custom(e)),
        DueDateChanged e => Trace(TimelineCellKinds.DueDateChanged, stamp, FromTo(Day(e.From), Day(e.To))),
        ResolvedReasonChanged e => Trace(TimelineCellKinds.ResolvedReasonChanged, stamp, FromTo(e.From, e.To)),
        ClosedReasonChanged e => Trace(TimelineCellKinds.ClosedReasonChanged, stamp, FromTo(e.From, e.To)),
        TaskAdded { Opening: false } e => Trace(TimelineCellKinds.TaskAdded, stamp, TaskCells.Of(e.TaskId, null, e.Task)),
        TaskChanged e => Trace(TimelineCellKinds.TaskChanged, stamp, TaskCells.Of(e.TaskId, e.From, e.To)),
        TaskRemoved e => Trace(TimelineCellKinds.TaskRemoved, stamp, TaskCells.Of(e.TaskId, e.Task, null)),
        CaseMerged e => Trace(TimelineCellKinds.Merged, stamp, Merged(null, e.Into.CaseId, e.Into.Key)),
        CaseUnmerged e => Trace(TimelineCellKinds.Unmerged, stamp, Merged(e.From.CaseId, null, e.From.Key)),
        CaseAbsorbed e => Trace(TimelineCellKinds.DuplicateMerged, stamp, Merged(null, e.Duplicate.CaseId, e.Duplicate.Key)),
        CaseReleased e => Trace(TimelineCellKinds.DuplicateUnmerged, stamp, Merged(e.Duplicate.CaseId, null, e.Duplicate.Key)),
        InsightsAdded e => Trace(TimelineCellKinds.InsightAdded, stamp, Insights(e.Insights)),
        InsightsRemoved e => Trace(TimelineCellKinds.InsightRemoved, stamp, Insights(e.Insights)),
        LinkAdded e => Trace(TimelineCellKinds.LinkAdded, stamp, Link(e.LinkId, e.Relationship, e.Parent, e.Child)),
        LinkRemoved e => Trace(TimelineCellKinds.LinkRemoved, stamp, Link(e.LinkId, e.Relationship, e.Parent, e.Child)),
        CallStarted e => Trace(TimelineCellKinds.CallStarted, stamp, CallCells.Started(e)),
        CallTaken e => Trace(TimelineCellKinds.CallTaken, stamp, CallCells.Taken(e)),
        CallSaid e => Trace(TimelineCellKinds.CallSaid, stamp, CallCells.Said(e)),
        CallEnded e => Trace(TimelineCellKinds.CallEnded, stamp, CallCells.Ended(e)),
        CallAnnounced or CallResumed => null,
        WatcherAdded or WatcherRemoved or CustomAttributeChanged or TaskAdded or CaseDeleted => null,
        _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(CaseTimeline)}.", nameof(fact)),
    };

    /// <summary>The text of a comment's cell.</summary>
    public static string MessageOf(TimelineCell cell)
    {
        using var content = JsonDocument.Parse(cell.Content);
        return content.RootElement.GetProperty("message").GetString()!;
    }

    private static TimelineCell Trace(string kind, in EventStamp stamp, string content) => new()
    {
        Id = stamp.EventId,
        OrgId = stamp.Stream.OrgId,
        CaseId = stamp.Stream.Id,
        CaseVersion = stamp.Version,
        Kind = kind,
        Author = stamp.Actor,
        Content = content,
        CreatedAt = stamp.At,
    };

    private static TimelineCell Known(TimelineCell? existing, Guid cellId) => existing is not null && existing.Id == cellId
        ? existing
        : throw new InvalidOperationException($"Comment {cellId} is changed by an event but was never added.");

    private static string Message(string message) => Json(message, static (json, text) => json.WriteString("message", text));

    private static string FromTo(string? from, string? to) => Json((from, to), static (json, change) =>
    {
        json.WriteString("from", change.from);
        json.WriteString("to", change.to);
    });

    private static string Opened(CaseOpened fact) => Json(fact, static (json, e) =>
    {
        json.WriteString("key", e.Key);
        json.WriteString("title", e.Title);
        json.WriteString("priority", CaseNames.Of(e.Priority));
        json.WriteString("status_name", e.StatusName);
        json.WriteString("status_group", CaseNames.Of(e.StatusGroup));
        if (e.AssigneeId is { } assignee)
        {
            json.WriteString("assignee_id", assignee);
        }
    });

    private static string Status(StatusChanged fact) => Json(fact, static (json, e) =>
    {
        json.WriteString("from", e.From);
        json.WriteString("from_group", CaseNames.Of(e.FromGroup));
        json.WriteString("to", e.To);
        json.WriteString("to_group", CaseNames.Of(e.ToGroup));
    });

    private static string Moved(CaseMoved fact) => Json(fact, static (json, e) =>
    {
        json.WriteString("from", e.FromProjectId);
        json.WriteString("from_key", e.FromKey);
        json.WriteString("to", e.ToProjectId);
        json.WriteString("to_key", e.ToKey);
    });

    private static string Merged(Guid? from, Guid? to, string key) => Json((from, to, key), static (json, e) =>
    {
        json.WriteString("from", e.from?.ToString());
        json.WriteString("to", e.to?.ToString());
        json.WriteString("key", e.key);
    });

    private static string Custom(CustomAttributeChanged fact) => Json(fact, static (json, e) =>
    {
        json.WriteString("key", e.Key);
        WriteValues(json, "from", e.From);
        WriteValues(json, "to", e.To);
    });

    private static void WriteValues(Utf8JsonWriter json, string name, CustomValue? value)
    {
        if (value is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var one in value.Values)
        {
            json.WriteStringValue(one);
        }

        json.WriteEndArray();
    }

    private static string? Day(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Insights(ImmutableArray<CaseInsight> insights) => Json(insights, static (json, items) =>
    {
        json.WriteStartArray("insights");
        foreach (var item in items)
        {
            json.WriteStartObject();
            json.WriteString("type", item.Type);
            json.WriteString("ref", item.Ref);
            json.WriteString("resource_id", item.ResourceId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Link(Guid id, string relationship, LinkEnd parent, LinkEnd child) =>
        Json((id, relationship, parent, child), static (json, link) =>
        {
            json.WriteString("link_id", link.id);
            json.WriteString("relationship", link.relationship);
            json.WriteString("parent_entity_type", link.parent.Type);
            json.WriteString("parent_entity_id", link.parent.Id);
            json.WriteString("child_entity_type", link.child.Type);
            json.WriteString("child_entity_id", link.child.Id);
        });

    private static string Attributes(AttributesReplaced fact) => Json(fact, static (json, e) =>
    {
        WriteMap(json, "from", e.From);
        WriteMap(json, "to", e.To);
    });

    private static void WriteMap(Utf8JsonWriter json, string name, AttributeMap map)
    {
        json.WriteStartObject(name);
        foreach (var (key, values) in map)
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

    internal static string Json<T>(T what, Action<Utf8JsonWriter, T> members)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            members(json, what);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
