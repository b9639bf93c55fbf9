using Orleans;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Views;

namespace Switchboard.Grains.Views;

/// <summary>One saved view.</summary>
internal sealed class ViewGrain(AggregateRuntime runtime, IViewDirectory views) : AggregateGrain<ViewSnapshot>(runtime), IViewGrain
{
    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var (orgId, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        _stream = new StreamName(orgId, "case_view", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<Outcome<ViewSnapshot>> ExecuteAsync(
        ViewCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.ViewSnapshot, cancellationToken)
            : new ValueTask<Outcome<ViewSnapshot>>(ViewDecider.NotFound);

    /// <inheritdoc/>
    protected override ValueTask<ViewSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        views.FindAsync(_stream.OrgId, _stream.Id, cancellationToken);

    /// <inheritdoc/>
    protected override long VersionOf(ViewSnapshot state) => state.Version;

    private async ValueTask<Plan<ViewSnapshot, ViewSnapshot>> PlanAsync(
        ViewSnapshot? state, ViewCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var facts = command is CreateView create ? await LookUpAsync(create.ProjectId, cancellationToken) : default;
        var decision = ViewDecider.Decide(state, command, facts);
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<ViewSnapshot, ViewSnapshot>.Unchanged(state, state!);
        }

        var origin = new PlanOrigin(_stream, context.Actor, Now);
        var next = Folding.Fold(state, state?.Version ?? 0, decision.Events, origin, ViewEvolver.Evolve, out var events);
        return next is null
            ? new(null, state!, events, [new ViewErased(state!)])
            : new(next, next, events, [new ViewWritten(next)]);
    }

    private async ValueTask<ViewFacts> LookUpAsync(Guid projectId, CancellationToken cancellationToken)
    {
        var project = await GrainFactory.GetGrain<IProjectGrain>(GrainKeys.Of(_stream.OrgId, projectId)).GetAsync(cancellationToken);
        return project is null ? default : new ViewFacts(true, (await views.ListAsync(_stream.OrgId, projectId, cancellationToken)).Length);
    }
}
