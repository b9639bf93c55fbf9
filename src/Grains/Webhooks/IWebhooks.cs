using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Webhooks;

/// <summary>The webhooks of organisations, and what became of their deliveries.</summary>
public interface IWebhooks
{
    /// <summary>All of an organisation, in the order in which they were made.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<ImmutableArray<Webhook>> ListAsync(Guid orgId, CancellationToken cancellationToken);

    /// <summary>One, or null.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Webhook?> FindAsync(Guid orgId, Guid id, CancellationToken cancellationToken);

    /// <summary>Makes one with a new secret. An id that is taken by the same organisation is the repetition of a request.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Outcome<WebhookWithSecret>> CreateAsync(
        Guid orgId, Guid id, Guid createdBy, WebhookSettings settings, CancellationToken cancellationToken);

    /// <summary>Changes one.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Outcome<Webhook>> UpdateAsync(Guid orgId, Guid id, WebhookSettings settings, CancellationToken cancellationToken);

    /// <summary>Deletes one with its deliveries; false when there is none.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<bool> DeleteAsync(Guid orgId, Guid id, CancellationToken cancellationToken);

    /// <summary>
    /// Gives one a new secret; the former one stays valid for a while beside it. The present secret's own id is the repetition of the
    /// request that made it.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Outcome<WebhookWithSecret>> RotateSecretAsync(Guid orgId, Guid id, Guid secretId, CancellationToken cancellationToken);

    /// <summary>Deliveries, newest first.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<ImmutableArray<WebhookDelivery>> ListDeliveriesAsync(DeliveryQuery query, CancellationToken cancellationToken);

    /// <summary>One delivery with its attempts, or null.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<WebhookDelivery?> FindDeliveryAsync(Guid orgId, Guid webhookId, Guid id, CancellationToken cancellationToken);

    /// <summary>Makes one delivery due now, whatever became of it; false when there is none.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<bool> ReplayAsync(Guid orgId, Guid webhookId, Guid id, CancellationToken cancellationToken);

    /// <summary>Makes finished deliveries due again.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<int> ReplayAsync(ReplayRange range, CancellationToken cancellationToken);
}
