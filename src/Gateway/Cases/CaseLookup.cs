using System.Collections.Frozen;
using System.Collections.Immutable;
using Orleans;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Access;
using Switchboard.Grains.Cases;
using Switchboard.Projects;

namespace Switchboard.Gateway.Cases;

/// <summary>Gets from what a request's path says to a case's grain, and from a case to its document.</summary>
internal sealed class CaseLookup(IGrainFactory grains, ICaseDirectory directory, People people, ProjectAccess access)
{
    private const int LongestKey = 32;

    /// <summary>The path parameter of every operation on a case: its UUID or its key.</summary>
    public static TextParameter CaseId { get; } = new("case_id", Parameter.InPath, 128)
    {
        ErrorName = "CaseID",
        Required = true,
        Description = "The case's UUID or key.",
    };

    /// <summary>Whether whoever asks for a merged case is led to the one that it went into.</summary>
    public static BooleanParameter Redirect { get; } = new("redirect", true)
    {
        Description = "Ours: false shows a merged case itself instead of leading to the one that it was merged into.",
    };

    public static ApiError NotFound { get; } = ApiError.NotFound("case not found");

    /// <summary>The grain of the case that the path names; null when a key is nobody's.</summary>
    public ValueTask<ICaseGrain?> FindAsync(ApiRequest request)
    {
        var name = request.Get(CaseId);
        return UuidParameter.TryRead(name, out var id)
            ? new ValueTask<ICaseGrain?>(Of(request.OrgId, id))
            : FindByKeyAsync(request, name);
    }

    public ICaseGrain Of(Guid orgId, Guid caseId) => grains.GetGrain<ICaseGrain>(GrainKeys.Of(orgId, caseId));

    /// <summary>
    /// The case that a merged one went into in the end; null when the case was not merged, when that case is gone, or when the request does not
    /// want to be led there.
    /// </summary>
    public async ValueTask<CaseSnapshot?> FindCanonicalAsync(ApiRequest request, CaseSnapshot found)
    {
        if (found.Details.Merged is null || !request.Get(Redirect))
        {
            return null;
        }

        // Merges never lead in a circle; what is held of two cases may be of different moments.
        var at = found;
        for (var steps = 0; at.Details.Merged is { } into && steps < Switchboard.Limits.MergedCases; steps++)
        {
            if (await Of(request.OrgId, into.CaseId).GetAsync() is not { } next)
            {
                return null;
            }

            at = next;
        }

        // Whoever may not see where a case went is not led there.
        return (await access.ScopeAsync(request.OrgId, request.Principal.UserId)).Of(at.ProjectId) >= ProjectRelation.Viewer ? at : null;
    }

    /// <summary>Answers with the case's document.</summary>
    public ValueTask SendAsync(ApiRequest request, CaseSnapshot @case)
    {
        Span<Guid> ids = stackalloc Guid[3];
        var resolving = people.FindAllAsync(request.OrgId, ids[..CaseJson.ReferencedUsers(@case, ids)]);
        var hiding = HiddenAsync(request, [@case]);
        return resolving.IsCompletedSuccessfully && hiding.IsCompletedSuccessfully
            ? request.SendAsync(new CaseJson.Document(@case, resolving.Result, hiding.Result), CaseJson.WriteDocument)
            : WaitAsync(request, @case, resolving, hiding);

        static async ValueTask WaitAsync(
            ApiRequest request, CaseSnapshot @case, ValueTask<People.Resolved> resolving, ValueTask<FrozenSet<Guid>> hiding) =>
            await request.SendAsync(new CaseJson.Document(@case, await resolving, await hiding), CaseJson.WriteDocument);
    }

    /// <summary>Of the cases that some were merged with, those that the caller may not see.</summary>
    public ValueTask<FrozenSet<Guid>> HiddenAsync(ApiRequest request, ImmutableArray<CaseSnapshot> cases)
    {
        foreach (var one in cases)
        {
            if (one.Details.Merged is not null || !one.Details.Absorbed.IsEmpty)
            {
                return FindHiddenAsync(request, cases);
            }
        }

        return new(FrozenSet<Guid>.Empty);
    }

    private async ValueTask<FrozenSet<Guid>> FindHiddenAsync(ApiRequest request, ImmutableArray<CaseSnapshot> cases)
    {
        var scope = await access.ScopeAsync(request.OrgId, request.Principal.UserId);
        if (scope.Hidden.IsEmpty)
        {
            return FrozenSet<Guid>.Empty;
        }

        var others = cases.SelectMany(static one => one.Details.Absorbed.Select(static duplicate => duplicate.CaseId)
            .Concat(one.Details.Merged is { } into ? [into.CaseId] : [])).Distinct();
        var found = await Task.WhenAll(others.Select(id => Of(request.OrgId, id).GetAsync().AsTask()));
        return found.OfType<CaseSnapshot>().Where(one => scope.Of(one.ProjectId) == ProjectRelation.None).Select(static one => one.Id).ToFrozenSet();
    }

    private async ValueTask<ICaseGrain?> FindByKeyAsync(ApiRequest request, string key)
    {
        if (!LooksLikeKey(key))
        {
            return null;
        }

        var id = await directory.FindByKeyAsync(request.OrgId, key, request.Aborted);
        return id is { } found ? Of(request.OrgId, found) : null;
    }

    /// <summary>Letters, a hyphen, digits: anything else needs no question to the database.</summary>
    private static bool LooksLikeKey(string text)
    {
        var hyphen = text.IndexOf('-', StringComparison.Ordinal);
        return hyphen > 0 && hyphen < text.Length - 1 && text.Length <= LongestKey
            && text.Take(hyphen).All(char.IsAsciiLetter)
            && text.Skip(hyphen + 1).All(char.IsAsciiDigit);
    }
}
