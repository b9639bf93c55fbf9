using System.Text.Json;
using Switchboard.Gateway.Access;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Orgs;

/// <summary>Users as other documents show them: as included resources of type <c>user</c>, and as authors.</summary>
internal static class UserReference
{
    /// <summary>Whether somebody counts as active: not disabled, and not merely invited.</summary>
    public static bool IsActive(UserSnapshot user) => !user.Disabled && user.Verified;

    /// <summary>Writes <c>included</c>; a user who cannot be found stands there inactive and without a name.</summary>
    public static void WriteIncluded(Utf8JsonWriter json, People.Resolved people)
    {
        json.WriteStartArray("included"u8);
        foreach (var (id, user) in people.All)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "user"u8);
            json.WriteStartObject("attributes"u8);
            WriteNames(json, user);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an author. The observed id member is <c>ID</c>, the documented one <c>id</c>: clients get both.</summary>
    public static void WriteAuthor(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid id, UserSnapshot? user)
    {
        json.WriteStartObject(name);
        json.WriteStartObject("content"u8);
        json.WriteString("ID"u8, id);
        WriteNames(json, user);
        json.WriteString("id"u8, id);
        json.WriteEndObject();
        json.WriteString("type"u8, "USER"u8);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, UserSnapshot? user)
    {
        json.WriteBoolean("active"u8, user is not null && IsActive(user));
        json.WriteString("email"u8, user?.Email ?? "");
        json.WriteString("handle"u8, user?.Email ?? "");
        json.WriteString("name"u8, user?.Name ?? "");
    }
}
