using System.Collections.Immutable;

namespace Switchboard.Grains.Webhooks;

/// <summary>Where an organisation's events are sent. Its secrets are no part of this.</summary>
public sealed record Webhook
{
    /// <summary>The organisation.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The webhook's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is sent to.</summary>
    public required string Url { get; init; }

    /// <summary>The types of events that are sent; empty for all.</summary>
    public required ImmutableArray<string> EventTypes { get; init; }

    /// <summary>The projects whose cases' events are sent; empty for all.</summary>
    public required ImmutableArray<Guid> ProjectIds { get; init; }

    /// <summary>Whether new events are sent.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Why it was switched off by itself, or null.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>The last four characters of the secret, to tell which one it is.</summary>
    public required string SecretHint { get; init; }

    /// <summary>Until when signatures are made with the former secret too, or null.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>Since when every attempt has failed, or null.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>About when the last attempt succeeded, to the minute, or null.</summary>
    public DateTimeOffset? SucceededAt { get; init; }

    /// <summary>Who made it.</summary>
    public required Guid CreatedBy { get; init; }

    /// <summary>When it was made; events from before are never sent.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }
}

/// <summary>A webhook with its secret, which is shown this once.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">The secret; null when this is the answer to a repetition of the request.</param>
public sealed record WebhookWithSecret(Webhook Webhook, string? Secret);

/// <summary>What a webhook is made from, or what is changed on one; null leaves a part as it is (or at its default).</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Url">Where to send.</param>
/// <param name="EventTypes">Types to send; empty for all.</param>
/// <param name="ProjectIds">Projects whose cases' events are sent; empty for all.</param>
/// <param name="Enabled">Whether events are sent. Switching on forgets why it was switched off.</param>
public sealed record WebhookSettings(
    string? Name, string? Url, ImmutableArray<string>? EventTypes, ImmutableArray<Guid>? ProjectIds, bool? Enabled)
{
    /// <summary>
    /// Who asks for a change, or null. Whoever gives a webhook another address answers for it from then on: it is told of what that user may see.
    /// </summary>
    public Guid? ChangedBy { get; init; }
}
