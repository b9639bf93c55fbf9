using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Switchboard.Gateway.Speech.Access;

/// <summary>What a client of the speech API showed of itself.</summary>
/// <param name="Secret">The key or token without its scheme; null when there is none.</param>
/// <param name="SubProtocol">
/// The first entry of the WebSocket's sub-protocol list, as written, when that list carried a scheme: to be selected in the answer, which
/// browsers insist on. Null when there is nothing to select.
/// </param>
internal readonly record struct SpeechCredentials(string? Secret, string? SubProtocol)
{
    // Longer than any token that is issued here.
    private const int LongestSecret = 4096;

    /// <summary>
    /// Reads the header first, then the sub-protocol list. Every scheme may carry a key or a token, and is written as the client likes
    /// (speech API specification, section 1.1). The query is not looked at: addresses land in logs.
    /// </summary>
    public static SpeechCredentials Read(IHeaderDictionary headers)
    {
        var (subProtocol, offered) = FromSubProtocol(headers.SecWebSocketProtocol);
        return new SpeechCredentials(FromHeader(headers.Authorization) ?? offered, subProtocol);
    }

    private static string? FromHeader(StringValues header)
    {
        foreach (var value in header)
        {
            var text = value.AsSpan().Trim();
            var space = text.IndexOfAny(' ', '\t');
            if (space > 0 && IsScheme(text[..space]) && text[space..].Trim() is { Length: > 0 and <= LongestSecret } secret)
            {
                return secret.ToString();
            }
        }

        return null;
    }

    private static (string? SubProtocol, string? Secret) FromSubProtocol(StringValues header)
    {
        string? scheme = null;
        foreach (var value in header)
        {
            foreach (var range in (value ?? "").AsSpan().Split(','))
            {
                var entry = value.AsSpan(range).Trim();
                if (scheme is null)
                {
                    if (!IsScheme(entry))
                    {
                        return default;
                    }

                    scheme = entry.ToString();
                }
                else
                {
                    return (scheme, entry.Length is > 0 and <= LongestSecret ? entry.ToString() : null);
                }
            }
        }

        return (scheme, null);
    }

    private static bool IsScheme(ReadOnlySpan<char> text) =>
        text.Equals("token", StringComparison.OrdinalIgnoreCase) || text.Equals("bearer", StringComparison.OrdinalIgnoreCase);

    /// <summary>The secret stays out of logs.</summary>
    public override string ToString() => Secret is null ? "no credentials" : "credentials";
}
