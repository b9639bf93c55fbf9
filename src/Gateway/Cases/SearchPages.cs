using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Search;

namespace Switchboard.Gateway.Cases;

/// <summary>Answers with a page of the cases that a query finds; the same for searches and for views, whose parameters it declares.</summary>
internal sealed class SearchPages(ICaseSearch search, CaseLookup cases, People people)
{
    private static readonly IntegerParameter PageSize = new("page[size]", 1, SearchLimits.MaxPageSize, 10)
    {
        Description = "Cases a page.",
    };

    // The public schema's default is 0, its service counts from 1: both 0 and an absent number mean the first page.
    private static readonly IntegerParameter PageNumber = new("page[number]", 0, 1_000_000, 1)
    {
        Description = "The page, from 1; 0 is taken as 1.",
    };

    private static readonly ChoiceParameter SortField = new("sort[field]", ["created_at", "priority", "status"], "created_at")
    {
        Description = "What to sort by.",
    };

    private static readonly BooleanParameter SortAscending = new("sort[asc]", false)
    {
        Description = "Ascending; the default is newest first.",
    };

    /// <summary>Page and order.</summary>
    public static ImmutableArray<Parameter> Parameters { get; } = [PageSize, PageNumber, SortField, SortAscending];

    /// <summary>Answers with the page that the request asks for.</summary>
    public async ValueTask SendAsync(ApiRequest request, SearchQuery query)
    {
        var size = request.Get(PageSize);
        var number = Math.Max(1, request.Get(PageNumber));
        var outcome = await search.SearchAsync(
            new CaseSearchRequest(
                request.OrgId,
                request.Principal.UserId,
                query,
                SortOf(request.Get(SortField)),
                request.Get(SortAscending),
                size,
                number),
            request.Aborted);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        var (found, total) = (outcome.Value.Cases, outcome.Value.Total);
        var resolved = await people.FindAllAsync(request.OrgId, UsersOf(found).AsSpan());
        await request.SendAsync(new CaseJson.Page(found, resolved, await cases.HiddenAsync(request, found), total, number, size), CaseJson.WritePage);
    }

    private static CaseSort SortOf(string? field) => field switch
    {
        "priority" => CaseSort.Priority,
        "status" => CaseSort.Status,
        _ => CaseSort.CreatedAt,
    };

    private static ImmutableArray<Guid> UsersOf(ImmutableArray<CaseSnapshot> cases)
    {
        var ids = ImmutableArray.CreateBuilder<Guid>(cases.Length * 2);
        foreach (var found in cases)
        {
            ids.Add(found.CreatedBy);
            if (found.AssigneeId is { } assignee)
            {
                ids.Add(assignee);
            }
        }

        return ids.DrainToImmutable();
    }
}
