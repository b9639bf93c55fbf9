using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Gateway.Orgs;
using Switchboard.Grains.Timeline;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>Histories as documents.</summary>
internal static class HistoryJson
{
    public static Schema Response { get; } = Schema.Object(
        Always("data", Schema.ListOf(Schema.Object(
            Always("id", Schema.Uuid.Says("The event's id.")),
            Always("type", Schema.OneOf("case_history_entry")),
            Always("attributes", Schema.Object(
                Always("author", UserSchemas.Author),
                new("cell_id", Schema.Uuid.Says("The comment that the entry is about.")),
                Always("kind", Schema.Text with { Example = "STATUS_CHANGED" }),
                new("new_value", Schema.Anything),
                Always("occurred_at", Schema.Time),
                new("old_value", Schema.Anything),
                Always("sentence", Schema.Text with { Example = "Status changed from Open to In Progress" }),
                Always("version", Schema.Integer.Says("The event's number within the case.")))))))).Named("CaseHistoryResponse");

    /// <summary>Entries, who is named in them, and how a sentence gets the names.</summary>
    internal readonly record struct Page(ImmutableArray<HistoryEntry> Entries, People.Resolved Users, Func<string, string> Named);

    public static void Write(Utf8JsonWriter json, Page page)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var entry in page.Entries)
        {
            WriteEntry(json, entry, page);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, HistoryEntry entry, in Page page)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, entry.EventId);
        json.WriteString("type"u8, "case_history_entry"u8);
        json.WriteStartObject("attributes"u8);
        UserReference.WriteAuthor(json, "author"u8, entry.Actor.Id, entry.Actor.Kind == ActorKind.User ? page.Users[entry.Actor.Id] : null);
        if (entry.CellId is { } cell)
        {
            json.WriteString("cell_id"u8, cell);
        }

        json.WriteString("kind"u8, entry.Kind);
        WriteValue(json, "new_value"u8, entry.NewValue);
        json.WriteTime("occurred_at"u8, entry.OccurredAt);
        WriteValue(json, "old_value"u8, entry.OldValue);
        json.WriteString("sentence"u8, page.Named(entry.Sentence));
        json.WriteNumber("version"u8, entry.Version);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
        }
    }
}
