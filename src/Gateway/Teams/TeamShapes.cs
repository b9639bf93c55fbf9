using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.OpenApi;
using Switchboard.Teams;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Teams;

/// <summary>The request bodies and answers about teams.</summary>
internal static class TeamShapes
{
    public static TextField Handle { get; } = new("handle", Required: true)
    {
        NotEmpty = true,
        Description = "Letters, digits and - _ . /, lower-cased; unique in the organisation.",
        Example = "network",
    };

    public static TextField Name { get; } = new("name", Required: true) { NotEmpty = true };

    public static TextField About { get; } = new("description");

    public static TextField Avatar { get; } = new("avatar");

    public static WholeNumberField Banner { get; } = new("banner", 0, int.MaxValue);

    public static TextListField VisibleModules { get; } = new("visible_modules");

    public static TextListField HiddenModules { get; } = new("hidden_modules");

    public static RelationshipField Users { get; } = new("users", "users", Many: true);

    public static ResourceShape Create { get; } = new("TeamCreateRequest", "team")
    {
        Attributes = [Avatar, Banner, About, Handle, HiddenModules, Name, VisibleModules],
        Relationships = [Users],
    };

    public static ResourceShape Update { get; } = new("TeamUpdateRequest", "team")
    {
        Attributes = [Avatar, Banner, About, Handle, HiddenModules, Name, VisibleModules],
    };

    public static ChoiceField<bool> Role { get; } = new("role", [("admin", true)])
    {
        Description = "admin, or absent for an ordinary member.",
    };

    public static RelationshipField Member { get; } = new("user", "users", Required: true);

    public static ResourceShape AddMember { get; } = new("UserTeamRequest", "team_memberships") { Attributes = [Role], Relationships = [Member] };

    public static ResourceShape ChangeMember { get; } = new("UserTeamUpdateRequest", "team_memberships") { Attributes = [Role] };

    public static TextField Label { get; } = new("label", Required: true) { NotEmpty = true };

    public static TextField Url { get; } = new("url", Required: true) { NotEmpty = true };

    public static WholeNumberField Position { get; } = new("position", 0, int.MaxValue);

    public static ResourceShape Link { get; } = new("TeamLinkCreateRequest", "team_links") { Attributes = [Label, Position, Url] };

    public static ChoiceField<TeamPermission> Value { get; } = new(
        "value",
        [
            ("admins", TeamPermission.Admins), ("members", TeamPermission.Members), ("organization", TeamPermission.Organization),
            ("user_access_manage", TeamPermission.UserAccessManage), ("teams_manage", TeamPermission.TeamsManage),
        ],
        Required: true);

    public static ResourceShape SetPermission { get; } = new("TeamPermissionSettingUpdateRequest", "team_permission_settings") { Attributes = [Value] };

    private static readonly Schema Related = Schema.Object(
        new("data", Schema.Anything),
        Always("links", Schema.Object(Always("related", Schema.Text))));

    private static readonly Schema Team = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("team")),
        Always("attributes", Schema.Object(
            new("avatar", Schema.Text),
            new("banner", Schema.Integer),
            new("created_at", Schema.Time),
            new("description", Schema.Text),
            Always("handle", Schema.Text),
            new("hidden_modules", Schema.ListOf(Schema.Text)),
            new("is_managed", Schema.Boolean),
            new("link_count", Schema.Integer),
            new("modified_at", Schema.Time),
            Always("name", Schema.Text),
            new("summary", Schema.Text),
            new("user_count", Schema.Integer),
            new("visible_modules", Schema.ListOf(Schema.Text)))),
        new("relationships", Schema.Object(new("team_links", Related), new("user_team_permissions", Related)))).Named("Team");

    private static readonly Schema Membership = Schema.Object(
        Always("id", Schema.Text),
        Always("type", Schema.OneOf("team_memberships")),
        Always("attributes", Schema.Object(new Property("role", Schema.OneOf("admin")))),
        Always("relationships", Schema.Object(
            Always("team", Schema.Object(Always("data", Schema.Object(Always("id", Schema.Uuid), Always("type", Schema.OneOf("team")))))),
            Always("user", Schema.Object(Always("data", Schema.Object(Always("id", Schema.Uuid), Always("type", Schema.OneOf("users"))))))))).Named("UserTeam");

    private static readonly Schema LinkResource = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("team_links")),
        Always("attributes", Schema.Object(
            Always("label", Schema.Text),
            Always("position", Schema.Integer),
            Always("team_id", Schema.Uuid),
            Always("url", Schema.Text)))).Named("TeamLink");

    private static readonly Schema Permission = Schema.Object(
        Always("id", Schema.Text),
        Always("type", Schema.OneOf("team_permission_settings")),
        Always("attributes", Schema.Object(
            Always("action", Schema.OneOf("manage_membership", "edit")),
            Always("editable", Schema.Boolean),
            Always("options", Schema.ListOf(Schema.Text)),
            Always("title", Schema.Text),
            Always("value", Schema.Text)))).Named("TeamPermissionSetting");

    private static readonly Schema Pages = Schema.Object(Always("pagination", Schema.Object(
        Always("first_offset", Schema.Integer),
        Always("last_offset", Schema.Integer),
        Always("limit", Schema.Integer),
        new("next_offset", Schema.Integer),
        Always("offset", Schema.Integer),
        new("prev_offset", Schema.Integer),
        Always("total", Schema.Integer),
        Always("type", Schema.Text))));

    public static Schema TeamResponse { get; } = Schema.Object(Always("data", Team)).Named("TeamResponse");

    public static Schema TeamsResponse { get; } = Schema.Object(
        Always("data", Schema.ListOf(Team)), new("included", Schema.ListOf(Schema.AnyObject)), Always("meta", Pages)).Named("TeamsResponse");

    public static Schema MembershipResponse { get; } = Schema.Object(
        Always("data", Membership), Always("included", Schema.ListOf(Schema.AnyObject))).Named("UserTeamResponse");

    public static Schema MembershipsResponse { get; } = Schema.Object(
        Always("data", Schema.ListOf(Membership)), Always("included", Schema.ListOf(Schema.AnyObject)), new("meta", Pages)).Named("UserTeamsResponse");

    public static Schema LinkResponse { get; } = Schema.Object(Always("data", LinkResource)).Named("TeamLinkResponse");

    public static Schema LinksResponse { get; } = Schema.Object(Always("data", Schema.ListOf(LinkResource))).Named("TeamLinksResponse");

    public static Schema PermissionResponse { get; } = Schema.Object(Always("data", Permission)).Named("TeamPermissionSettingResponse");

    public static Schema PermissionsResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Permission))).Named("TeamPermissionSettingsResponse");
}
