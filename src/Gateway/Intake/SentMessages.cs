using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
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

    private static readonly string[] _telling = ["auth", "key", "token", "secret", "cookie", "password", "signature", "session", "credential"];

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
        return new SentMessage(Write(headers), kept.Length > _most ? kept[.._most] : kept, body.Length);
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

    private static string Write(IHeaderDictionary headers)
    {
        using var bytes = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (name, value) in headers.OrderBy(static one => one.Key, StringComparer.OrdinalIgnoreCase).Take(MostHeaders))
            {
                var shown = _telling.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) ? Hidden : Clean(value.ToString());
                json.WriteString(name.ToLowerInvariant(), shown);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static string Clean(string text) => new([.. text.Take(LongestHeader).Where(static one => !char.IsControl(one) && !char.IsSurrogate(one))]);
}
