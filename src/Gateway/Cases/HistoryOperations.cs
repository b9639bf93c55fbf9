using System.Text.RegularExpressions;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Timeline;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Cases;

/// <summary>Shows what happened to a case, event by event.</summary>
internal sealed partial class HistoryOperations(CaseLookup cases, ICaseHistory history, ProjectGate gate, People people) : IApiOperations
{
    private static readonly IntegerParameter PageSize = new("page[size]", 1, 100, 10) { Description = "Entries a page." };

    private static readonly IntegerParameter PageNumber = new("page[number]", 0, 1_000_000, 0) { Description = "The page, from 0." };

    private static readonly BooleanParameter Ascending = new("sort[ascending]", false) { Description = "Oldest first; the default is newest first." };

    private static readonly UuidParameter Cell = new("filter[cell_id]", Parameter.InQuery)
    {
        Description = "Only what happened to this comment: each of its texts.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListCaseHistory",
            Method = "GET",
            Path = "/api/v2/cases/{case_id}/history",
            Tag = "Case Management",
            Summary = "List case history",
            Description = "Every event of the case with who did it, the old and the new value, and a sentence. Written a moment after the change itself.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId, PageSize, PageNumber, Ascending, Cell],
            Response = HistoryJson.Response,
            Handle = ListAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var found = await cases.FindAsync(request) is { } grain ? await grain.GetAsync() : null;
        if (found is null)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var cell = request.Get(Cell);
        var scope = await gate.ScopeAsync(request);
        var entries = await history.ListAsync(
            new HistoryQuery(
                request.OrgId,
                found.Id,
                request.Get(PageSize),
                request.Get(PageNumber),
                request.Get(Ascending),
                cell == Guid.Empty ? null : cell)
            { Hidden = scope.Hidden },
            request.Aborted);

        // Sentences name users by their ids; who reads them wants names.
        var users = entries.Where(static entry => entry.Actor.Kind == ActorKind.User).Select(static entry => entry.Actor.Id)
            .Concat(entries.SelectMany(static entry => Mention().Matches(entry.Sentence)).Select(static match => Guid.ParseExact(match.ValueSpan[1..], "D")))
            .Distinct()
            .ToArray();
        var resolved = await people.FindAllAsync(request.OrgId, users);
        await request.SendAsync(
            new HistoryJson.Page(entries, resolved, sentence => Mention().Replace(sentence, match => NameOf(resolved[Guid.ParseExact(match.ValueSpan[1..], "D")], match))),
            HistoryJson.Write);
    }

    private static string NameOf(UserSnapshot? user, Match mention) =>
        user is null ? mention.Value[1..] : user.Name.Length > 0 ? user.Name : user.Email;

    [GeneratedRegex("@[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Mention();
}
