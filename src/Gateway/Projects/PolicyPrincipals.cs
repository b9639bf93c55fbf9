using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Access;
using Switchboard.Grains.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;

namespace Switchboard.Gateway.Projects;

/// <summary>Checks that those whom a policy names are there: a slip in an id would let nobody in, silently.</summary>
internal sealed class PolicyPrincipals(People people, IGrainFactory grains)
{
    /// <summary>Why a policy cannot be taken, or null. What is no principal at all is left to the domain to refuse.</summary>
    public async ValueTask<ApiError?> CheckAsync(Guid orgId, ProjectPolicy policy)
    {
        foreach (var text in policy.Bindings.SelectMany(static binding => binding.Principals).Take(3 * Switchboard.Limits.PolicyPrincipals))
        {
            if (PolicyPrincipal.Parse(text) is { } principal && !await ExistsAsync(orgId, principal))
            {
                return ApiError.Invalid($"principal {principal} does not exist");
            }
        }

        return null;
    }

    private async ValueTask<bool> ExistsAsync(Guid orgId, PolicyPrincipal principal) => principal.Kind switch
    {
        PrincipalKind.User => await people.FindAsync(orgId, principal.Id) is not null,
        PrincipalKind.Role => RoleIds.NameOf(principal.Id) is not null,
        PrincipalKind.Org => principal.Id == orgId,
        _ => await grains.GetGrain<ITeamGrain>(GrainKeys.Of(orgId, principal.Id)).GetAsync() is not null,
    };
}
