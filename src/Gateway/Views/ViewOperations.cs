using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Search;
using Switchboard.Grains.Views;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Views;

namespace Switchboard.Gateway.Views;

/// <summary>Saved views: queries over the cases of one project, kept under a name.</summary>
internal sealed class ViewOperations(IGrainFactory grains, IViewDirectory views, SearchPages pages, ProjectGate gate) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string Path = "/api/v2/cases/views";
    private const string OnePath = $"{Path}/{{view_id}}";

    private static readonly UuidParameter ProjectId = new("project_id", Parameter.InQuery)
    {
        Required = true,
        Description = "The project's UUID.",
    };

    private static readonly UuidParameter ViewId = new("view_id", Parameter.InPath)
    {
        ErrorName = "ViewID",
        Required = true,
        Description = "The view's UUID.",
    };

    private static readonly ApiError NotFound = ApiError.NotFound("case view not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListCaseViews",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "List case views",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ProjectId],
            Response = ViewShapes.ViewsResponse,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateCaseView",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Create a case view",
            Description = "The query is checked as a search would check it.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Body = ViewShapes.Create,
            Success = 201,
            Response = ViewShapes.ViewResponse,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetCaseView",
            Method = "GET",
            Path = OnePath,
            Tag = Tag,
            Summary = "Get a case view",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ViewId],
            Response = ViewShapes.ViewResponse,
            Handle = GetAsync,
        },
        new()
        {
            Id = "UpdateCaseView",
            Method = "PUT",
            Path = OnePath,
            Tag = Tag,
            Summary = "Update a case view",
            Description = "Changes what is given and leaves the rest.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ViewId],
            Body = ViewShapes.Update,
            Response = ViewShapes.ViewResponse,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DeleteCaseView",
            Method = "DELETE",
            Path = OnePath,
            Tag = Tag,
            Summary = "Delete a case view",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ViewId],
            Success = 204,
            Handle = DeleteAsync,
        },
        new()
        {
            Id = "OpenCaseView",
            Method = "GET",
            Path = $"{OnePath}/cases",
            Tag = Tag,
            Summary = "Search the cases of a view",
            Description = "What SearchCases answers to the view's query within its project; @me is the caller.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ViewId, .. SearchPages.Parameters],
            Response = CaseSchemas.CasesResponse,
            Handle = OpenAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var projectId = request.Get(ProjectId);
        if (await gate.CheckProjectAsync(request, projectId, ProjectRelation.Viewer) is { } closed)
        {
            await request.RefuseAsync(closed);
            return;
        }

        if (await grains.GetGrain<IProjectGrain>(GrainKeys.Of(request.OrgId, projectId)).GetAsync() is null)
        {
            await request.RefuseAsync(ApiError.NotFound("project not found"));
            return;
        }

        await request.SendAsync(await views.ListAsync(request.OrgId, projectId, request.Aborted), ViewShapes.WriteList);
    }

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var body = request.Body;
        if (await gate.CheckProjectAsync(request, body.Get(ViewShapes.ProjectId)!.Value, ProjectRelation.Manager) is { } closed)
        {
            await request.RefuseAsync(closed);
            return;
        }

        var content = new ViewContent(
            body.Get(ViewShapes.NewName)!, body.Get(ViewShapes.NewQuery)!, body.Get(ViewShapes.NotificationRuleId));
        await ExecuteAsync(request, request.NewId(), new CreateView(body.Get(ViewShapes.ProjectId)!.Value, content));
    }

    private async ValueTask GetAsync(ApiRequest request) => await (await FindAsync(request) is { } view
        ? request.SendAsync(view, ViewShapes.WriteDocument)
        : request.RefuseAsync(NotFound));

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        if (await CheckAsync(request) is { } closed)
        {
            await request.RefuseAsync(closed);
            return;
        }

        var body = request.Body;
        await ExecuteAsync(request, request.Get(ViewId), new UpdateView(
            body.Get(ViewShapes.Name), body.Get(ViewShapes.Query), body.Get(ViewShapes.NotificationRuleId)));
    }

    private async ValueTask DeleteAsync(ApiRequest request)
    {
        if (await CheckAsync(request) is { } closed)
        {
            await request.RefuseAsync(closed);
            return;
        }

        var outcome = await Of(request, request.Get(ViewId)).ExecuteAsync(new DeleteView(), request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask OpenAsync(ApiRequest request)
    {
        if (await FindAsync(request) is not { } view)
        {
            await request.RefuseAsync(NotFound);
            return;
        }

        var query = SearchQuery.Parse(view.Content.Query);
        await (query.Succeeded ? pages.SendAsync(request, query.Value.Within(view.ProjectId)) : request.RefuseAsync(query.Error));
    }

    private async ValueTask ExecuteAsync(ApiRequest request, Guid viewId, ViewCommand command)
    {
        var outcome = await Of(request, viewId).ExecuteAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await request.SendAsync(outcome.Value, ViewShapes.WriteDocument);
    }

    /// <summary>Why the view is not the caller's to change; null when it is, and when there is none.</summary>
    private async ValueTask<ApiError?> CheckAsync(ApiRequest request) =>
        await views.FindAsync(request.OrgId, request.Get(ViewId), request.Aborted) is { } view
            ? ProjectGate.Check(await gate.ScopeAsync(request), view.ProjectId, ProjectRelation.Manager, NotFound)
            : null;

    private async ValueTask<ViewSnapshot?> FindAsync(ApiRequest request) =>
        await views.FindAsync(request.OrgId, request.Get(ViewId), request.Aborted) is { } view
        && (await gate.ScopeAsync(request)).Of(view.ProjectId) >= ProjectRelation.Viewer
            ? view
            : null;

    private IViewGrain Of(ApiRequest request, Guid viewId) => grains.GetGrain<IViewGrain>(GrainKeys.Of(request.OrgId, viewId));
}
