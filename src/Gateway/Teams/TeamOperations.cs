using System.Collections.Immutable;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Teams;
using Switchboard.Orgs;
using Switchboard.Teams;

namespace Switchboard.Gateway.Teams;

/// <summary>Creates, lists, shows, changes and deletes teams.</summary>
internal sealed class TeamOperations(TeamDoor door, ITeamDirectory directory, People people) : IApiOperations
{
    private static readonly IntegerParameter PageSize = new("page[size]", 1, 100, 10) { Description = "Teams a page." };

    private static readonly IntegerParameter PageNumber = new("page[number]", 0, 1_000_000, 0) { Description = "The page, from 0." };

    private static readonly ChoiceParameter Sort = new("sort", ["name", "-name", "user_count", "-user_count"], "name")
    {
        Description = "What to sort by; a leading hyphen reverses the order.",
    };

    private static readonly TextParameter Include = new("include", Parameter.InQuery, 100) { Description = "team_links, user_team_permissions; repeated or with commas." };

    private static readonly TextParameter Keyword = new("filter[keyword]", Parameter.InQuery, 255)
    {
        Description = "Part of a name or handle, or a member's e-mail address.",
    };

    private static readonly BooleanParameter Mine = new("filter[me]", false) { Description = "Only teams that the caller is in." };

    private static readonly TextParameter Fields = new("fields[team]", Parameter.InQuery, 400) { Description = "The attributes that are wanted, with commas; handle and name are always there." };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListTeams",
            Method = "GET",
            Path = "/api/v2/team",
            Tag = TeamDoor.Tag,
            Summary = "Get all teams",
            Access = TeamDoor.Access,
            Parameters = [PageNumber, PageSize, Sort, Include, Keyword, Mine, Fields],
            Response = TeamShapes.TeamsResponse,
            Refusals = [400, 401, 403, 429],
            MediaType = MediaTypes.Json,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateTeam",
            Method = "POST",
            Path = "/api/v2/team",
            Tag = TeamDoor.Tag,
            Summary = "Create a team",
            Description = "The users of the body become its first members.",
            Access = AccessRule.Needs(Permissions.TeamsManage),
            Body = TeamShapes.Create,
            Success = 201,
            Response = TeamShapes.TeamResponse,
            Refusals = [400, 401, 403, 409, 429],
            MediaType = MediaTypes.Json,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetTeam",
            Method = "GET",
            Path = TeamDoor.OnePath,
            Tag = TeamDoor.Tag,
            Summary = "Get a team",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId],
            Response = TeamShapes.TeamResponse,
            MediaType = MediaTypes.Json,
            Handle = GetAsync,
        },
        new()
        {
            Id = "UpdateTeam",
            Method = "PATCH",
            Path = TeamDoor.OnePath,
            Tag = TeamDoor.Tag,
            Summary = "Update a team",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId],
            Body = TeamShapes.Update,
            Response = TeamShapes.TeamResponse,
            Refusals = [400, 401, 403, 404, 409, 429],
            MediaType = MediaTypes.Json,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DeleteTeam",
            Method = "DELETE",
            Path = TeamDoor.OnePath,
            Tag = TeamDoor.Tag,
            Summary = "Remove a team",
            Description = "Projects that belong to it belong to none then, and policies that name it name nobody by it.",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId],
            Success = 204,
            MediaType = MediaTypes.Json,
            Handle = DeleteAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var (included, fields) = (Words(request.Get(Include)), Words(request.Get(Fields)));
        if (included.FirstOrDefault(static word => word is not ("team_links" or "user_team_permissions")) is not null)
        {
            await request.RefuseAsync(ApiError.InvalidParameter(Include.Name, Include.Place, "expected team_links, user_team_permissions"));
            return;
        }

        var sort = request.Get(Sort)!;
        var (size, number) = (request.Get(PageSize), request.Get(PageNumber));
        var page = await directory.ListAsync(
            new TeamQuery(
                request.OrgId,
                request.Get(Keyword) is { Length: > 0 } keyword ? keyword : null,
                request.Get(Mine) ? request.Principal.UserId : null,
                sort.EndsWith("user_count", StringComparison.Ordinal),
                sort.StartsWith('-'),
                size,
                number),
            request.Aborted);
        await request.SendAsync(
            new TeamJson.Page(
                page.Teams,
                page.Total,
                size,
                number,
                included.Contains("team_links"),
                included.Contains("user_team_permissions")
                    ? team => (TeamDoor.MayEdit(request, team), TeamDoor.MayManageMembership(request, team))
                    : null,
                fields),
            TeamJson.WritePage);
    }

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var users = request.Body.GetMany(TeamShapes.Users);
        foreach (var user in users.Take(500))
        {
            if (await people.FindAsync(request.OrgId, user) is null)
            {
                await request.RefuseAsync(ApiError.Invalid($"there is no user {user}"));
                return;
            }
        }

        if (await door.ExecuteAsync(request, request.NewId(), new CreateTeam(ProfileOf(request.Body), users)) is { } team)
        {
            await request.SendAsync(team, TeamJson.WriteDocument);
        }
    }

    private async ValueTask GetAsync(ApiRequest request) => await (await door.FindAsync(request) is { } team
        ? request.SendAsync(team, TeamJson.WriteDocument)
        : request.RefuseAsync(TeamDoor.NotFound));

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        if (await door.ExecuteAsync(request, new UpdateTeam(ProfileOf(request.Body)), team => TeamDoor.MayEdit(request, team)) is { } changed)
        {
            await request.SendAsync(changed, TeamJson.WriteDocument);
        }
    }

    private async ValueTask DeleteAsync(ApiRequest request)
    {
        if (await door.ExecuteAsync(request, new DeleteTeam(), team => TeamDoor.MayEdit(request, team)) is not null)
        {
            await request.DoneAsync();
        }
    }

    private static TeamProfile ProfileOf(ResourceBody body) => new(
        body.Get(TeamShapes.Handle)!,
        body.Get(TeamShapes.Name)!,
        body.Get(TeamShapes.About),
        body.Get(TeamShapes.Avatar),
        body.Get(TeamShapes.Banner),
        body.Get(TeamShapes.VisibleModules),
        body.Get(TeamShapes.HiddenModules));

    private static ImmutableHashSet<string> Words(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
