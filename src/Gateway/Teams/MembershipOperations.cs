using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Teams;
using Switchboard.Teams;

namespace Switchboard.Gateway.Teams;

/// <summary>Lists, adds, changes and removes the members of teams.</summary>
internal sealed class MembershipOperations(TeamDoor door, ITeamDirectory directory, People people) : IApiOperations
{
    private const string Path = $"{TeamDoor.OnePath}/memberships";
    private const string OnePath = $"{Path}/{{user_id}}";

    private static readonly UuidParameter UserId = new("user_id", Parameter.InPath) { Required = true, Description = "The user's UUID." };

    private static readonly UuidParameter UserUuid = new("user_uuid", Parameter.InPath) { Required = true, Description = "The user's UUID." };

    private static readonly IntegerParameter PageSize = new("page[size]", 1, 100, 10) { Description = "Members a page." };

    private static readonly IntegerParameter PageNumber = new("page[number]", 0, 1_000_000, 0) { Description = "The page, from 0." };

    private static readonly ChoiceParameter Sort = new(
        "sort", ["manager_name", "-manager_name", "name", "-name", "handle", "-handle", "email", "-email"], "name")
    {
        Description = "What to sort by; a leading hyphen reverses the order. Managers' names are not kept: by them the order is that of names.",
    };

    private static readonly TextParameter Keyword = new("filter[keyword]", Parameter.InQuery, 255) { Description = "Part of a member's name or e-mail address." };

    private static readonly ApiError UnknownUser = ApiError.NotFound("user not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "GetTeamMemberships",
            Method = "GET",
            Path = Path,
            Tag = TeamDoor.Tag,
            Summary = "Get team memberships",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId, PageSize, PageNumber, Sort, Keyword],
            Response = TeamShapes.MembershipsResponse,
            MediaType = MediaTypes.Json,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateTeamMembership",
            Method = "POST",
            Path = Path,
            Tag = TeamDoor.Tag,
            Summary = "Add a user to a team",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId],
            Body = TeamShapes.AddMember,
            Response = TeamShapes.MembershipResponse,
            Refusals = [400, 401, 403, 404, 409, 429],
            MediaType = MediaTypes.Json,
            Handle = AddAsync,
        },
        new()
        {
            Id = "UpdateTeamMembership",
            Method = "PATCH",
            Path = OnePath,
            Tag = TeamDoor.Tag,
            Summary = "Update a user's membership attributes on a team",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId, UserId],
            Body = TeamShapes.ChangeMember,
            Response = TeamShapes.MembershipResponse,
            MediaType = MediaTypes.Json,
            Handle = request => ChangeAsync(
                request, request.Get(UserId), new ChangeTeamMember(request.Get(UserId), request.Body.Get(TeamShapes.Role) ?? false)),
        },
        new()
        {
            Id = "DeleteTeamMembership",
            Method = "DELETE",
            Path = OnePath,
            Tag = TeamDoor.Tag,
            Summary = "Remove a user from a team",
            Description = "Everybody may leave.",
            Access = TeamDoor.Access,
            Parameters = [TeamDoor.TeamId, UserId],
            Success = 204,
            MediaType = MediaTypes.Json,
            Handle = RemoveAsync,
        },
        new()
        {
            Id = "GetUserMemberships",
            Method = "GET",
            Path = "/api/v2/users/{user_uuid}/memberships",
            Tag = TeamDoor.Tag,
            Summary = "Get user memberships",
            Access = TeamDoor.Access,
            Parameters = [UserUuid],
            Response = TeamShapes.MembershipsResponse,
            MediaType = MediaTypes.Json,
            Handle = ListOfUserAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        if (await door.FindAsync(request) is not { } team)
        {
            await request.RefuseAsync(TeamDoor.NotFound);
            return;
        }

        Guid[] ids = [.. team.Members.Select(static member => member.UserId)];
        var resolved = await people.FindAllAsync(request.OrgId, ids);
        var (keyword, sort) = (request.Get(Keyword), request.Get(Sort)!);
        var found = team.Members
            .Select(member => (Member: member, User: resolved[member.UserId]))
            .Where(one => keyword.Length == 0 || (one.User is { } user
                && (user.Name.Contains(keyword, StringComparison.OrdinalIgnoreCase) || user.Email.Contains(keyword, StringComparison.OrdinalIgnoreCase))))
            .OrderBy(one => sort.TrimStart('-') is "handle" or "email" ? one.User?.Email : one.User?.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(static one => one.Member.UserId)
            .ToList();
        if (sort.StartsWith('-'))
        {
            found.Reverse();
        }

        var (size, number) = (request.Get(PageSize), request.Get(PageNumber));
        var page = found.Skip((int)Math.Min(found.Count, (long)size * number)).Take(size).ToList();
        await request.SendAsync(
            new TeamJson.Memberships(
                [.. page.Select(one => (team, one.Member))],
                [.. page.Where(static one => one.User is not null).Select(static one => one.User!)],
                [],
                (found.Count, size, number)),
            TeamJson.WriteMemberships);
    }

    private async ValueTask AddAsync(ApiRequest request)
    {
        var userId = request.Body.Get(TeamShapes.Member)!.Value;
        if (await people.FindAsync(request.OrgId, userId) is null)
        {
            await request.RefuseAsync(await door.FindAsync(request) is null ? TeamDoor.NotFound : UnknownUser);
            return;
        }

        await ChangeAsync(request, userId, new AddTeamMember(userId, request.Body.Get(TeamShapes.Role) ?? false));
    }

    private async ValueTask ChangeAsync(ApiRequest request, Guid userId, TeamCommand command)
    {
        if (await door.ExecuteAsync(request, command, team => TeamDoor.MayManageMembership(request, team)) is { } changed)
        {
            await request.SendAsync(
                new TeamJson.Memberships(
                    [(changed, changed.Find(userId)!)],
                    await people.FindAsync(request.OrgId, userId) is { } user ? [user] : [],
                    [],
                    null),
                TeamJson.WriteMembership);
        }
    }

    private async ValueTask RemoveAsync(ApiRequest request)
    {
        var userId = request.Get(UserId);
        if (await door.ExecuteAsync(
            request,
            new RemoveTeamMember(userId),
            team => userId == request.Principal.UserId || TeamDoor.MayManageMembership(request, team)) is not null)
        {
            await request.DoneAsync();
        }
    }

    private async ValueTask ListOfUserAsync(ApiRequest request)
    {
        var userId = request.Get(UserUuid);
        if (await people.FindAsync(request.OrgId, userId) is not { } user)
        {
            await request.RefuseAsync(UnknownUser);
            return;
        }

        var teams = await directory.ListOfUserAsync(request.OrgId, userId, request.Aborted);
        await request.SendAsync(
            new TeamJson.Memberships(
                [.. teams.Where(team => team.Find(userId) is not null).Select(team => (team, team.Find(userId)!))], [user], teams, null),
            TeamJson.WriteMemberships);
    }
}
