using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Intake;

namespace Switchboard.Gateway.Intake;

/// <summary>
/// Keeps what senders send, so that a person can see what an alert was made of. Not its address, which may have a key in it; of headers
/// that may be secrets only the names; of a key in the body nothing.
/// </summary>
internal sealed class SentMessages(IOptions<IntakeDoorOptions> options)
{
    private const int MostHeaders = 40;
    private const int LongestHeader = 512;
    private const string Hidden = "[hidden]";

    private static readonly SearchValues<string> _telling = SearchValues.Create(
        ["auth", "key", "token", "secret", "cookie", "password", "signature", "session", "credential"], StringComparison.OrdinalIgnoreCase);

    private readonly int _most = options.Value.KeepMessageBytes;

    /// <summary>What is kept of a message; null when nothing is.</summary>
    /// <param name="headers">Its headers.</param>
    /// <param name="body">Its body.</param>
    /// <param name="secret">The key, where the body has it; null elsewhere.</param>
    public SentMessage? Of(IHeaderDictionary headers, ReadOnlySpan<byte> body, string? secret)
    {
        if (_most == 0)
        {
            return null;
        }

        // Hidden before it is cut: half a key is half a secret.
        var kept = secret is null ? body[..Math.Min(body.Length, _most)].ToArray() : Without(body, secret);
        return new SentMessage(ReplyBuffer.Render(headers, Write).ToArray(), kept.Length > _most ? kept[.._most] : kept, body.Length);
    }

    private static byte[] Without(ReadOnlySpan<byte> body, string secret)
    {
        var text = body.ToArray();
        var hidden = Encoding.UTF8.GetBytes(secret);
        var rest = text.AsSpan();
        var found = false;
        for (var at = rest.IndexOf(hidden); at >= 0; at = rest.IndexOf(hidden))
        {
            rest.Slice(at, hidden.Length).Fill((byte)'*');
            rest = rest[(at + hidden.Length)..];
            found = true;
        }

        // Written with escapes it cannot be told where it stands.
        return found ? text : [];
    }

    private static void Write(Utf8JsonWriter json, IHeaderDictionary headers)
    {
        json.WriteStartObject();
        foreach (var (name, value) in headers.Take(MostHeaders))
        {
            json.WriteString(name.ToLowerInvariant(), name.AsSpan().ContainsAny(_telling) ? Hidden : Clean(value.ToString()));
        }

        json.WriteEndObject();
    }

    private static string Clean(string text)
    {
        var isClean = text.Length <= LongestHeader && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
        return isClean ? text : new([.. text.Take(LongestHeader).Where(static one => !char.IsControl(one) && !char.IsSurrogate(one))]);
    }
}
