using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Orgs;
using Switchboard.Orgs;
using Switchboard.Teams;

namespace Switchboard.Gateway.Teams;

/// <summary>Teams, memberships, links and settings as documents of the public teams API.</summary>
internal static class TeamJson
{
    private const int SummaryLength = 120;

    private static readonly TeamPermission[] EditOptions =
        [TeamPermission.Admins, TeamPermission.Members, TeamPermission.Organization, TeamPermission.TeamsManage];

    private static readonly TeamPermission[] MembershipOptions =
        [TeamPermission.Admins, TeamPermission.Members, TeamPermission.Organization, TeamPermission.UserAccessManage];

    /// <summary>A page of teams, with what was asked for beside them.</summary>
    /// <param name="Teams">The page.</param>
    /// <param name="Total">How many there are.</param>
    /// <param name="Size">The most of a page.</param>
    /// <param name="Number">The page, from 0.</param>
    /// <param name="Links">Whether links are included.</param>
    /// <param name="Permissions">Whether what the caller may do is included; null when not asked for.</param>
    /// <param name="Fields">The attributes that were asked for; empty for all.</param>
    internal sealed record Page(
        ImmutableArray<TeamSnapshot> Teams,
        long Total,
        int Size,
        int Number,
        bool Links,
        Func<TeamSnapshot, (bool Edit, bool Manage)>? Permissions,
        ImmutableHashSet<string> Fields);

    /// <summary>Memberships with the people and teams that they are of.</summary>
    internal sealed record Memberships(
        IReadOnlyList<(TeamSnapshot Team, TeamMember Member)> Rows,
        IReadOnlyList<UserSnapshot> Users,
        IReadOnlyList<TeamSnapshot> Teams,
        (long Total, int Size, int Number)? Paging);

