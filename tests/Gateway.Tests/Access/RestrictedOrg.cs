using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Access;

/// <summary>An organisation with an open project and a restricted one, a case in each, and people of each relation to the restricted one.</summary>
internal sealed class RestrictedOrg
{
    public required RunningOrg Manager { get; init; }

    public required RunningOrg Contributor { get; init; }

    public required RunningOrg Viewer { get; init; }

    public required RunningOrg Stranger { get; init; }

    /// <summary>The restricted project.</summary>
    public required string Secret { get; init; }

    /// <summary>A case in it.</summary>
    public required JsonElement SecretCase { get; init; }

    public required string Open { get; init; }

    public required JsonElement OpenCase { get; init; }

    public string Resource => $"case-management-project:{Secret}";

    public static string PathOf(string resource) => $"/api/v2/restriction_policy/{resource}";

    public static object Policy(string resource, params (string Relation, string[] Principals)[] bindings) => new
    {
        data = new
        {
            id = resource,
            type = "restriction_policy",
            attributes = new { bindings = bindings.Select(binding => new { relation = binding.Relation, principals = binding.Principals }) },
        },
    };

    public static async Task<RestrictedOrg> CreateAsync(RunningGatewayFixture fixture)
    {
        var manager = await fixture.NewOrgAsync();
        var made = new RestrictedOrg
        {
            Manager = manager,
            Contributor = await manager.AsNewUserAsync(Roles.Standard, "Cleo"),
            Viewer = await manager.AsNewUserAsync(Roles.Standard, "Vic"),
            Stranger = await manager.AsNewUserAsync(Roles.Standard, "Sam"),
            Secret = await manager.NewProjectAsync("SEC"),
            Open = await manager.NewProjectAsync("NOC"),
            SecretCase = default,
            OpenCase = default,
        };
        made = new RestrictedOrg
        {
            Manager = made.Manager,
            Contributor = made.Contributor,
            Viewer = made.Viewer,
            Stranger = made.Stranger,
            Secret = made.Secret,
            Open = made.Open,
            SecretCase = await manager.NewCaseAsync(made.Secret, "Leaked key", new { priority = "P1" }),
            OpenCase = await manager.NewCaseAsync(made.Open, "Leaked pipe"),
        };
        await manager.PostAsync(
            PathOf(made.Resource),
            Policy(
                made.Resource,
                ("manager", [$"user:{manager.UserId}"]),
                ("contributor", [$"user:{made.Contributor.UserId}"]),
                ("viewer", [$"user:{made.Viewer.UserId}"])),
            HttpStatusCode.OK);
        return made;
    }
}
