using Switchboard.Gateway.OpenApi;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Orgs;

/// <summary>The answers about people, for the OpenAPI document.</summary>
internal static class UserSchemas
{
    private static readonly Schema Names = Schema.Object(
        Always("active", Schema.Boolean),
        Always("email", Schema.Text),
        Always("handle", Schema.Text),
        Always("name", Schema.Text));

    public static Schema Included { get; } = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("user")),
        Always("attributes", Names)).Named("IncludedUser");

    public static Schema Author { get; } = Schema.Object(
        Always("content", Schema.Object(
            Always("ID", Schema.Uuid),
            Always("id", Schema.Uuid),
            Always("active", Schema.Boolean),
            Always("email", Schema.Text),
            Always("handle", Schema.Text),
            Always("name", Schema.Text))),
        Always("type", Schema.OneOf("USER"))).Named("Author");

    private static readonly Schema RoleReferences = Schema.Object(Always("data", Schema.ListOf(Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("roles"))))));

    private static readonly Schema Role = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("roles")),
        Always("attributes", Schema.Object(Always("name", Schema.Text), new("user_count", Schema.Integer))),
        Always("relationships", Schema.Object(Always("permissions", Schema.Object(
            Always("data", Schema.ListOf(Schema.Object(
                Always("id", Schema.Text),
                Always("type", Schema.OneOf("permissions")))))))))).Named("Role");

    private static readonly Schema User = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("users")),
        Always("attributes", Schema.Object(
            Always("created_at", Schema.Time),
            Always("disabled", Schema.Boolean),
            Always("email", Schema.Text),
            Always("handle", Schema.Text),
            Always("icon", Schema.Text),
            new("modified_at", Schema.Time),
            Always("name", Schema.Text),
            Always("service_account", Schema.Boolean),
            Always("status", Schema.OneOf("Active", "Pending", "Disabled")),
            new("title", Schema.Text),
            Always("uuid", Schema.Uuid),
            Always("verified", Schema.Boolean))),
        Always("relationships", Schema.Object(
            Always("org", Schema.Object(Always("data", Schema.Object(
                Always("id", Schema.Uuid),
                Always("type", Schema.OneOf("orgs")))))),
            Always("roles", RoleReferences)))).Named("User");

    private static readonly Schema Counts = Schema.Object(Always("page", Schema.Object(
        Always("total_count", Schema.Integer),
        Always("total_filtered_count", Schema.Integer))));

    public static Schema UserResponse { get; } = Schema.Object(
        Always("data", User),
        Always("included", Schema.ListOf(Role))).Named("UserResponse");

    public static Schema UsersResponse { get; } = Schema.Object(
        Always("data", Schema.ListOf(User)),
        Always("included", Schema.ListOf(Role)),
        Always("meta", Counts)).Named("UsersResponse");

    public static Schema RolesResponse { get; } = Schema.Object(
        Always("data", Schema.ListOf(Role)),
        Always("meta", Counts)).Named("RolesResponse");

    public static Schema RoleResponse { get; } = Schema.Object(Always("data", Role)).Named("RoleResponse");

    public static Schema PermissionsResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Schema.Object(
        Always("id", Schema.Text),
        Always("type", Schema.OneOf("permissions")),
        Always("attributes", Schema.Object(
            Always("name", Schema.Text),
            Always("restricted", Schema.Boolean))))))).Named("PermissionsResponse");

    public static Schema Validation { get; } = Schema.Object(Always("valid", Schema.Boolean)).Named("AuthenticationValidationResponse");
}
