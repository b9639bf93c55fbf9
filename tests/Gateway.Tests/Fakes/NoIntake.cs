using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Intake;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>Senders of alerts that nobody knows.</summary>
internal sealed class NoIntake : IIntake, IIntegrations
{
    public ValueTask<bool> SubmitAsync(IntakeSubmission submission, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IntakeReceipt?> FindAsync(Guid orgId, Guid receiptId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<AlertKeyView>> ListAsync(AlertKeyQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<Integration>> ListAsync(Guid orgId, CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask<Integration?> IIntegrations.FindAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Integration?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken) => ValueTask.FromResult<Integration?>(null);

    public ValueTask<Outcome<IntegrationWithKey>> CreateAsync(
        Guid orgId, Guid id, Guid createdBy, IntegrationKind kind, IntegrationSettings settings, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Outcome<Integration>> UpdateAsync(Guid orgId, Guid id, IntegrationSettings settings, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> DeleteAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Outcome<IntegrationWithKey>> RotateKeyAsync(Guid orgId, Guid id, Guid keyId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
