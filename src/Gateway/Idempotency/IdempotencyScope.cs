using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Commands;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.Idempotency;

/// <summary>What a client's <c>Idempotency-Key</c> is unique in: organisation, method and path.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="Key">Method, path and the header's value.</param>
/// <param name="RequestHash">SHA-256 of the body, lower-case hex.</param>
internal sealed record IdempotencyScope(Guid OrgId, string Key, string RequestHash)
{
    public const string Header = "Idempotency-Key";

    public const string ReplayedHeader = "Idempotent-Replayed";

    private const int LongestKey = 255;
    private const int LongestPath = 512;

    private static readonly SearchValues<char> Visible = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    public IdempotencyKey ForGrain => new(Key, RequestHash);

    /// <summary>The scope of a request that carries a key.</summary>
    /// <returns>The scope, or the refusal of a key that is too long or has characters that no key needs.</returns>
    public static (IdempotencyScope? Scope, ApiError? Refusal) Of(string method, string path, Guid orgId, string key, string requestHash)
    {
        if (key.Length > LongestKey || key.AsSpan().ContainsAnyExcept(Visible) || path.Length > LongestPath)
        {
            return (null, ApiError.InvalidParameter(
                Header, "header", $"expected 1 to {LongestKey} visible ASCII characters, such as a UUID"));
        }

        return (new IdempotencyScope(orgId, $"{method} {path} {key}", requestHash), null);
    }

    /// <summary>
    /// The id of what the request creates: the same for every repetition, so that they all reach the same grain. Form of RFC 9562,
    /// version 8, over SHA-256.
    /// </summary>
    public Guid NewId()
    {
        var name = $"{OrgId:N} {Key}";
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
