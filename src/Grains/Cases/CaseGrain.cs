using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Timeline;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Timeline;

namespace Switchboard.Grains.Cases;

/// <summary>One case: looks up what deciding needs, and leaves the rest to the pure functions beside it.</summary>
internal sealed class CaseGrain(
    AggregateRuntime runtime,
    IAggregateRows<CaseSnapshot> rows,
    ITimelineReader timeline,
    ICaseNumbers numbers) : AggregateGrain<CaseSnapshot>(runtime), ICaseGrain
{
    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var (orgId, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        _stream = new StreamName(orgId, "case", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<CaseSnapshot?> GetAsync(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Outcome<CaseSnapshot>> ExecuteAsync(
        CaseCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.CaseSnapshot, cancellationToken)
            : new ValueTask<Outcome<CaseSnapshot>>(CaseDecider.NotFound);

    /// <inheritdoc/>
    public ValueTask<Outcome<TimelineCell>> CommentAsync(
        CommentCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanCommentAsync, AnswerJson.Default.TimelineCell, cancellationToken)
            : new ValueTask<Outcome<TimelineCell>>(CaseDecider.NotFound);

    /// <inheritdoc/>
    public ValueTask RefreshAsync(CancellationToken cancellationToken = default)
    {
        Drop();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override ValueTask<CaseSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        rows.LoadAsync(_stream.OrgId, _stream.Id, cancellationToken);

    /// <inheritdoc/>
    protected override long VersionOf(CaseSnapshot state) => state.Version;

    /// <inheritdoc/>
    protected override DomainError? ConflictOf(string constraint, object command) => (constraint, command) switch
    {
        ("timeline_cell_pkey", AddComment c) => CommentDecider.CellTaken(c.CellId),
        _ => null,
    };

    private async ValueTask<Plan<CaseSnapshot, CaseSnapshot>> PlanAsync(
        CaseSnapshot? state, CaseCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var facts = command switch
        {
            OpenCase open when state is null => await LookUpForOpeningAsync(open, cancellationToken),
            SetStatus when state is not null => new CaseFacts { Type = CaseTypes.Find(state.TypeId) },
            Assign assign when state is not null && state.AssigneeId != assign.UserId =>
                new CaseFacts { AssigneeExists = await UserExistsAsync(assign.UserId, cancellationToken) },
            _ => default,
        };

        if (command is OpenCase opening)
        {
            if (CaseDecider.Refusal(state, opening, facts) is { } refused)
            {
                return refused;
            }

            facts = facts with { Number = await numbers.NextAsync(_stream.OrgId, opening.ProjectId, cancellationToken) };
        }

        return CasePlan.Of(state, CaseDecider.Decide(state, command, facts), Origin(context));
    }

    private async ValueTask<Plan<CaseSnapshot, TimelineCell>> PlanCommentAsync(
        CaseSnapshot? state, CommentCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var existing = state is null || command is AddComment
            ? null
            : await timeline.FindAsync(_stream.OrgId, _stream.Id, command.CellId, cancellationToken);
        var facts = new CommentFacts(context.Actor, context.ManagesProject, existing);
        return CasePlan.Of(state, CommentDecider.Decide(state, command, facts), Origin(context), existing);
    }

    private async ValueTask<CaseFacts> LookUpForOpeningAsync(OpenCase command, CancellationToken cancellationToken) => new()
    {
        Type = CaseTypes.Find(command.TypeId),
        Project = await GrainFactory.GetGrain<IProjectGrain>(GrainKeys.Of(_stream.OrgId, command.ProjectId)).GetAsync(cancellationToken),
        AssigneeExists = command.AssigneeId is { } assignee && await UserExistsAsync(assignee, cancellationToken),
    };

    private async ValueTask<bool> UserExistsAsync(Guid userId, CancellationToken cancellationToken) =>
        await GrainFactory.GetGrain<IUserGrain>(GrainKeys.Of(_stream.OrgId, userId)).GetAsync(cancellationToken) is not null;

    private PlanOrigin Origin(CommandContext context) => new(_stream, context.Actor, Now);
}