    public static void WriteDocument(Utf8JsonWriter json, TeamSnapshot team)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, team, [], false, false);
        json.WriteEndObject();
    }

    public static void WritePage(Utf8JsonWriter json, Page page)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var team in page.Teams)
        {
            Write(json, team, page.Fields, page.Links, page.Permissions is not null);
        }

        json.WriteEndArray();
        if (page.Links || page.Permissions is not null)
        {
            json.WriteStartArray("included"u8);
            foreach (var team in page.Teams)
            {
                WriteIncluded(json, team, page);
            }

            json.WriteEndArray();
        }

        WritePaging(json, page.Total, page.Size, page.Number);
        json.WriteEndObject();
    }

    public static void WriteMembership(Utf8JsonWriter json, Memberships all)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, all.Rows[0].Team, all.Rows[0].Member);
        WriteIncluded(json, all);
        json.WriteEndObject();
    }

    public static void WriteMemberships(Utf8JsonWriter json, Memberships all)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var (team, member) in all.Rows)
        {
            Write(json, team, member);
        }

        json.WriteEndArray();
        WriteIncluded(json, all);
        if (all.Paging is { } paging)
        {
            WritePaging(json, paging.Total, paging.Size, paging.Number);
        }

        json.WriteEndObject();
    }

    public static void WriteLink(Utf8JsonWriter json, (Guid Team, TeamLink Link) one)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, one.Team, one.Link);
        json.WriteEndObject();
    }

    public static void WriteLinks(Utf8JsonWriter json, TeamSnapshot team)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var link in team.Links)
        {
            Write(json, team.Id, link);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WritePermission(Utf8JsonWriter json, (TeamSnapshot Team, TeamAction Action, bool Editable) one)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, one.Team, one.Action, one.Editable);
        json.WriteEndObject();
    }

    public static void WritePermissions(Utf8JsonWriter json, (TeamSnapshot Team, bool Editable) all)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        Write(json, all.Team, TeamAction.ManageMembership, all.Editable);
        Write(json, all.Team, TeamAction.Edit, all.Editable);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TeamSnapshot team, ImmutableHashSet<string> fields, bool links, bool permissions)
    {
        bool Wanted(string name) => fields.IsEmpty || fields.Contains(name);
        var profile = team.Profile;
        json.WriteStartObject();
        json.WriteString("id"u8, team.Id);
        json.WriteString("type"u8, "team"u8);
        json.WriteStartObject("attributes"u8);
        WriteText(json, "avatar", Wanted("avatar") ? profile.Avatar : null);
        if (Wanted("banner") && profile.Banner is { } banner)
        {
            json.WriteNumber("banner"u8, banner);
        }

        if (Wanted("created_at"))
        {
            json.WriteTime("created_at"u8, team.CreatedAt);
        }

        WriteText(json, "description", Wanted("description") ? profile.Description : null);

        // Clients cannot read a team without these two.
        json.WriteString("handle"u8, profile.Handle);
        WriteTexts(json, "hidden_modules", Wanted("hidden_modules") ? profile.HiddenModules : null);
        if (Wanted("is_managed"))
        {
            json.WriteBoolean("is_managed"u8, false);
        }

        WriteCount(json, "link_count", Wanted("link_count") ? team.Links.Length : null);
        if (Wanted("modified_at"))
        {
            json.WriteTime("modified_at"u8, team.ModifiedAt ?? team.CreatedAt);
        }

        json.WriteString("name"u8, profile.Name);
        WriteText(json, "summary", Wanted("summary") ? Summary(profile.Description) : null);
        WriteCount(json, "user_count", Wanted("user_count") ? team.Members.Length : null);
        WriteTexts(json, "visible_modules", Wanted("visible_modules") ? profile.VisibleModules : null);
        json.WriteEndObject();
        WriteRelationships(json, team, links, permissions);
        json.WriteEndObject();
    }

    private static void WriteRelationships(Utf8JsonWriter json, TeamSnapshot team, bool links, bool permissions)
    {
        json.WriteStartObject("relationships"u8);
        json.WriteStartObject("team_links"u8);
        if (links)
        {
            json.WriteStartArray("data"u8);
            foreach (var link in team.Links)
            {
                WriteReference(json, link.Id.ToString(), "team_links");
            }

            json.WriteEndArray();
        }

        WriteRelated(json, $"/api/v2/team/{team.Id}/links");
        json.WriteEndObject();
        json.WriteStartObject("user_team_permissions"u8);
        if (permissions)
        {
            json.WritePropertyName("data"u8);
            WriteReference(json, PermissionsId(team), "user_team_permissions");
        }

        WriteRelated(json, $"/api/v2/team/{team.Id}/permission-settings");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteIncluded(Utf8JsonWriter json, TeamSnapshot team, Page page)
    {
        if (page.Links)
        {
            foreach (var link in team.Links)
            {
                Write(json, team.Id, link);
            }
        }

        if (page.Permissions is { } judge)
        {
            var (edit, manage) = judge(team);
            json.WriteStartObject();
            json.WriteString("id"u8, PermissionsId(team));
            json.WriteString("type"u8, "user_team_permissions"u8);
            json.WriteStartObject("attributes"u8);
            json.WriteStartObject("permissions"u8);
            json.WriteBoolean("edit"u8, edit);
            json.WriteBoolean("manage_membership"u8, manage);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter json, TeamSnapshot team, TeamMember member)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, $"TeamMembership-{team.Id}-{member.UserId}");
        json.WriteString("type"u8, "team_memberships"u8);
        json.WriteStartObject("attributes"u8);
        WriteText(json, "role", member.Admin ? "admin" : null);
        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        json.WriteStartObject("team"u8);
        json.WritePropertyName("data"u8);
        WriteReference(json, team.Id.ToString(), "team");
        json.WriteEndObject();
        json.WriteStartObject("user"u8);
        json.WritePropertyName("data"u8);
        WriteReference(json, member.UserId.ToString(), "users");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteIncluded(Utf8JsonWriter json, Memberships all)
    {
        json.WriteStartArray("included"u8);
        foreach (var user in all.Users)
        {
            UserJson.Write(json, user);
        }

        foreach (var team in all.Teams)
        {
            Write(json, team, [], false, false);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Guid teamId, TeamLink link)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, link.Id);
        json.WriteString("type"u8, "team_links"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteString("label"u8, link.Label);
        json.WriteNumber("position"u8, link.Position);
        json.WriteString("team_id"u8, teamId);
        json.WriteString("url"u8, link.Url);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TeamSnapshot team, TeamAction action, bool editable)
    {
        var name = action == TeamAction.Edit ? "edit" : "manage_membership";
        json.WriteStartObject();
        json.WriteString("id"u8, $"TeamPermission-{team.Id}-{name}");
        json.WriteString("type"u8, "team_permission_settings"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteString("action"u8, name);
        json.WriteBoolean("editable"u8, editable);
        json.WriteStartArray("options"u8);
        foreach (var option in action == TeamAction.Edit ? EditOptions : MembershipOptions)
        {
            json.WriteStringValue(WordOf(option));
        }

        json.WriteEndArray();
        json.WriteString("title"u8, action == TeamAction.Edit ? "Edit team details"u8 : "Manage team membership"u8);
        json.WriteString("value"u8, WordOf(action == TeamAction.Edit ? team.Edit : team.ManageMembership));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WritePaging(Utf8JsonWriter json, long total, int size, int number)
    {
        var offset = (long)size * number;
        var last = total == 0 ? 0 : (total - 1) / size * size;
        json.WriteStartObject("meta"u8);
        json.WriteStartObject("pagination"u8);
        json.WriteNumber("first_offset"u8, 0);
        json.WriteNumber("last_offset"u8, last);
        json.WriteNumber("limit"u8, size);
        if (offset + size < total)
        {
            json.WriteNumber("next_offset"u8, offset + size);
        }

        json.WriteNumber("offset"u8, offset);
        if (number > 0)
        {
            json.WriteNumber("prev_offset"u8, Math.Min(offset - size, last));
        }

        json.WriteNumber("total"u8, total);
        json.WriteString("type"u8, "offset_limit"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, string id, string type)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, type);
        json.WriteEndObject();
    }

    private static void WriteRelated(Utf8JsonWriter json, string path)
    {
        json.WriteStartObject("links"u8);
        json.WriteString("related"u8, path);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteCount(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } count)
        {
            json.WriteNumber(name, count);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string>? values)
    {
        if (values is { } given)
        {
            json.WriteStartArray(name);
            foreach (var value in given)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }
    }

    private static string? Summary(string? description)
    {
        if (description is null || description.Length <= SummaryLength)
        {
            return description;
        }

        // Not through the middle of a character that takes two.
        var length = char.IsHighSurrogate(description[SummaryLength - 1]) ? SummaryLength - 1 : SummaryLength;
        return description[..length];
    }

    private static string PermissionsId(TeamSnapshot team) => $"UserTeamPermissions-{team.Id}";

    private static string WordOf(TeamPermission value) => TeamShapes.Value.Choices.First(choice => choice.Value == value).Word;
}
