using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Webhooks;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>Webhooks that nobody asks for in these tests.</summary>
internal sealed class NoWebhooks : IWebhooks
{
    public ValueTask<ImmutableArray<Webhook>> ListAsync(Guid orgId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Webhook?> FindAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Outcome<WebhookWithSecret>> CreateAsync(
        Guid orgId, Guid id, Guid createdBy, WebhookSettings settings, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Outcome<Webhook>> UpdateAsync(Guid orgId, Guid id, WebhookSettings settings, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> DeleteAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Outcome<WebhookWithSecret>> RotateSecretAsync(Guid orgId, Guid id, Guid secretId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<WebhookDelivery>> ListDeliveriesAsync(DeliveryQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<WebhookDelivery?> FindDeliveryAsync(Guid orgId, Guid webhookId, Guid id, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> ReplayAsync(Guid orgId, Guid webhookId, Guid id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<int> ReplayAsync(ReplayRange range, CancellationToken cancellationToken) => throw new NotSupportedException();
}
