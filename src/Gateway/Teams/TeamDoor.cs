using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Orgs;
using Switchboard.Teams;

namespace Switchboard.Gateway.Teams;

/// <summary>Gets from what a request's path says to a team, and says who may change it.</summary>
internal sealed class TeamDoor(IGrainFactory grains)
{
    public const string Tag = "Teams";
    public const string OnePath = "/api/v2/team/{team_id}";

    private static readonly PermissionSet ManagesAccess = PermissionSet.Of(Permissions.UserAccessManage);
    private static readonly PermissionSet ManagesTeams = PermissionSet.Of(Permissions.TeamsManage);

    public static UuidParameter TeamId { get; } = new("team_id", Parameter.InPath) { Required = true, Description = "The team's UUID." };

    public static AccessRule Access { get; } = AccessRule.Needs(Permissions.TeamsRead);

    public static ApiError NotFound { get; } = ApiError.NotFound("team not found");

    public ITeamGrain Of(ApiRequest request, Guid teamId) => grains.GetGrain<ITeamGrain>(GrainKeys.Of(request.OrgId, teamId));

    /// <summary>The team of the path, or null.</summary>
    public ValueTask<TeamSnapshot?> FindAsync(ApiRequest request) => Of(request, request.Get(TeamId)).GetAsync();

    /// <summary>Runs a command on the path's team for somebody who may; null when the request has been refused.</summary>
    public async ValueTask<TeamSnapshot?> ExecuteAsync(ApiRequest request, TeamCommand command, Func<TeamSnapshot, bool> may)
    {
        if (await FindAsync(request) is not { } team)
        {
            await request.RefuseAsync(NotFound);
            return null;
        }

        if (!may(team))
        {
            await request.RefuseAsync(ApiError.Forbidden("the team's permission settings do not let you do this"));
            return null;
        }

        return await ExecuteAsync(request, team.Id, command);
    }

    /// <summary>Runs a command; null when the request has been refused.</summary>
    public async ValueTask<TeamSnapshot?> ExecuteAsync(ApiRequest request, Guid teamId, TeamCommand command)
    {
        var outcome = await Of(request, teamId).ExecuteAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return null;
        }

        request.NoteReplay(outcome.Replayed);
        return outcome.Value;
    }

    public static bool MayEdit(ApiRequest request, TeamSnapshot team) => May(request, team, team.Edit);

    public static bool MayManageMembership(ApiRequest request, TeamSnapshot team) => May(request, team, team.ManageMembership);

    /// <summary>Whether the caller may say who may do what in the team.</summary>
    public static bool MaySetPermissions(ApiRequest request, TeamSnapshot team) => May(request, team, TeamPermission.Admins);

    private static bool May(ApiRequest request, TeamSnapshot team, TeamPermission who) =>
        request.Principal.Permissions.Contains(ManagesAccess) || who switch
        {
            TeamPermission.Admins => team.Find(request.Principal.UserId) is { Admin: true },
            TeamPermission.Members => team.Find(request.Principal.UserId) is not null,
            TeamPermission.Organization => true,
            TeamPermission.TeamsManage => request.Principal.Permissions.Contains(ManagesTeams),
            _ => false,
        };
}
