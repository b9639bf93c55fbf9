using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Timeline;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Timeline;

namespace Switchboard.Gateway.Cases;

/// <summary>Comments on cases, and the timelines that they are part of.</summary>
internal sealed class TimelineOperations(CaseLookup cases, ITimelineReader timelines, ProjectGate gate, People people) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string CommentPath = "/api/v2/cases/{case_id}/comment/{cell_id}";

    private static readonly UuidParameter CellId = new("cell_id", Parameter.InPath)
    {
        ErrorName = "CommentID",
        Required = true,
        Description = "The comment's UUID.",
    };

    private static readonly IntegerParameter PageSize = new("page[size]", 1, 100, 10) { Description = "Cells a page." };

    private static readonly IntegerParameter PageNumber = new("page[number]", 0, 1_000_000, 0) { Description = "The page, from 0." };

    private static readonly BooleanParameter Ascending = new("sort[ascending]", false)
    {
        Description = "Oldest first; the default is newest first.",
    };

    private static readonly TextParameter Kind = new("filter[type]", Parameter.InQuery, 100)
    {
        Description = "Only cells of this type, such as COMMENT: the one type that every public client knows.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "CommentCase",
            Method = "POST",
            Path = "/api/v2/cases/{case_id}/comment",
            Tag = Tag,
            Summary = "Comment case",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId],
            Body = CaseShapes.AddComment,
            Response = CaseSchemas.TimelineResponse,
            Handle = AddAsync,
        },
        new()
        {
            Id = "UpdateCaseComment",
            Method = "PUT",
            Path = CommentPath,
            Tag = Tag,
            Summary = "Update case comment",
            Description = "Allowed to the comment's author and to the project's managers; without a policy, to administrators.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId, CellId],
            Body = CaseShapes.EditComment,
            Handle = request => ChangeAsync(
                request, new EditComment(request.Get(CellId), request.Body.Get(CaseShapes.Comment)!)),
        },
        new()
        {
            Id = "DeleteCaseComment",
            Method = "DELETE",
            Path = CommentPath,
            Tag = Tag,
            Summary = "Delete case comment",
            Description = "Allowed to the comment's author and to the project's managers; without a policy, to administrators.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId, CellId],
            Success = 204,
            Handle = request => ChangeAsync(request, new DeleteComment(request.Get(CellId))),
        },
        new()
        {
            Id = "ListCaseTimeline",
            Method = "GET",
            Path = "/api/v2/cases/{case_id}/timelines",
            Tag = Tag,
            Summary = "Get case timeline",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Description = "With the cells of the duplicates that were merged into the case, in order of time.",
            Parameters = [CaseLookup.CaseId, PageSize, PageNumber, Ascending, Kind, CaseLookup.Redirect],
            Response = CaseSchemas.TimelineResponse,
            Redirects = true,
            Handle = ListAsync,
        },
    ];

    private async ValueTask AddAsync(ApiRequest request)
    {
        if (await cases.FindAsync(request) is not { } grain)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var command = new AddComment(request.NewId(), request.Body.Get(CaseShapes.Comment)!);
        var outcome = await grain.CommentAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await SendAsync(request, [outcome.Value]);
    }

    private async ValueTask ChangeAsync(ApiRequest request, CommentCommand command)
    {
        if (await cases.FindAsync(request) is not { } grain)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var mayManage = request.Relation is { } relation
            ? relation == ProjectRelation.Manager
            : request.Principal.Permissions.Contains(Administration);
        var outcome = await grain.CommentAsync(command, request.Command with { ManagesProject = mayManage });
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask ListAsync(ApiRequest request)
    {
        var found = await cases.FindAsync(request) is { } grain ? await grain.GetAsync() : null;
        if (found is null)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        if (await cases.FindCanonicalAsync(request, found) is { } canonical)
        {
            if (request.CanRedirect)
            {
                await request.RedirectAsync($"/api/v2/cases/{canonical.Id:D}/timelines");
                return;
            }

            if (!await gate.SeesCaseAsync(request, canonical.Id))
            {
                await request.RefuseAsync(CaseLookup.NotFound);
                return;
            }

            found = canonical;
        }

        var kind = request.Get(Kind);
        var scope = await gate.ScopeAsync(request);
        await SendAsync(request, await timelines.ListAsync(
            new TimelineQuery(
                request.OrgId,
                found.Id,
                request.Get(PageSize),
                request.Get(PageNumber),
                request.Get(Ascending),
                kind.Length == 0 ? null : kind,
                Joined: !found.Details.Absorbed.IsEmpty)
            { Hidden = scope.Hidden },
            request.Aborted));
    }

    private async ValueTask SendAsync(ApiRequest request, IReadOnlyList<TimelineCell> cells)
    {
        var authors = cells.Where(static cell => cell.Author.Kind == ActorKind.User).Select(static cell => cell.Author.Id).ToArray();
        var resolved = await people.FindAllAsync(request.OrgId, authors);
        await request.SendAsync(new TimelineJson.Document(cells, resolved), TimelineJson.Write);
    }

    // In a project without a policy nobody is a manager by name: administrators stand in.
    private static readonly PermissionSet Administration = PermissionSet.Of(Permissions.UserAccessManage);
}
