using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Speech.Pools.Wires;

/// <summary>The opening of a WebSocket, from the client's side (RFC 6455, section 4.1).</summary>
internal static class Upgrade
{
    private const int LongestAnswer = 16 * 1024;
    private const int LongestWarning = 512;
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3

    /// <summary>Asks for the upgrade.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="address">What is asked for.</param>
    /// <param name="headers">Headers besides the protocol's own.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="UpgradeRefusedException">The server answered with another status.</exception>
    /// <exception cref="WebSocketException">It answered with what is no agreement.</exception>
    /// <exception cref="IOException">The connection is lost.</exception>
    public static async Task<UpgradeAgreement> AgreeAsync(
        Stream stream, Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var request = Request(address, key, headers);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(LongestAnswer, Encoding.UTF8.GetMaxByteCount(request.Length)));
        try
        {
            // From the shared buffer: the socket holds on to what it has sent.
            await stream.WriteAsync(buffer.AsMemory(0, Encoding.UTF8.GetBytes(request, buffer)), cancellationToken);
            for (var length = 0; length < LongestAnswer;)
            {
                var count = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                length += count > 0 ? count : throw new IOException("the connection ended before the upgrade was answered");
                var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
                if (end >= 0)
                {
                    var warning = Check(Encoding.Latin1.GetString(buffer, 0, end), key);
                    return new UpgradeAgreement(buffer.AsSpan(end + 4, length - end - 4).ToArray(), warning);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        throw new WebSocketException(WebSocketError.HeaderError, $"the answer to the upgrade has more than {LongestAnswer} bytes of headers");
    }

    private static string Request(Uri address, string key, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\n");
        text.Append("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Sec-WebSocket-Key: {key}\r\n");
        foreach (var (name, value) in headers)
        {
            if (value.AsSpan().ContainsAny('\r', '\n'))
            {
                throw new WebSocketException(WebSocketError.HeaderError, $"the value of the header {name} has a line break");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return text.Append("\r\n").ToString();
    }

    private static string? Check(string answer, string key)
    {
        var lines = answer.Split("\r\n");
        var status = lines[0].Split(' ', 3);
        if (status.Length < 2 || !status[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(status[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            throw new WebSocketException(WebSocketError.HeaderError, "the upgrade was answered with what is no HTTP/1.1");
        }

        if (code != 101)
        {
            throw new UpgradeRefusedException(code, Header("dg-error") ?? (status.Length > 2 ? status[2] : ""));
        }

#pragma warning disable CA5350 // the hash that RFC 6455 prescribes
        var expected = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
        if (Header("Sec-WebSocket-Accept") != expected)
        {
            throw new WebSocketException(WebSocketError.HeaderError, "the upgrade was answered with a wrong Sec-WebSocket-Accept");
        }

        return Header("dg-warning") is { Length: > 0 and <= LongestWarning } warning && !warning.AsSpan().ContainsAnyExceptInRange(' ', '~') ? warning : null;

        string? Header(string name)
        {
            var line = Array.Find(lines, line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase));
            return line?[(name.Length + 1)..].Trim();
        }
    }
}

/// <summary>A server agreed.</summary>
/// <param name="Early">What was received behind its answer.</param>
/// <param name="Warning">What it will not do of what was asked for, or null.</param>
internal readonly record struct UpgradeAgreement(ReadOnlyMemory<byte> Early, string? Warning);

/// <summary>A server answered the upgrade with another status than 101.</summary>
/// <param name="status">The status.</param>
/// <param name="said">What it said.</param>
internal sealed class UpgradeRefusedException(int status, string said) : IOException($"the upgrade was answered with {status}: {said}")
{
    /// <summary>The status.</summary>
    public int Status => status;

    /// <summary>What it said.</summary>
    public string Said => said;
}
