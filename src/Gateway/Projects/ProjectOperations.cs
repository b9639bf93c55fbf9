using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Projects;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;

namespace Switchboard.Gateway.Projects;

/// <summary>Creates, shows, changes and deletes projects.</summary>
internal sealed class ProjectOperations(IGrainFactory grains, IProjectDirectory directory, ProjectGate gate) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string Path = "/api/v2/cases/projects/{project_id}";

    public static UuidParameter ProjectId { get; } = new("project_id", Parameter.InPath)
    {
        ErrorName = "ProjectID",
        Required = true,
        Description = "The project's UUID.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "GetProjects",
            Method = "GET",
            Path = "/api/v2/cases/projects",
            Tag = Tag,
            Summary = "Get all projects",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Response = ProjectSchemas.ProjectsResponse,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateProject",
            Method = "POST",
            Path = "/api/v2/cases/projects",
            Tag = Tag,
            Summary = "Create a project",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Body = ProjectShapes.Create,
            Success = 201,
            Response = ProjectSchemas.ProjectResponse,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetProject",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "Get the details of a project",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ProjectId],
            Response = ProjectSchemas.ProjectResponse,
            Handle = GetAsync,
        },
        new()
        {
            Id = "UpdateProject",
            Relation = ProjectRelation.Manager,
            Method = "PATCH",
            Path = Path,
            Tag = Tag,
            Summary = "Update a project",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ProjectId],
            Body = ProjectShapes.Update,
            Response = ProjectSchemas.ProjectResponse,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DeleteProject",
            Relation = ProjectRelation.Manager,
            Method = "DELETE",
            Path = Path,
            Tag = Tag,
            Summary = "Remove a project",
            Description = "Deletes all its cases too, for good.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ProjectId],
            Success = 204,
            Refusals = [400, 401, 403, 404, 429],
            Handle = DeleteAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var projects = await directory.ListAsync(request.OrgId, request.Aborted);
        var scope = await gate.ScopeAsync(request);
        await request.SendAsync(
            projects.Where(project => scope.Of(project.Id) >= ProjectRelation.Viewer), static (json, list) => ProjectJson.WriteList(json, list));
    }

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var body = request.Body;
        if (await TeamIsGoneAsync(request))
        {
            return;
        }

        await ExecuteAsync(request, request.NewId(), new CreateProject(
            body.Get(ProjectShapes.Key)!,
            body.Get(ProjectShapes.NewName)!,
            ProjectShapes.SectionsOf(body),
            body.Get(ProjectShapes.EnabledCustomCaseTypes) ?? [],
            body.Get(ProjectShapes.ColumnsConfig)?.GetRawText(),
            body.Get(ProjectShapes.TeamId)));
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        var project = await Of(request, request.Get(ProjectId)).GetAsync();
        await (project is null
            ? request.RefuseAsync(ApiError.NotFound("project not found"))
            : request.SendAsync(project, ProjectJson.WriteDocument));
    }

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        var body = request.Body;
        if (await TeamIsGoneAsync(request))
        {
            return;
        }

        await ExecuteAsync(request, request.Get(ProjectId), new UpdateProject(
            body.Get(ProjectShapes.Name),
            ProjectShapes.SectionsOf(body),
            body.Get(ProjectShapes.EnabledCustomCaseTypes),
            body.Get(ProjectShapes.ColumnsConfig)?.GetRawText(),
            body.Get(ProjectShapes.TeamId)));
    }

    /// <summary>Refuses a request that names a team which is not there.</summary>
    private async ValueTask<bool> TeamIsGoneAsync(ApiRequest request)
    {
        if (request.Body.Get(ProjectShapes.TeamId) is not { } team
            || await grains.GetGrain<ITeamGrain>(GrainKeys.Of(request.OrgId, team)).GetAsync() is not null)
        {
            return false;
        }

        await request.RefuseAsync(ApiError.NotFound("team not found"));
        return true;
    }

    private async ValueTask ExecuteAsync(ApiRequest request, Guid projectId, ProjectCommand command)
    {
        var outcome = await Of(request, projectId).ExecuteAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await request.SendAsync(outcome.Value, ProjectJson.WriteDocument);
    }

    private async ValueTask DeleteAsync(ApiRequest request)
    {
        var outcome = await Of(request, request.Get(ProjectId)).ExecuteAsync(new DeleteProject(), request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private IProjectGrain Of(ApiRequest request, Guid projectId) =>
        grains.GetGrain<IProjectGrain>(GrainKeys.Of(request.OrgId, projectId));
}
