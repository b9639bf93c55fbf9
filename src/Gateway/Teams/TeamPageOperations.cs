using Switchboard.Gateway.Http;
using Switchboard.Teams;

namespace Switchboard.Gateway.Teams;

/// <summary>The links on teams' pages, and who may change what of a team.</summary>
internal sealed class TeamPageOperations(TeamDoor door) : IApiOperations
{
    private const string LinksPath = $"{TeamDoor.OnePath}/links";
    private const string LinkPath = $"{LinksPath}/{{link_id}}";
    private const string SettingsPath = $"{TeamDoor.OnePath}/permission-settings";

    private static readonly UuidParameter LinkId = new("link_id", Parameter.InPath) { Required = true, Description = "The link's UUID." };

    private static readonly TextParameter Action = new("action", Parameter.InPath, 50) { Required = true, Description = "edit or manage_membership." };

    private static readonly ApiError UnknownLink = ApiError.NotFound("team link not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "GetTeamLinks",
            Method = "GET",
            Path = LinksPath,
            Tag = TeamDoor.Tag,
            Summary = "Get links for a team",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId],
            Response = TeamShapes.LinksResponse,
            MediaType = MediaTypes.Json,
            Handle = ListLinksAsync,
        },
        new()
        {
            Id = "CreateTeamLink",
            Method = "POST",
            Path = LinksPath,
            Tag = TeamDoor.Tag,
            Summary = "Create a team link",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId],
            Body = TeamShapes.Link,
            Response = TeamShapes.LinkResponse,
            MediaType = MediaTypes.Json,
            Handle = request =>
            {
                var (id, body) = (request.NewId(), request.Body);
                return ChangeLinkAsync(request, id, new AddTeamLink(id, body.Get(TeamShapes.Label)!, body.Get(TeamShapes.Url)!, body.Get(TeamShapes.Position)));
            },
        },
        new()
        {
            Id = "GetTeamLink",
            Method = "GET",
            Path = LinkPath,
            Tag = TeamDoor.Tag,
            Summary = "Get a team link",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId, LinkId],
            Response = TeamShapes.LinkResponse,
            MediaType = MediaTypes.Json,
            Handle = GetLinkAsync,
        },
        new()
        {
            Id = "UpdateTeamLink",
            Method = "PATCH",
            Path = LinkPath,
            Tag = TeamDoor.Tag,
            Summary = "Update a team link",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId, LinkId],
            Body = TeamShapes.Link,
            Response = TeamShapes.LinkResponse,
            MediaType = MediaTypes.Json,
            Handle = request =>
            {
                var (id, body) = (request.Get(LinkId), request.Body);
                return ChangeLinkAsync(request, id, new ChangeTeamLink(id, body.Get(TeamShapes.Label)!, body.Get(TeamShapes.Url)!, body.Get(TeamShapes.Position)));
            },
        },
        new()
        {
            Id = "DeleteTeamLink",
            Method = "DELETE",
            Path = LinkPath,
            Tag = TeamDoor.Tag,
            Summary = "Remove a team link",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId, LinkId],
            Success = 204,
            MediaType = MediaTypes.Json,
            Handle = RemoveLinkAsync,
        },
        new()
        {
            Id = "GetTeamPermissionSettings",
            Method = "GET",
            Path = SettingsPath,
            Tag = TeamDoor.Tag,
            Summary = "Get permission settings for a team",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId],
            Response = TeamShapes.PermissionsResponse,
            MediaType = MediaTypes.Json,
            Handle = ListSettingsAsync,
        },
        new()
        {
            Id = "UpdateTeamPermissionSetting",
            Method = "PUT",
            Path = $"{SettingsPath}/{{action}}",
            Tag = TeamDoor.Tag,
            Summary = "Update permission setting for team",
            Description = "For the team's admins, and whoever manages access to the organisation.",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId, Action],
            Body = TeamShapes.SetPermission,
            Response = TeamShapes.PermissionResponse,
            MediaType = MediaTypes.Json,
            Handle = SetAsync,
        },
    ];

    private async ValueTask ListLinksAsync(ApiRequest request) => await (await door.FindAsync(request) is { } team
        ? request.SendAsync(team, TeamJson.WriteLinks)
        : request.RefuseAsync(TeamDoor.NotFound));

    private async ValueTask GetLinkAsync(ApiRequest request)
    {
        var team = await door.FindAsync(request);
        var link = team?.Links.FirstOrDefault(one => one.Id == request.Get(LinkId));
        await (team is null ? request.RefuseAsync(TeamDoor.NotFound)
            : link is null ? request.RefuseAsync(UnknownLink)
            : request.SendAsync((team.Id, link), TeamJson.WriteLink));
    }

    private async ValueTask ChangeLinkAsync(ApiRequest request, Guid linkId, TeamCommand command)
    {
        if (await door.ExecuteAsync(request, command, team => TeamDoor.MayEdit(request, team)) is { } changed)
        {
            await request.SendAsync((changed.Id, changed.Links.First(link => link.Id == linkId)), TeamJson.WriteLink);
        }
    }

    private async ValueTask RemoveLinkAsync(ApiRequest request)
    {
        if (await door.ExecuteAsync(request, new RemoveTeamLink(request.Get(LinkId)), team => TeamDoor.MayEdit(request, team)) is not null)
        {
            await request.DoneAsync();
        }
    }

    private async ValueTask ListSettingsAsync(ApiRequest request) => await (await door.FindAsync(request) is { } team
        ? request.SendAsync((team, TeamDoor.MaySetPermissions(request, team)), TeamJson.WritePermissions)
        : request.RefuseAsync(TeamDoor.NotFound));

    private async ValueTask SetAsync(ApiRequest request)
    {
        TeamAction? action = request.Get(Action) switch
        {
            "edit" => TeamAction.Edit,
            "manage_membership" => TeamAction.ManageMembership,
            _ => null,
        };
        if (action is not { } known)
        {
            await request.RefuseAsync(ApiError.InvalidParameter(Action.Name, Action.Place, "expected one of edit, manage_membership"));
        }
        else if (await door.ExecuteAsync(
            request,
            new SetTeamPermission(known, request.Body.Get(TeamShapes.Value)!.Value),
            team => TeamDoor.MaySetPermissions(request, team)) is { } changed)
        {
            await request.SendAsync((changed, known, TeamDoor.MaySetPermissions(request, changed)), TeamJson.WritePermission);
        }
    }
}
