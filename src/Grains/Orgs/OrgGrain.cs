using Orleans;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>One organisation.</summary>
internal sealed class OrgGrain(AggregateRuntime runtime, IAggregateRows<OrgSnapshot> rows)
    : AggregateGrain<OrgSnapshot>(runtime), IOrgGrain
{
    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var id = Guid.ParseExact(this.GetPrimaryKeyString(), "N");
        _stream = new StreamName(id, "org", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<OrgSnapshot?> GetAsync(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Outcome<OrgSnapshot>> CreateAsync(
        CreateOrg command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.OrgSnapshot, cancellationToken)
            : new ValueTask<Outcome<OrgSnapshot>>(DomainError.NotFound("organisation not found"));

    /// <inheritdoc/>
    public ValueTask<Outcome<OrgSnapshot>> RenameAsync(
        RenameOrg command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.OrgSnapshot, cancellationToken)
            : new ValueTask<Outcome<OrgSnapshot>>(DomainError.NotFound("organisation not found"));

    /// <inheritdoc/>
    protected override ValueTask<OrgSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        rows.LoadAsync(_stream.OrgId, _stream.Id, cancellationToken);

    /// <inheritdoc/>
    protected override long VersionOf(OrgSnapshot state) => state.Version;

    private ValueTask<Plan<OrgSnapshot, OrgSnapshot>> PlanAsync(
        OrgSnapshot? state, CreateOrg command, CommandContext context, CancellationToken cancellationToken) =>
        new(Plan(state, OrgDecider.Decide(state, command), context));

    private ValueTask<Plan<OrgSnapshot, OrgSnapshot>> PlanAsync(
        OrgSnapshot? state, RenameOrg command, CommandContext context, CancellationToken cancellationToken) =>
        new(Plan(state, OrgDecider.Decide(state, command), context));

    private Plan<OrgSnapshot, OrgSnapshot> Plan(OrgSnapshot? state, Decision<OrgEvent> decision, CommandContext context)
    {
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<OrgSnapshot, OrgSnapshot>.Unchanged(state, state!);
        }

        var origin = new PlanOrigin(_stream, context.Actor, Now);
        var next = Folding.Fold(state, state?.Version ?? 0, decision.Events, origin, OrgDecider.Evolve, out var events);
        return new(next, next!, events, [new OrgWritten(next!)]);
    }
}
