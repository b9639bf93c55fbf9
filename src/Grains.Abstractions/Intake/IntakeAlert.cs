using System.Collections.Immutable;
using Orleans;
using Switchboard.Cases;

namespace Switchboard.Intake;

/// <summary>
/// What any sender says, in one form. Every text has been cut to its bound and freed of what cannot be stored or shown before it becomes
/// one of these.
/// </summary>
[GenerateSerializer, Immutable, Alias("switchboard.IntakeAlert")]
public sealed record IntakeAlert
{
    /// <summary>Alerts of an integration with the same key are about the same trouble. At most <see cref="Limits.DedupKey"/>.</summary>
    [Id(0)] public required string DedupKey { get; init; }

    /// <summary>Whether the trouble begins (or goes on), is being looked at, or is over.</summary>
    [Id(1)] public required AlertStatus Status { get; init; }

    /// <summary>One line. Never empty.</summary>
    [Id(2)] public required string Title { get; init; }

    /// <summary>More, or empty.</summary>
    [Id(3)] public string Description { get; init; } = "";

    /// <summary>How urgent.</summary>
    [Id(4)] public CasePriority Priority { get; init; }

    /// <summary>What it is about: a host, an address, a system; or null.</summary>
    [Id(5)] public string? Source { get; init; }

    /// <summary>The service concerned, or null.</summary>
    [Id(6)] public string? Service { get; init; }

    /// <summary>The team concerned, or null.</summary>
    [Id(7)] public string? Team { get; init; }

    /// <summary>The environment, such as <c>prod</c>, or null.</summary>
    [Id(8)] public string? Environment { get; init; }

    /// <summary>Labels by name.</summary>
    [Id(9)] public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Addresses of pages about it; http and https only.</summary>
    [Id(10)] public ImmutableArray<string> Links { get; init; } = [];

    /// <summary>Since when, as the sender says, or null.</summary>
    [Id(11)] public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Until when, as the sender says, or null.</summary>
    [Id(12)] public DateTimeOffset? EndsAt { get; init; }
}

/// <summary>What an alert says about its trouble.</summary>
[GenerateSerializer, Alias("switchboard.AlertStatus")]
public enum AlertStatus
{
    /// <summary>It begins, or goes on.</summary>
    Trigger = 0,

    /// <summary>Somebody looks at it.</summary>
    Acknowledge = 1,

    /// <summary>It is over.</summary>
    Resolve = 2,
}
