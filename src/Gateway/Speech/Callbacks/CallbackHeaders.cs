using System.Globalization;
using Switchboard.Grains.Deliveries;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>The headers of what is sent to a callback's address.</summary>
/// <param name="requestId">The request, or the live session.</param>
/// <param name="keyId">The key that it was sent with.</param>
/// <param name="callback">The address, which may hold the receiver's name and password.</param>
/// <param name="secrets">What the organisation signs with.</param>
internal sealed class CallbackHeaders(Guid requestId, Guid keyId, Uri callback, IReadOnlyList<string> secrets)
{
    /// <summary>The headers of one attempt.</summary>
    /// <param name="deliveryId">The same at each attempt.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="now">The present.</param>
    /// <param name="signed">What is signed: the body.</param>
    public List<(string Name, string Value)> Of(string deliveryId, int attempt, DateTimeOffset now, ReadOnlySpan<byte> signed)
    {
        var timestamp = now.ToUnixTimeSeconds();
        var headers = new List<(string, string)>
        {
            ("dg-request-id", requestId.ToString()),
            ("dg-token", keyId.ToString()), // the key's id, which is no secret
            (DeliveryHeaders.DeliveryId, deliveryId),
            (DeliveryHeaders.Attempt, attempt.ToString(CultureInfo.InvariantCulture)),
            (DeliveryHeaders.Timestamp, timestamp.ToString(CultureInfo.InvariantCulture)),
            ("User-Agent", "Switchboard-Callbacks/1"),
        };
        if (CallbackAddress.Authorization(callback) is { } authorization)
        {
            headers.Add(("Authorization", authorization));
        }

        if (secrets.Count > 0)
        {
            headers.Add((DeliveryHeaders.Signature, DeliverySignature.Of(secrets, timestamp, signed)));
        }

        return headers;
    }
}
