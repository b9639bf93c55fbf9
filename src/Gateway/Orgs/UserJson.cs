using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Orgs;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Orgs;

/// <summary>Users and roles as documents of the public users API.</summary>
internal static class UserJson
{
    /// <summary>A page of users.</summary>
    internal readonly record struct Page(ImmutableArray<UserSnapshot> Users, long Total, long TotalFiltered);

    public static void WriteDocument(Utf8JsonWriter json, UserSnapshot user)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, user);
        WriteIncluded(json, user.Roles);
        json.WriteEndObject();
    }

    public static void WritePage(Utf8JsonWriter json, Page page)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var user in page.Users)
        {
            Write(json, user);
        }

        json.WriteEndArray();
        WriteIncluded(json, page.Users.SelectMany(static user => user.Roles).Distinct(StringComparer.Ordinal));
        WriteCounts(json, page.Total, page.TotalFiltered);
        json.WriteEndObject();
    }

    public static void WriteRoles(Utf8JsonWriter json, IReadOnlyList<(string Name, long Users)> roles, int found)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var (role, users) in roles)
        {
            WriteRole(json, role, users);
        }

        json.WriteEndArray();
        WriteCounts(json, RoleIds.All.Length, found);
        json.WriteEndObject();
    }

    public static void WriteRoleDocument(Utf8JsonWriter json, (string Name, long Users) role)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        WriteRole(json, role.Name, role.Users);
        json.WriteEndObject();
    }

    /// <summary>Permissions; the id of one is its name, which is the same in every installation.</summary>
    public static void WritePermissions(Utf8JsonWriter json, IEnumerable<string> permissions)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var permission in permissions)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, permission);
            json.WriteString("type"u8, "permissions"u8);
            json.WriteStartObject("attributes"u8);
            json.WriteString("name"u8, permission);
            json.WriteBoolean("restricted"u8, false);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>One user.</summary>
    public static void Write(Utf8JsonWriter json, UserSnapshot user)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, user.Id);
        json.WriteString("type"u8, "users"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteTime("created_at"u8, user.CreatedAt);
        json.WriteBoolean("disabled"u8, user.Disabled);
        json.WriteString("email"u8, user.Email);
        json.WriteString("handle"u8, user.Email);
        json.WriteString("icon"u8, ""u8);
        if (user.ModifiedAt is { } modifiedAt)
        {
            json.WriteTime("modified_at"u8, modifiedAt);
        }

        json.WriteString("name"u8, user.Name);
        json.WriteBoolean("service_account"u8, user.ServiceAccount);
        json.WriteString("status"u8, user.Disabled ? "Disabled"u8 : user.Verified ? "Active"u8 : "Pending"u8);
        if (user.Title is { } title)
        {
            json.WriteString("title"u8, title);
        }

        json.WriteString("uuid"u8, user.Id);
        json.WriteBoolean("verified"u8, user.Verified);
        json.WriteEndObject();
        WriteRelationships(json, user);
        json.WriteEndObject();
    }

    private static void WriteRelationships(Utf8JsonWriter json, UserSnapshot user)
    {
        json.WriteStartObject("relationships"u8);
        json.WriteStartObject("org"u8);
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, user.OrgId);
        json.WriteString("type"u8, "orgs"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("roles"u8);
        json.WriteStartArray("data"u8);
        foreach (var role in user.Roles)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, RoleIds.Of(role));
            json.WriteString("type"u8, "roles"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteIncluded(Utf8JsonWriter json, IEnumerable<string> roles)
    {
        json.WriteStartArray("included"u8);
        foreach (var role in roles)
        {
            WriteRole(json, role);
        }

        json.WriteEndArray();
    }

    private static void WriteRole(Utf8JsonWriter json, string role, long? users = null)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, RoleIds.Of(role));
        json.WriteString("type"u8, "roles"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteString("name"u8, role);
        if (users is { } count)
        {
            json.WriteNumber("user_count"u8, count);
        }

        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        json.WriteStartObject("permissions"u8);
        json.WriteStartArray("data"u8);
        foreach (var permission in Roles.PermissionsOf(role))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, permission);
            json.WriteString("type"u8, "permissions"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, long total, long filtered)
    {
        json.WriteStartObject("meta"u8);
        json.WriteStartObject("page"u8);
        json.WriteNumber("total_count"u8, total);
        json.WriteNumber("total_filtered_count"u8, filtered);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
