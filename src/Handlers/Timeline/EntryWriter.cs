using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Cases;
using Switchboard.Grains.Timeline;

namespace Switchboard.Handlers.Timeline;

/// <summary>
/// Makes an event readable. Pure: the same event gives the same entry, today and in every rebuild. Kinds of events that have no sentence of
/// their own get one made of their name and of the values that they changed.
/// </summary>
internal static class EntryWriter
{
    private const string Prefix = "case.";
    private const int LongestQuote = 200;

    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The entry of a case's event.</summary>
    public static TimelineRow RowOf(HandledEvent handled)
    {
        var record = handled.Record;
        var name = record.Type.StartsWith(Prefix, StringComparison.Ordinal) ? record.Type[Prefix.Length..] : record.Type;
        var (old, now, sentence) = Read(handled, name);
        var cell = handled.Body switch
        {
            CommentAdded comment => comment.CellId,
            CommentEdited comment => comment.CellId,
            CommentDeleted comment => comment.CellId,
            _ => (Guid?)null,
        };
        var entry = new HistoryEntry(
            record.EventId, record.Version, name.ToUpperInvariant(), cell, record.Actor, Json(old), Json(now), sentence, record.OccurredAt);
        return new TimelineRow(record.OrgId, record.StreamId, entry);
    }

    private static (JsonNode? Old, JsonNode? Now, string Sentence) Read(HandledEvent handled, string name) => handled.Body switch
    {
        CaseOpened e => (null, Payload(handled), $"Opened as {e.Key} with priority {Priority(e.Priority)} and status {e.StatusName}: {Quote(e.Title)}"),
        TitleChanged e => (e.From, e.To, $"Title changed from {Quote(e.From)} to {Quote(e.To)}"),
        DescriptionChanged e => (e.From, e.To, e.To.Length == 0 ? "Description removed" : e.From.Length == 0 ? "Description added" : "Description changed"),
        PriorityChanged e => (CaseNames.Of(e.From), CaseNames.Of(e.To), $"Priority changed from {Priority(e.From)} to {Priority(e.To)}"),
        StatusChanged e => (
            Status(e.From, e.FromGroup),
            Status(e.To, e.ToGroup),
            e.FromGroup == StatusGroup.Closed && e.ToGroup != StatusGroup.Closed ? $"Reopened: status changed from {e.From} to {e.To}"
                : $"Status changed from {e.From} to {e.To}"),
        AssigneeChanged e => (
            e.From?.ToString(),
            e.To?.ToString(),
            (e.From, e.To) switch
            {
                ({ } from, { } to) => $"Reassigned from @{from:D} to @{to:D}",
                (null, { } to) => $"Assigned to @{to:D}",
                ({ } from, null) => $"Unassigned from @{from:D}",
                _ => "Assignee unchanged",
            }),
        AttributesReplaced e => (Payload(handled)["from"]?.DeepClone(), Payload(handled)["to"]?.DeepClone(), Attributes(e)),
        ClosedReasonChanged e => (
            e.From, e.To, e.To is { } reason ? $"Closed as {Words(reason)}" : $"No longer closed as {Words(e.From ?? "")}"),
        CaseMerged e => (null, e.Into.CaseId.ToString("D"), $"Merged into {e.Into.Key} as a duplicate"),
        CaseUnmerged e => (e.From.CaseId.ToString("D"), null, $"Merge into {e.From.Key} undone"),
        CaseAbsorbed e => (null, Payload(handled)["duplicate"]?.DeepClone(), $"Duplicate {e.Duplicate.Key} merged in{Brought(e.Duplicate)}"),
        CaseReleased e => (Payload(handled)["duplicate"]?.DeepClone(), null, $"Duplicate {e.Duplicate.Key} separated again{Brought(e.Duplicate)}"),
        TaskAdded e => (null, Payload(handled)["task"]?.DeepClone(), $"Task added: {Quote(e.Task.Title)}"),
        TaskChanged e => (Payload(handled)["from"]?.DeepClone(), Payload(handled)["to"]?.DeepClone(), TaskSentence.Of(e, Quote)),
        TaskRemoved e => (Payload(handled)["task"]?.DeepClone(), null, $"Task removed: {Quote(e.Task.Title)}"),
        CaseMoved e => (e.FromKey, e.ToKey, $"Moved to another project: {e.FromKey} is now {e.ToKey}"),
        WatcherAdded e => (null, e.UserId.ToString("D"), $"@{e.UserId:D} began to watch"),
        WatcherRemoved e => (e.UserId.ToString("D"), null, $"@{e.UserId:D} stopped watching"),
        LinkAdded e => (null, Payload(handled), $"Link added: {e.Parent.Type} {e.Relationship} {e.Child.Type}"),
        LinkRemoved e => (Payload(handled), null, $"Link removed: {e.Parent.Type} {e.Relationship} {e.Child.Type}"),
        CaseArchived => (false, true, "Archived"),
        CaseUnarchived => (true, false, "Taken out of the archive"),
        CallAnnounced e => (null, e.CallId.ToString("D"), e.Title.Length == 0 ? "Call announced" : $"Call announced: {Quote(e.Title)}"),
        CallStarted e => (null, e.CallId.ToString("D"), e.Title.Length == 0 ? "Call began" : $"Call began: {Quote(e.Title)}"),
        CallResumed e => (null, e.CallId.ToString("D"), "Call goes on"),
        CallTaken e => (null, e.Call.Id.ToString("D"), "Call taken over from a duplicate"),
        CallSaid e => (null, Payload(handled)["lines"]?.DeepClone(), Said(e)),
        CallEnded e => (null, Payload(handled)["record"]?.DeepClone(), string.Create(CultureInfo.InvariantCulture, $"Call ended after {e.Record.Duration / 1000} s")),
        CommentAdded e => (null, e.Message, $"Commented: {Quote(e.Message)}"),
        CommentEdited e => (e.From, e.To, $"Comment edited from {Quote(e.From)} to {Quote(e.To)}"),
        CommentDeleted e => (e.Message, null, $"Comment deleted: {Quote(e.Message)}"),
        CaseDeleted e => (e.Key, null, $"{e.Key} deleted together with its project"),
        _ => Other(handled, name),
    };

