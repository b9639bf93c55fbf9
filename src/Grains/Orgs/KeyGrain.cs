using Orleans;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>One key, found by the hash of its text; the organisation is known only from its row.</summary>
internal sealed class KeyGrain(AggregateRuntime runtime, IOrgDirectory directory)
    : AggregateGrain<KeySnapshot>(runtime), IKeyGrain
{
    private const int HashLength = 64;

    private string _hash = "";

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _hash = this.GetPrimaryKeyString();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<KeySnapshot?> GetAsync(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<KeySnapshot>> ExecuteAsync(
        KeyCommand command, CommandContext context, CancellationToken cancellationToken = default)
    {
        if (!IsHash(_hash))
        {
            DeactivateOnIdle();
            return DomainError.Malformed("a key is named by its SHA-256 in lower-case hex");
        }

        StreamName stream;
        if (command is CreateKey create)
        {
            stream = StreamOf(context.OrgId, create.KeyId);
        }
        else if (await ReadAsync(cancellationToken) is { } state && state.OrgId == context.OrgId)
        {
            stream = StreamOf(state.OrgId, state.Id);
        }
        else
        {
            return KeyDecider.NotFound;
        }

        return await RunAsync(stream, command, context, PlanAsync, AnswerJson.Default.KeySnapshot, cancellationToken);
    }

    /// <inheritdoc/>
    protected override ValueTask<KeySnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        IsHash(_hash) ? directory.FindKeyByHashAsync(_hash, cancellationToken) : default;

    /// <inheritdoc/>
    protected override long VersionOf(KeySnapshot state) => state.Version;

    /// <inheritdoc/>
    protected override DomainError? ConflictOf(string constraint, object command) =>
        constraint is "access_key_hash" or "access_key_pkey" ? KeyDecider.Taken : null;

    private async ValueTask<Plan<KeySnapshot, KeySnapshot>> PlanAsync(
        KeySnapshot? state, KeyCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var userExists = command is CreateKey { UserId: { } userId }
            && await GrainFactory.GetGrain<IUserGrain>(GrainKeys.Of(context.OrgId, userId)).GetAsync(cancellationToken) is not null;
        var now = Now;
        var decision = KeyDecider.Decide(state, command, new KeyFacts(now, userExists));
        var stream = StreamOf(context.OrgId, command is CreateKey create ? create.KeyId : state?.Id ?? default);
        return KeyPlan.Of(state, _hash, decision, new PlanOrigin(stream, context.Actor, now));
    }

    private static StreamName StreamOf(Guid orgId, Guid keyId) => new(orgId, "key", keyId);

    private static bool IsHash(string text) => text.Length == HashLength && text.All(char.IsAsciiHexDigitLower);
}
