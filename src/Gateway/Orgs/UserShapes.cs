using Switchboard.Gateway.Bodies;

namespace Switchboard.Gateway.Orgs;

/// <summary>The request bodies of operations on users.</summary>
internal static class UserShapes
{
    public const string Type = "users";

    public static TextField Email { get; } = new("email", Required: true) { NotEmpty = true, Example = "ana@example.test" };

    public static TextField NewEmail { get; } = new("email") { NotEmpty = true };

    public static TextField Name { get; } = new("name");

    public static TextField Title { get; } = new("title");

    public static BooleanField Disabled { get; } = new("disabled");

    public static RelationshipField Roles { get; } = new("roles", "roles", Many: true);

    public static ResourceShape Create { get; } = new("UserCreateRequest", Type)
    {
        Attributes = [Email, Name, Title],
        Relationships = [Roles],
    };

    public static ResourceShape Update { get; } = new("UserUpdateRequest", Type)
    {
        NeedsId = true,
        Attributes = [Name, NewEmail, Disabled, Title],
    };
}
