using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Grains.Deliveries;

/// <summary>
/// The signature of a delivery: HMAC-SHA256 over <c>{timestamp}.{body}</c>, keyed by the secret's text, as <c>v1={hex}</c>; one for each
/// valid secret, separated by commas. <c>docs/webhooks.md</c> shows receivers how to check it.
/// </summary>
public static class DeliverySignature
{
    /// <summary>Signs.</summary>
    /// <param name="secrets">The valid secrets, the present one first.</param>
    /// <param name="timestamp">Seconds since 1970, as in the header.</param>
    /// <param name="body">The bytes that are sent.</param>
    public static string Of(IEnumerable<string> secrets, long timestamp, ReadOnlySpan<byte> body)
    {
        var prefix = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}."));
        var signatures = new List<string>(2);
        foreach (var secret in secrets)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
            hmac.AppendData(prefix);
            hmac.AppendData(body);
            signatures.Add($"v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}");
        }

        return string.Join(',', signatures);
    }

    /// <summary>A new secret: 256 random bits behind a prefix by which a secret that leaks is recognised.</summary>
    public static string NewSecret() =>
        $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_')}";
}
