using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Intake;

/// <summary>Takes alerts in. What it has acknowledged is an event of the log, and is not lost.</summary>
public interface IIntake
{
    /// <summary>
    /// Keeps the alerts of one message, all or none, and completes when they are durable. A receipt that is known already is the repetition
    /// of a request: nothing is kept twice.
    /// </summary>
    /// <returns>False when a receipt is known of another message: then nothing was kept.</returns>
    /// <exception cref="StorageUnavailableException">The database cannot be reached; nothing is promised.</exception>
    ValueTask<bool> SubmitAsync(IntakeSubmission submission, CancellationToken cancellationToken);

    /// <summary>What became of an alert, or null.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<IntakeReceipt?> FindAsync(Guid orgId, Guid receiptId, CancellationToken cancellationToken);

    /// <summary>The troubles of an integration, or those that are in a case, the last heard of first.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<ImmutableArray<AlertKeyView>> ListAsync(AlertKeyQuery query, CancellationToken cancellationToken);
}

/// <summary>The senders of alerts.</summary>
public interface IIntegrations
{
    /// <summary>All of an organisation, in the order in which they were made.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<ImmutableArray<Integration>> ListAsync(Guid orgId, CancellationToken cancellationToken);

    /// <summary>One, or null.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Integration?> FindAsync(Guid orgId, Guid id, CancellationToken cancellationToken);

    /// <summary>The one whose key, or whose former key while that is valid, has this hash; or null.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Integration?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken);

    /// <summary>Makes one with a new key. An id that is taken by the same organisation is the repetition of a request.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Outcome<IntegrationWithKey>> CreateAsync(
        Guid orgId, Guid id, Guid createdBy, IntegrationKind kind, IntegrationSettings settings, CancellationToken cancellationToken);

    /// <summary>Changes one.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Outcome<Integration>> UpdateAsync(Guid orgId, Guid id, IntegrationSettings settings, CancellationToken cancellationToken);

    /// <summary>Deletes one; false when there is none. Its cases and receipts stay.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<bool> DeleteAsync(Guid orgId, Guid id, CancellationToken cancellationToken);

    /// <summary>
    /// Gives one a new key; the former one stays valid for a while beside it. The present key's own id is the repetition of the request
    /// that made it.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    ValueTask<Outcome<IntegrationWithKey>> RotateKeyAsync(Guid orgId, Guid id, Guid keyId, CancellationToken cancellationToken);
}

/// <summary>The alerts of one message.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="IntegrationId">Whose they are.</param>
/// <param name="Kind">What it speaks.</param>
/// <param name="RequestId">The request that brought them.</param>
/// <param name="TraceParent">W3C trace context, or null.</param>
/// <param name="HeartbeatSeconds">The integration's longest silence, or null.</param>
/// <param name="IsRepeatable">Whether the receipts may be known already.</param>
/// <param name="Alerts">The alerts with their receipts, in order; none for a message that only says that the sender is alive.</param>
public sealed record IntakeSubmission(
    Guid OrgId,
    Guid IntegrationId,
    IntegrationKind Kind,
    string RequestId,
    string? TraceParent,
    int? HeartbeatSeconds,
    bool IsRepeatable,
    ImmutableArray<SubmittedAlert> Alerts)
{
    /// <summary>Whether the sender was heard of by it; false for what is said about the sender here.</summary>
    public bool IsFromSender { get; init; } = true;

    /// <summary>What was sent, word for word, as far as it is to be kept; null for nothing.</summary>
    public SentMessage? Sent { get; init; }

    /// <summary>SHA-256 of the whole of it, by which a repetition is told from another message; null where none is expected.</summary>
    public byte[]? Hash { get; init; }
}

/// <summary>What a sender sent.</summary>
/// <param name="Headers">Its headers, in JSON (UTF-8): an object of texts. Those that may be secrets have no values.</param>
/// <param name="Body">The beginning of its body, or all of it.</param>
/// <param name="BodyBytes">The size of the whole body.</param>
public sealed record SentMessage(byte[] Headers, byte[] Body, long BodyBytes);

/// <summary>An alert with its receipt.</summary>
/// <param name="ReceiptId">The receipt's id, which is also the event's.</param>
/// <param name="Alert">The alert.</param>
public sealed record SubmittedAlert(Guid ReceiptId, RoutedAlert Alert);

/// <summary>What became of an alert.</summary>
/// <param name="Id">The receipt's id.</param>
/// <param name="IntegrationId">Whose it was.</param>
/// <param name="DedupKey">Its key.</param>
/// <param name="ReceivedAt">When it was taken in.</param>
/// <param name="Result">What was done with it, or null while nothing has been.</param>
/// <param name="CaseId">The case that it is in, or null.</param>
/// <param name="IsPending">Whether the case has not been brought up to it yet.</param>
public sealed record IntakeReceipt(Guid Id, Guid IntegrationId, string DedupKey, DateTimeOffset ReceivedAt, AlertResult? Result, Guid? CaseId, bool IsPending)
{
    /// <summary>The message that the alert came in; null when it is not kept, or not any more.</summary>
    public SentMessage? Message { get; init; }
}

/// <summary>How it stands with one dedup key.</summary>
/// <param name="IntegrationId">Whose.</param>
/// <param name="DedupKey">The key.</param>
/// <param name="Open">Whether the trouble goes on.</param>
/// <param name="CaseId">The case that it is, or was last, in.</param>
/// <param name="Count">How often it was triggered in this case.</param>
/// <param name="Total">Alerts of the key altogether.</param>
/// <param name="FirstAt">When the trouble began.</param>
/// <param name="LastAt">When it was last heard of.</param>
/// <param name="ResolvedAt">When it ended, or null.</param>
public sealed record AlertKeyView(
    Guid IntegrationId, string DedupKey, bool Open, Guid? CaseId, long Count, long Total, DateTimeOffset? FirstAt, DateTimeOffset? LastAt, DateTimeOffset? ResolvedAt);

/// <summary>Which keys.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="IntegrationId">Only this integration's, or null.</param>
/// <param name="CaseId">Only those in this case, or null.</param>
/// <param name="Limit">At most so many.</param>
public sealed record AlertKeyQuery(Guid OrgId, Guid? IntegrationId, Guid? CaseId, int Limit);
