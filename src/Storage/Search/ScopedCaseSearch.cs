using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Access;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// A search that shows a caller only cases of projects that the caller may view, whichever door the question came through. Questions
/// without a caller are the system's own and see everything.
/// </summary>
internal sealed class ScopedCaseSearch(ICaseSearch search, ProjectAccess access) : ICaseSearch
{
    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseSearchPage>> SearchAsync(CaseSearchRequest request, CancellationToken cancellationToken) => await search.SearchAsync(
        request with { Projects = await VisibleAsync(request.OrgId, request.CallerId, request.Projects) }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseCounts>> CountAsync(CaseCountRequest request, CancellationToken cancellationToken) => await search.CountAsync(
        request with { Projects = await VisibleAsync(request.OrgId, request.CallerId, request.Projects) }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseAggregate>> AggregateAsync(CaseAggregateRequest request, CancellationToken cancellationToken) => await search.AggregateAsync(
        request with { Projects = await VisibleAsync(request.OrgId, request.CallerId, request.Projects) }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseWalkPart>> WalkAsync(CaseWalkRequest request, CancellationToken cancellationToken) => await search.WalkAsync(
        request with { Projects = await VisibleAsync(request.OrgId, request.CallerId, request.Projects) }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseSuggestions>> SuggestAsync(CaseSuggestRequest request, CancellationToken cancellationToken) => await search.SuggestAsync(
        request with { Projects = await VisibleAsync(request.OrgId, request.CallerId, request.Projects) }, cancellationToken);

    /// <summary>Of the projects that a question is about those that its caller may see; null for all of both.</summary>
    private async ValueTask<ImmutableArray<Guid>?> VisibleAsync(Guid orgId, Guid callerId, ImmutableArray<Guid>? asked)
    {
        var visible = callerId == Guid.Empty ? null : (await access.ScopeAsync(orgId, callerId)).Visible;
        return visible is null ? asked : asked is null ? visible : [.. asked.Value.Intersect(visible.Value)];
    }
}
