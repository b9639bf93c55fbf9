using System.Text.Json;
using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Projects;
using Switchboard.Orgs;
using Switchboard.Projects;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Projects;

/// <summary>The projects that the calling user wants at hand.</summary>
internal sealed class FavoriteOperations(IGrainFactory grains, IProjectDirectory directory, ProjectGate gate) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string OnePath = "/api/v2/cases/projects/{project_id}/favorites";

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListUserCaseProjectFavorites",
            Method = "GET",
            Path = "/api/v2/cases/projects/favorites",
            Tag = Tag,
            Summary = "List project favorites",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Response = Schema.Object(Always("data", Schema.ListOf(Schema.Object(
                Always("id", Schema.Uuid),
                Always("type", Schema.OneOf("project_favorite")))))).Named("ProjectFavoritesResponse"),
            Handle = ListAsync,
        },
        new()
        {
            Id = "FavoriteCaseProject",
            Method = "POST",
            Path = OnePath,
            Tag = Tag,
            Summary = "Favorite a project",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ProjectOperations.ProjectId],
            Success = 204,
            Handle = FavorAsync,
        },
        new()
        {
            Id = "UnfavoriteCaseProject",
            Method = "DELETE",
            Path = OnePath,
            Tag = Tag,
            Summary = "Unfavorite a project",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ProjectOperations.ProjectId],
            Success = 204,
            Handle = request => ExecuteAsync(request, new UnfavorProject(request.Get(ProjectOperations.ProjectId))),
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var user = await Me(request).GetAsync();
        var scope = await gate.ScopeAsync(request);
        var present = (await directory.ListAsync(request.OrgId, request.Aborted))
            .Select(static project => project.Id)
            .Where(id => scope.Of(id) >= ProjectRelation.Viewer)
            .ToHashSet();
        await request.SendAsync(user?.FavoriteProjects.Where(present.Contains) ?? [], Write);
    }

    private async ValueTask FavorAsync(ApiRequest request)
    {
        var id = request.Get(ProjectOperations.ProjectId);
        var project = await grains.GetGrain<IProjectGrain>(GrainKeys.Of(request.OrgId, id)).GetAsync();
        await (project is null
            ? request.RefuseAsync(ApiError.NotFound("project not found"))
            : ExecuteAsync(request, new FavorProject(id)));
    }

    private async ValueTask ExecuteAsync(ApiRequest request, UserCommand command)
    {
        var outcome = await Me(request).ExecuteAsync(command, request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private IUserGrain Me(ApiRequest request) => grains.GetGrain<IUserGrain>(GrainKeys.Of(request.OrgId, request.Principal.UserId));

    private static void Write(Utf8JsonWriter json, IEnumerable<Guid> projects)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var id in projects)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "project_favorite"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
