using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Search;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Cases;

/// <summary>Finds cases.</summary>
internal sealed class SearchOperations(SearchPages pages) : IApiOperations
{
    private static readonly TextParameter Filter = new("filter", Parameter.InQuery, SearchLimits.MaxLength)
    {
        Description = "A query in the search language, such as status:open (team:a OR team:b) disk.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "SearchCases",
            Method = "GET",
            Path = "/api/v2/cases",
            Tag = "Case Management",
            Summary = "Search cases",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [.. SearchPages.Parameters, Filter],
            Response = CaseSchemas.CasesResponse,
            Handle = SearchAsync,
        },
    ];

    private async ValueTask SearchAsync(ApiRequest request)
    {
        var parsed = SearchParser.Parse(request.Get(Filter));
        await (parsed.Error is { } error
            ? request.RefuseAsync(error.ToDomainError())
            : pages.SendAsync(request, parsed.Query!));
    }
}
