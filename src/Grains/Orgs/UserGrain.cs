using Orleans;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>One user. The answer of a command carries no password hash: it is kept with the idempotency key.</summary>
internal sealed class UserGrain(AggregateRuntime runtime, IAggregateRows<UserSnapshot> rows)
    : AggregateGrain<UserSnapshot>(runtime), IUserGrain
{
    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var (orgId, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        _stream = new StreamName(orgId, "user", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<UserSnapshot?> GetAsync(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Outcome<UserSnapshot>> ExecuteAsync(
        UserCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.UserSnapshot, cancellationToken)
            : new ValueTask<Outcome<UserSnapshot>>(UserDecider.NotFound);

    /// <inheritdoc/>
    protected override ValueTask<UserSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        rows.LoadAsync(_stream.OrgId, _stream.Id, cancellationToken);

    /// <inheritdoc/>
    protected override long VersionOf(UserSnapshot state) => state.Version;

    /// <inheritdoc/>
    protected override DomainError? ConflictOf(string constraint, object command) =>
        constraint == "org_user_email" ? UserDecider.EmailTaken : null;

    private ValueTask<Plan<UserSnapshot, UserSnapshot>> PlanAsync(
        UserSnapshot? state, UserCommand command, CommandContext context, CancellationToken cancellationToken) =>
        new(UserPlan.Of(
            state,
            command,
            UserDecider.Decide(state, command),
            new PlanOrigin(_stream, context.Actor, Now)));
}
