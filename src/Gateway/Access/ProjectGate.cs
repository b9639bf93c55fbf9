using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Access;
using Switchboard.Orgs;
using Switchboard.Projects;

namespace Switchboard.Gateway.Access;

/// <summary>
/// Holds requests to the policies of projects. The pipeline asks it about every operation whose path names a case or a project; what a
/// body names is asked for by the operation. A project that the caller may not view is answered like one that does not exist.
/// </summary>
internal sealed class ProjectGate(ProjectAccess access, CaseLookup cases)
{
    private const string CasePart = "{case_id}";
    private const string ProjectPart = "{project_id}";

    /// <summary>The refusal of a project that is not there, or that the caller may not view.</summary>
    public static readonly ApiError UnknownProject = ApiError.NotFound("project not found");

    /// <summary>Whether an operation's path names a case or a project.</summary>
    public static bool Guards(ApiOperation operation) =>
        operation.Path.Contains(CasePart, StringComparison.Ordinal) || operation.Path.Contains(ProjectPart, StringComparison.Ordinal);

    /// <summary>What the caller must be of the project that an operation's path names.</summary>
    public static ProjectRelation RelationFor(ApiOperation operation) =>
        operation.Relation ?? (operation.Access.Permission == Permissions.CasesRead ? ProjectRelation.Viewer : ProjectRelation.Contributor);

    /// <summary>What the caller is to the organisation's projects.</summary>
    public ValueTask<ProjectScope> ScopeAsync(ApiRequest request) => access.ScopeAsync(request.OrgId, request.Principal.UserId);

    /// <summary>Why the caller may not do this to what the path names; null when it is allowed, and when there is no such thing.</summary>
    public ValueTask<ApiError?> CheckPathAsync(ApiRequest request, ApiOperation operation)
    {
        var asked = ScopeAsync(request);
        return asked.IsCompletedSuccessfully && asked.Result.IsOpen ? default : CheckPathAsync(request, operation, asked);
    }

    /// <summary>The same for a project that a body names.</summary>
    public async ValueTask<ApiError?> CheckProjectAsync(ApiRequest request, Guid projectId, ProjectRelation needed) =>
        Check(await ScopeAsync(request), projectId, needed, UnknownProject);

    /// <summary>The same for a case that a body or a query names.</summary>
    public async ValueTask<ApiError?> CheckCaseAsync(ApiRequest request, Guid caseId, ProjectRelation needed)
    {
        var scope = await ScopeAsync(request);
        return !scope.IsOpen && await cases.Of(request.OrgId, caseId).GetAsync() is { } found
            ? Check(scope, found.ProjectId, needed, CaseLookup.NotFound)
            : null;
    }

    /// <summary>Whether a case may be seen; true when there is none.</summary>
    public async ValueTask<bool> SeesCaseAsync(ApiRequest request, Guid caseId) =>
        await CheckCaseAsync(request, caseId, ProjectRelation.Viewer) is null;

    /// <summary>The refusal of what needs a relation that the caller does not have; null when the caller has it.</summary>
    public static ApiError? Check(ProjectScope scope, Guid projectId, ProjectRelation needed, ApiError hidden)
    {
        var relation = scope.Of(projectId);
        return relation >= needed ? null
            : relation == ProjectRelation.None ? hidden
            : ApiError.Forbidden($"this needs the relation {Name(needed)} to the project; yours is {Name(relation)}");
    }

    private async ValueTask<ApiError?> CheckPathAsync(ApiRequest request, ApiOperation operation, ValueTask<ProjectScope> asked)
    {
        var scope = await asked;
        if (scope.IsOpen)
        {
            return null;
        }

        var needed = RelationFor(operation);
        if (operation.Path.Contains(ProjectPart, StringComparison.Ordinal))
        {
            var projectId = request.Get(Projects.ProjectOperations.ProjectId);
            request.Relation = scope.Restricts(projectId) ? scope.Of(projectId) : null;
            if (Check(scope, projectId, needed, UnknownProject) is { } refusal)
            {
                return refusal;
            }
        }

        if (!operation.Path.Contains(CasePart, StringComparison.Ordinal)
            || await cases.FindAsync(request) is not { } grain
            || await grain.GetAsync() is not { } found)
        {
            return null;
        }

        request.Relation = scope.Restricts(found.ProjectId) ? scope.Of(found.ProjectId) : null;
        return Check(scope, found.ProjectId, needed, CaseLookup.NotFound);
    }

    private static string Name(ProjectRelation relation) => relation.ToString().ToLowerInvariant();
}
