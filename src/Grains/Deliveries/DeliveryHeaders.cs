namespace Switchboard.Grains.Deliveries;

/// <summary>The headers of what we deliver to receivers outside.</summary>
public static class DeliveryHeaders
{
    /// <summary>The event that is told.</summary>
    public const string EventId = "Switchboard-Event-Id";

    /// <summary>Its type.</summary>
    public const string EventType = "Switchboard-Event-Type";

    /// <summary>The delivery: the same at each attempt.</summary>
    public const string DeliveryId = "Switchboard-Delivery-Id";

    /// <summary>The attempt's number, from 1.</summary>
    public const string Attempt = "Switchboard-Attempt";

    /// <summary>Seconds since 1970, as they are signed.</summary>
    public const string Timestamp = "Switchboard-Timestamp";

    /// <summary>See <see cref="DeliverySignature"/>.</summary>
    public const string Signature = "Switchboard-Signature";
}