    private static (JsonNode? Old, JsonNode? Now, string Sentence) Other(HandledEvent handled, string name)
    {
        var payload = Payload(handled);
        var words = name.Replace('_', ' ');
        words = char.ToUpperInvariant(words[0]) + words[1..];
        if (!payload.ContainsKey("from") && !payload.ContainsKey("to"))
        {
            var whole = payload.Count == 0 ? null : payload;

            // A link or an insight that was taken away is what was there before.
            return name.EndsWith("_removed", StringComparison.Ordinal) ? (whole, null, words) : (null, whole, words);
        }

        var (old, now) = (payload["from"]?.DeepClone(), payload["to"]?.DeepClone());
        var sentence = (Short(old), Short(now)) switch
        {
            ({ } from, { } to) => $"{words} from {from} to {to}",
            (null, { } to) => $"{words} to {to}",
            ({ } from, null) => $"{words} from {from} to none",
            _ => words,
        };
        return (old, now, sentence);
    }

    private static string? Short(JsonNode? value) => value switch
    {
        JsonValue one when one.TryGetValue<string>(out var text) => Guid.TryParseExact(text, "D", out _) ? text : Quote(text),
        JsonValue one => one.ToJsonString(),
        _ => null,
    };

    private static string Attributes(AttributesReplaced e)
    {
        var changed = e.From.Keys.Union(e.To.Keys)
            .Where(key => !e.From.GetValueOrDefault(key, []).SequenceEqual(e.To.GetValueOrDefault(key, []), StringComparer.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(key => e.To.TryGetValue(key, out var values) && !values.IsEmpty
                ? $"{key} is {Cut(string.Join(", ", values))}"
                : $"{key} removed")
            .ToList();
        const int shown = 5;
        var more = changed.Count > shown ? string.Create(CultureInfo.InvariantCulture, $" and {changed.Count - shown} more") : "";
        return changed.Count == 0 ? "Attributes replaced by the same ones" : $"Attributes changed: {string.Join("; ", changed.Take(shown))}{more}";
    }

    private static string Said(CallSaid e) => e.Lines.IsEmpty
        ? "The call became too long; the rest is left out"
        : Cut(string.Join("; ", e.Lines.Select(static line => $"{line.Speaker} said \"{line.Text}\"")));

    private static string Brought(AbsorbedCase duplicate)
    {
        string[] parts =
        [
            .. duplicate.Watchers.IsEmpty ? (string[])[] : [Count(duplicate.Watchers.Length, "watcher")],
            .. duplicate.Insights.IsEmpty ? (string[])[] : [Count(duplicate.Insights.Length, "insight")],
        ];
        return parts.Length == 0 ? "" : $", with {string.Join(" and ", parts)}";

        static string Count(int number, string of) => string.Create(CultureInfo.InvariantCulture, $"{number} {of}{(number == 1 ? "" : "s")}");
    }

    private static string Words(string reason) => reason.ToLowerInvariant().Replace('_', ' ');

    private static JsonObject Status(string name, StatusGroup group) => new() { ["name"] = name, ["group"] = CaseNames.Of(group) };

    private static string Priority(CasePriority priority) => priority == CasePriority.NotDefined ? "not defined" : CaseNames.Of(priority);

    private static string Quote(string text) => $"\"{Cut(text)}\"";

    // Not in the middle of a surrogate pair, which no text column takes.
    private static string Cut(string text) => text.Length <= LongestQuote ? text
        : text[..(char.IsHighSurrogate(text[LongestQuote - 1]) ? LongestQuote - 1 : LongestQuote)] + "…";

    private static JsonObject Payload(HandledEvent handled) => JsonNode.Parse(handled.Record.Payload)!.AsObject();

    private static string? Json(JsonNode? value) => value?.ToJsonString(_readable);
}
