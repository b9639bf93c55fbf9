using Switchboard.Commands;
using Switchboard.Grains.Access;
using Switchboard.Projects;

namespace Switchboard.Grains.Projects;

/// <summary>The rules for the form of a project's policy.</summary>
internal static class PolicyRules
{
    /// <summary>Null when the policy's form is right, or when there is none.</summary>
    public static DomainError? Check(ProjectPolicy? policy)
    {
        if (policy is null)
        {
            return null;
        }

        foreach (var binding in policy.Bindings)
        {
            if (binding.Relation is not (ProjectRelation.Viewer or ProjectRelation.Contributor or ProjectRelation.Manager))
            {
                return DomainError.Malformed("unknown relation. Must be one of viewer, contributor, manager");
            }

            if (binding.Principals.Length is 0 or > Limits.PolicyPrincipals)
            {
                return DomainError.Invalid(
                    $"relation {Name(binding.Relation)} has {binding.Principals.Length} principals; 1 to {Limits.PolicyPrincipals} are allowed");
            }

            if (binding.Principals.Any(static principal => PolicyPrincipal.Parse(principal) is null))
            {
                return DomainError.Malformed("a principal must be user, role, team or org, a colon and a UUID");
            }
        }

        if (policy.Bindings.IsEmpty)
        {
            return DomainError.Invalid("a policy needs at least one binding; delete the policy to let the whole organisation in");
        }

        return policy.Bindings.Select(static binding => binding.Relation).Distinct().Count() == policy.Bindings.Length
            ? null
            : DomainError.Invalid("a relation may occur in one binding only");
    }

    /// <summary>The policy in the order that is stored.</summary>
    public static ProjectPolicy Normalise(ProjectPolicy policy) => new(
    [
        .. policy.Bindings
            .OrderBy(static binding => binding.Relation)
            .Select(static binding => new PolicyBinding(
                binding.Relation,
                [.. binding.Principals.Select(static text => PolicyPrincipal.Parse(text)!.Value.ToString()).Distinct().Order(StringComparer.Ordinal)])),
    ]);

    private static string Name(ProjectRelation relation) => relation.ToString().ToLowerInvariant();
}
