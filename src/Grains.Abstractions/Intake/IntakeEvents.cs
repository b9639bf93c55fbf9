using Orleans;
using Switchboard.Events;

namespace Switchboard.Intake;

/// <summary>
/// An alert was taken in: the canonical payload of the topic <c>case-intake</c>. Its stream, of type <see cref="StreamType"/>, is that of
/// one dedup key of one integration, so that the alerts of a key stay in order; its id is the receipt's.
/// </summary>
/// <param name="IntegrationId">Whose alert.</param>
/// <param name="Kind">The integration's kind, as in its JSON.</param>
/// <param name="ProjectId">The project that it was routed to.</param>
/// <param name="TypeId">The case type that it was routed to.</param>
/// <param name="Alert">What it says.</param>
[EventType("intake.alert_received"), GenerateSerializer, Immutable, Alias("switchboard.AlertReceived")]
public sealed record AlertReceived(
    [property: Id(0)] Guid IntegrationId,
    [property: Id(1)] string Kind,
    [property: Id(2)] Guid ProjectId,
    [property: Id(3)] Guid TypeId,
    [property: Id(4)] IntakeAlert Alert) : DomainEvent
{
    /// <summary>The type of the streams of alerts.</summary>
    public const string StreamType = "intake";
}
