using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Teams;
using Switchboard.Teams;

namespace Switchboard.Grains.Tests.Teams;

public sealed class TeamTests
{
    private static readonly TeamProfile Profile = new("Network", "Network", "Cables");
    private static readonly Guid Bo = Guid.Parse("0b000000-0000-0000-0000-000000000001");

    private readonly Guid _id = Guid.CreateVersion7();
    private readonly Guid _org = Guid.CreateVersion7();
    private TeamSnapshot? _team;

    [Fact]
    public void A_team_begins_with_its_users_and_a_handle_in_lower_case()
    {
        Do(new CreateTeam(Profile, [Bo, Bo]));

        _team!.Profile.Handle.ShouldBe("network");
        _team.Members.Single().ShouldBe(new TeamMember(Bo, Admin: false));
        (_team.Edit, _team.ManageMembership).ShouldBe((TeamPermission.TeamsManage, TeamPermission.Admins));
        Do(new CreateTeam(Profile, [])).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Fact]
    public void What_an_update_does_not_give_stays()
    {
        Do(new CreateTeam(Profile with { Banner = 2 }, []));
        Do(new UpdateTeam(new TeamProfile("net", "Net")));

        _team!.Profile.ShouldBe(new TeamProfile("net", "Net", "Cables", null, 2));
        Do(new UpdateTeam(new TeamProfile("NET", "Net"))).Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_command_that_changes_nothing_leaves_no_event()
    {
        Do(new CreateTeam(Profile, [Bo]));
        var link = Guid.NewGuid();
        Do(new AddTeamLink(link, "Book", "https://example.test", null));

        Do(new ChangeTeamMember(Bo, Admin: false)).Events.ShouldBeEmpty();
        Do(new ChangeTeamLink(link, "Book", "https://example.test", null)).Events.ShouldBeEmpty();
        Do(new SetTeamPermission(TeamAction.Edit, TeamPermission.TeamsManage)).Events.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        Do(new UpdateTeam(Profile)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        Do(new CreateTeam(Profile, []));
        Do(new ChangeTeamMember(Bo, true)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        Do(new RemoveTeamMember(Bo)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        Do(new RemoveTeamLink(Bo)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        Do(new DeleteTeam());
        _team.ShouldBeNull();
    }

    private Decision<TeamEvent> Do(TeamCommand command)
    {
        var decision = TeamDecider.Decide(_team, command);
        if (decision.Error is null && !decision.Events.IsEmpty)
        {
            _team = Folding.Fold(
                _team,
                _team?.Version ?? 0,
                decision.Events,
                new PlanOrigin(new StreamName(_org, "team", _id), Actor.User(Bo), DateTimeOffset.UnixEpoch),
                TeamEvolver.Evolve,
                out _);
        }

        return decision;
    }
}
