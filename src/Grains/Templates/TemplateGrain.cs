using Orleans;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Templates;

namespace Switchboard.Grains.Templates;

/// <summary>One template.</summary>
internal sealed class TemplateGrain(AggregateRuntime runtime, ITemplateDirectory templates) : AggregateGrain<TemplateSnapshot>(runtime), ITemplateGrain
{
    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var (orgId, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        _stream = new StreamName(orgId, "case_template", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<Outcome<TemplateSnapshot>> ExecuteAsync(
        TemplateCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.TemplateSnapshot, cancellationToken)
            : new ValueTask<Outcome<TemplateSnapshot>>(TemplateDecider.NotFound);

    /// <inheritdoc/>
    protected override ValueTask<TemplateSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        templates.FindAsync(_stream.OrgId, _stream.Id, cancellationToken);

    /// <inheritdoc/>
    protected override long VersionOf(TemplateSnapshot state) => state.Version;

    private async ValueTask<Plan<TemplateSnapshot, TemplateSnapshot>> PlanAsync(
        TemplateSnapshot? state, TemplateCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var facts = command is CreateTemplate create ? await LookUpAsync(create.ProjectId, cancellationToken) : default;
        var decision = TemplateDecider.Decide(state, command, facts);
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<TemplateSnapshot, TemplateSnapshot>.Unchanged(state, state!);
        }

        var origin = new PlanOrigin(_stream, context.Actor, Now);
        var next = Folding.Fold(state, state?.Version ?? 0, decision.Events, origin, TemplateEvolver.Evolve, out var events);
        return next is null
            ? new(null, state!, events, [new TemplateErased(state!)])
            : new(next, next, events, [new TemplateWritten(next)]);
    }

    private async ValueTask<TemplateFacts> LookUpAsync(Guid projectId, CancellationToken cancellationToken)
    {
        var project = await GrainFactory.GetGrain<IProjectGrain>(GrainKeys.Of(_stream.OrgId, projectId)).GetAsync(cancellationToken);
        return project is null ? default : new TemplateFacts(true, (await templates.ListAsync(_stream.OrgId, projectId, cancellationToken)).Length);
    }
}
