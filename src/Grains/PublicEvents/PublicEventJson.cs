using System.Globalization;
using System.Text.Json;
using Switchboard.Commands;

namespace Switchboard.Grains.PublicEvents;

/// <summary>
/// The JSON of an event for the outside: the same in a webhook and in a stream. Members are added, never renamed or removed.
/// </summary>
public static class PublicEventJson
{
    /// <summary>Writes the members of the event's object, without its braces, so that the caller can add its own.</summary>
    public static void WriteMembers(Utf8JsonWriter json, PublicCaseEvent told)
    {
        json.WriteString("id"u8, PositionText.Of(told.Position));
        json.WriteString("event_id"u8, told.EventId);
        json.WriteString("type"u8, told.Type);
        json.WriteString("occurred_at"u8, told.OccurredAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
        json.WriteString("organization_id"u8, told.OrgId);
        json.WriteStartObject("actor"u8);
        json.WriteString("type"u8, NameOf(told.Actor.Kind));
        if (told.Actor.Id != Guid.Empty)
        {
            json.WriteString("id"u8, told.Actor.Id);
        }

        json.WriteEndObject();
        json.WriteStartObject("case"u8);
        json.WriteString("id"u8, told.CaseId);
        if (told.CaseKey is { } key)
        {
            json.WriteString("key"u8, key);
        }

        if (told.ProjectId is { } project)
        {
            json.WriteString("project_id"u8, project);
        }

        json.WriteNumber("version"u8, told.Version);
        json.WriteEndObject();
        ChangeJson.Write(json, told);
    }

    private static string NameOf(ActorKind kind) => kind switch
    {
        ActorKind.System => "system",
        ActorKind.User => "user",
        ActorKind.ApiKey => "api_key",
        ActorKind.Rule => "rule",
        ActorKind.Integration => "integration",
        _ => "other",
    };
}
