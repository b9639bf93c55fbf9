using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Cases;

/// <summary>One case type of an organisation. A built-in type is there without a row.</summary>
internal sealed class CaseTypeGrain(
    AggregateRuntime runtime, IAggregateRows<CaseTypeSnapshot> rows, ICaseTypeDirectory directory)
    : AggregateGrain<CaseTypeSnapshot>(runtime), ICaseTypeGrain
{
    private Guid _typeId;
    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (var orgId, _typeId) = GrainKeys.Parse(this.GetPrimaryKeyString());
        _stream = new StreamName(orgId, "case_type", CaseTypeEvolver.StreamOf(orgId, _typeId));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<CaseTypeSnapshot?> GetAsync(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Outcome<CaseTypeSnapshot>> ExecuteAsync(
        CaseTypeCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.CaseTypeSnapshot, cancellationToken)
            : new ValueTask<Outcome<CaseTypeSnapshot>>(CaseTypeDecider.NotFound);

    /// <inheritdoc/>
    protected override async ValueTask<CaseTypeSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        await rows.LoadAsync(_stream.OrgId, _typeId, cancellationToken) ?? CaseTypeEvolver.BuiltIn(_stream.OrgId, _typeId);

    /// <inheritdoc/>
    protected override long VersionOf(CaseTypeSnapshot state) => state.Version;

    private async ValueTask<Plan<CaseTypeSnapshot, CaseTypeSnapshot>> PlanAsync(
        CaseTypeSnapshot? state, CaseTypeCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var leaving = command is UpdateCaseType { Statuses: { } next } && state is not null ? CaseTypeDecider.Leaving(state.Type, next) : [];
        var used = leaving.IsEmpty ? [] : await directory.FindUsedAsync(_stream.OrgId, _typeId, leaving, cancellationToken);
        var decision = CaseTypeDecider.Decide(state, command, used);
        if (decision.Error is { } refused)
        {
            return refused;
        }

        if (decision.Events.IsEmpty)
        {
            return Plan<CaseTypeSnapshot, CaseTypeSnapshot>.Unchanged(state, state!);
        }

        var after = Folding.Fold<CaseTypeSnapshot, CaseTypeEvent>(
            state, state?.Version ?? 0, decision.Events, new PlanOrigin(_stream, context.Actor, Now), CaseTypeEvolver.Evolve, out var events)!;
        return new(after, after, events, [new CaseTypeWritten(after)]);
    }
}
