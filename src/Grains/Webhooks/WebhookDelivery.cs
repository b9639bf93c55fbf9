using System.Collections.Immutable;

namespace Switchboard.Grains.Webhooks;

/// <summary>One event on its way to one webhook.</summary>
public sealed record WebhookDelivery
{
    /// <summary>The delivery's id, the same in all its attempts and replays.</summary>
    public required Guid Id { get; init; }

    /// <summary>The event.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The event's type.</summary>
    public required string EventType { get; init; }

    /// <summary>The case.</summary>
    public required Guid CaseId { get; init; }

    /// <summary>Where it stands.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>Attempts so far.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it became due first.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is tried next, at the earliest, while it is due.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>When it is given up.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was delivered or given up, or null.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The HTTP status of the last attempt, or null when there was no answer.</summary>
    public int? LastStatus { get; init; }

    /// <summary>What went wrong last, or null.</summary>
    public string? LastError { get; init; }

    /// <summary>The attempts in order; only where one delivery was asked for.</summary>
    public ImmutableArray<DeliveryAttempt> Log { get; init; } = [];
}

/// <summary>One attempt.</summary>
/// <param name="Number">From 1.</param>
/// <param name="StartedAt">Recorded before the attempt was made.</param>
/// <param name="FinishedAt">Null when it was interrupted: whether the receiver got it is not known.</param>
/// <param name="Status">The HTTP status, or null without an answer.</param>
/// <param name="LatencyMs">How long it took.</param>
/// <param name="Error">What went wrong, or null.</param>
/// <param name="Response">The beginning of the answer's body, or null.</param>
public sealed record DeliveryAttempt(
    int Number, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, int? Status, int? LatencyMs, string? Error, string? Response);

/// <summary>Where a delivery stands. The numbers are stored.</summary>
public enum DeliveryState
{
    /// <summary>It will be tried, or tried again.</summary>
    Due = 0,

    /// <summary>The receiver took it.</summary>
    Delivered = 1,

    /// <summary>It was tried for as long as it may be.</summary>
    GivenUp = 2,
}

/// <summary>Which deliveries.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="WebhookId">The webhook.</param>
/// <param name="State">Only those in this state, or null.</param>
/// <param name="Before">Only older ones than this one of the page before, or null.</param>
/// <param name="Limit">At most so many.</param>
public sealed record DeliveryQuery(Guid OrgId, Guid WebhookId, DeliveryState? State, DeliveryPlace? Before, int Limit);

/// <summary>A place in the list of deliveries, newest first.</summary>
/// <param name="CreatedAt">The delivery's time.</param>
/// <param name="Id">The delivery.</param>
public readonly record struct DeliveryPlace(DateTimeOffset CreatedAt, Guid Id);

/// <summary>Which finished deliveries to send again.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="WebhookId">The webhook.</param>
/// <param name="From">Made at or after.</param>
/// <param name="To">Made before.</param>
/// <param name="State">Only delivered ones, only given up ones, or null for both.</param>
/// <param name="Limit">At most so many, the oldest first.</param>
public sealed record ReplayRange(Guid OrgId, Guid WebhookId, DateTimeOffset From, DateTimeOffset To, DeliveryState? State, int Limit);
