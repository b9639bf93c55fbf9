using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Intake.Senders;

namespace Switchboard.Grains.Intake;

/// <summary>A sender of alerts that an organisation has let in. Its key is no part of this.</summary>
public sealed record Integration
{
    /// <summary>The organisation.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The integration's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it speaks.</summary>
    public required IntegrationKind Kind { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is let in.</summary>
    public required bool Enabled { get; init; }

    /// <summary>The last four characters of the key, to tell which one it is.</summary>
    public required string KeyHint { get; init; }

    /// <summary>Until when the former key is let in too, or null.</summary>
    public DateTimeOffset? PreviousKeyUntil { get; init; }

    /// <summary>Requests a second that it is limited to, or null for the organisation's limit.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>What becomes of its alerts.</summary>
    public required IntegrationRules Rules { get; init; }

    /// <summary>After how many seconds of silence a case is opened, or null for never.</summary>
    public int? HeartbeatSeconds { get; init; }

    /// <summary>About when it was last heard of, or null.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>Whether a case was opened because it is silent.</summary>
    public bool Silent { get; init; }

    /// <summary>Who made it.</summary>
    public required Guid CreatedBy { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }
}

/// <summary>What becomes of an integration's alerts.</summary>
public sealed record IntegrationRules
{
    /// <summary>The project of cases that no route sends elsewhere.</summary>
    public required Guid ProjectId { get; init; }

    /// <summary>The case type likewise.</summary>
    public required Guid TypeId { get; init; }

    /// <summary>Whether the end of the trouble closes the case; otherwise it is only written down.</summary>
    public bool CloseOnResolve { get; init; } = true;

    /// <summary>A trouble that comes back within this time after its end opens its case again instead of a new one; 0 for never.</summary>
    public int ReopenWithinSeconds { get; init; }

    /// <summary>The fields whose values group alerts of different keys into one case; none for no groups. See <see cref="AlertFields"/>.</summary>
    public ImmutableArray<string> GroupBy { get; init; } = [];

    /// <summary>How long after a group's last new member another one joins it.</summary>
    public int GroupWindowSeconds { get; init; } = 300;

    /// <summary>Cases that are opened in a minute; what comes beyond that is counted in one overflow case.</summary>
    public int MaxCasesPerMinute { get; init; } = 60;

    /// <summary>What a case stands for, for <see cref="IntegrationKind.Alertmanager"/>.</summary>
    public AlertmanagerUnit AlertmanagerUnit { get; init; }

    /// <summary>How to read JSON, for <see cref="IntegrationKind.Webhook"/>; null for <see cref="AlertMapping.Default"/>.</summary>
    public AlertMapping? Mapping { get; init; }

    /// <summary>Where alerts go: the first that matches.</summary>
    public ImmutableArray<IntakeRoute> Routes { get; init; } = [];
}

/// <summary>Sends the alerts that match somewhere.</summary>
public sealed record IntakeRoute
{
    /// <summary>What each field must be; <c>*</c> stands for any characters. All must fit; none fits all alerts.</summary>
    public ImmutableSortedDictionary<string, string> Match { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What is done with them.</summary>
    public RouteAction Action { get; init; }

    /// <summary>The project, or null for the integration's.</summary>
    public Guid? ProjectId { get; init; }

    /// <summary>The case type, or null for the integration's.</summary>
    public Guid? TypeId { get; init; }

    /// <summary>The priority, or null for what the sender said.</summary>
    public CasePriority? Priority { get; init; }
}

/// <summary>What is done with the alerts of a route. The names are stored.</summary>
public enum RouteAction
{
    /// <summary>They make cases.</summary>
    Case = 0,

    /// <summary>They are forgotten; the sender was heard of.</summary>
    Drop = 1,
}

/// <summary>What an integration speaks. The names are stored.</summary>
public enum IntegrationKind
{
    /// <summary>Our own form, by REST or gRPC.</summary>
    Api = 0,

    /// <summary>Prometheus Alertmanager's webhook.</summary>
    Alertmanager = 1,

    /// <summary>PagerDuty Events API v2.</summary>
    PagerDuty = 2,

    /// <summary>Any JSON, read by a mapping.</summary>
    Webhook = 3,

    /// <summary>Raw mails.</summary>
    Mail = 4,
}

/// <summary>What a case stands for. The names are stored.</summary>
public enum AlertmanagerUnit
{
    /// <summary>A group, by its key.</summary>
    Group = 0,

    /// <summary>A single alert, by its fingerprint.</summary>
    Alert = 1,
}

/// <summary>An integration with its key, which is shown this once.</summary>
/// <param name="Integration">The integration.</param>
/// <param name="Key">The key; null when this is the answer to a repetition of the request.</param>
public sealed record IntegrationWithKey(Integration Integration, string? Key);

/// <summary>What an integration is made from, or what is changed on one; null leaves a part as it is (or at its default).</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Enabled">Whether it is let in.</param>
/// <param name="RequestsPerSecond">Its limit; 0 takes it away.</param>
/// <param name="HeartbeatSeconds">The longest silence; 0 for any.</param>
/// <param name="Rules">What becomes of its alerts, whole.</param>
public sealed record IntegrationSettings(string? Name, bool? Enabled, int? RequestsPerSecond, int? HeartbeatSeconds, IntegrationRules? Rules);
