using Orleans;
using Switchboard.Commands;
using Switchboard.Grains.Access;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Projects;
using Switchboard.Projects;
using Switchboard.Teams;

namespace Switchboard.Grains.Teams;

/// <summary>One team.</summary>
internal sealed class TeamGrain(
    AggregateRuntime runtime,
    IAggregateRows<TeamSnapshot> rows,
    IProjectDirectory projects,
    ProjectAccess access) : AggregateGrain<TeamSnapshot>(runtime), ITeamGrain
{
    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var (orgId, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        _stream = new StreamName(orgId, "team", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<TeamSnapshot?> GetAsync(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<TeamSnapshot>> ExecuteAsync(
        TeamCommand command, CommandContext context, CancellationToken cancellationToken = default)
    {
        if (context.OrgId != _stream.OrgId)
        {
            return TeamDecider.NotFound;
        }

        // Projects go first: should this be cut short, a team without its projects is left, and not a project with a team that is gone.
        if (command is DeleteTeam && await ReadAsync(cancellationToken) is not null)
        {
            await LeaveProjectsAsync(context, cancellationToken);
        }

        var outcome = await RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.TeamSnapshot, cancellationToken);
        if (outcome.Succeeded)
        {
            foreach (var user in Concerned(command, outcome.Value))
            {
                access.UserChanged(_stream.OrgId, user);
            }
        }

        return outcome;
    }

    /// <inheritdoc/>
    protected override ValueTask<TeamSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        rows.LoadAsync(_stream.OrgId, _stream.Id, cancellationToken);

    /// <inheritdoc/>
    protected override long VersionOf(TeamSnapshot state) => state.Version;

    /// <inheritdoc/>
    protected override DomainError? ConflictOf(string constraint, object command) => (constraint, command) switch
    {
        ("team_handle", CreateTeam c) => TeamDecider.HandleTaken(c.Profile.Handle),
        ("team_handle", UpdateTeam c) => TeamDecider.HandleTaken(c.Profile.Handle),
        _ => null,
    };

    /// <summary>Whose teams are others after the command.</summary>
    private static IEnumerable<Guid> Concerned(TeamCommand command, TeamSnapshot team) => command switch
    {
        AddTeamMember c => [c.UserId],
        RemoveTeamMember c => [c.UserId],
        CreateTeam or DeleteTeam => team.Members.Select(static member => member.UserId),
        _ => [],
    };

    private async ValueTask LeaveProjectsAsync(CommandContext context, CancellationToken cancellationToken)
    {
        foreach (var project in await projects.ListAsync(_stream.OrgId, cancellationToken))
        {
            if (project.TeamId == _stream.Id)
            {
                await GrainFactory.GetGrain<IProjectGrain>(GrainKeys.Of(_stream.OrgId, project.Id))
                    .ExecuteAsync(new LeaveTeam(_stream.Id), context with { Idempotency = null }, cancellationToken);
            }
        }
    }

    private ValueTask<Plan<TeamSnapshot, TeamSnapshot>> PlanAsync(
        TeamSnapshot? state, TeamCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var decision = TeamDecider.Decide(state, command);
        if (decision.Error is { } refused)
        {
            return new(refused);
        }

        if (decision.Events.IsEmpty)
        {
            return new(Plan<TeamSnapshot, TeamSnapshot>.Unchanged(state, state!));
        }

        var next = Folding.Fold(
            state, state?.Version ?? 0, decision.Events, new PlanOrigin(_stream, context.Actor, Now), TeamEvolver.Evolve, out var events);
        return new(next is null
            ? new Plan<TeamSnapshot, TeamSnapshot>(null, state!, events, [new TeamRemoved(state!)])
            : new Plan<TeamSnapshot, TeamSnapshot>(next, next, events, [new TeamWritten(next)]));
    }
}
