using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Bench.Speech.Live;

/// <summary>The frames and messages of the bench, made once. Times are stopwatch readings; both ends are in one process.</summary>
internal static class Wire
{
    public const int SampleRate = 16_000;
    public const int FramesPerSecond = 10;

    /// <summary>Payload of a frame: 100 ms of 16 bit samples. It begins with the time at which it was sent.</summary>
    public const int FrameBytes = SampleRate * 2 / FramesPerSecond;

    public const string Query = "/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true&model=nova-3";

    private const uint Mask = 0x5A17C3E9;
    private const int FrameHeader = 8;
    private const int StampDigits = 19;
    private const string Stamp = "0000000000000000000";
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static readonly byte[] _result = ResultTemplate();
    private static readonly int _stampAt = _result.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Stamp));
    private static readonly int _startAt = _result.AsSpan().IndexOf("START"u8);
    private static readonly int _finalAt = _result.AsSpan().IndexOf("FINAL"u8);

    /// <summary>A client's frame of audio, masked as a client must.</summary>
    public static byte[] AudioFrame(int seed)
    {
        var frame = new byte[FrameHeader + FrameBytes];
        new Random(seed).NextBytes(frame.AsSpan(FrameHeader));
        (frame[0], frame[1]) = (0x82, 0x80 | 126);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), FrameBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), Mask);
        return frame;
    }

    /// <summary>Writes the time into a frame.</summary>
    public static void StampFrame(byte[] frame, long now) =>
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(FrameHeader), now ^ (Mask | ((long)Mask << 32)));

    /// <summary>A client's text message.</summary>
    public static byte[] ClientText(ReadOnlySpan<byte> text)
    {
        byte[] frame = [0x81, (byte)(0x80 | text.Length), 0, 0, 0, 0, .. text];
        return frame;
    }

    /// <summary>A server's message that fits into 125 bytes.</summary>
    public static byte[] Short(int opcode, ReadOnlySpan<byte> payload) => [(byte)(0x80 | opcode), (byte)payload.Length, .. payload];

    /// <summary>A server's text message.</summary>
    public static byte[] ServerText(ReadOnlySpan<byte> text) => [0x81, 126, (byte)(text.Length >> 8), (byte)text.Length, .. text];

    /// <summary>A result of one second of audio, as a frame, written into a buffer.</summary>
    public static int WriteResult(Span<byte> into, double start, bool isFinal, long now)
    {
        _result.CopyTo(into);
        into.Slice(_stampAt, StampDigits).Fill((byte)'0');
        Span<byte> digits = stackalloc byte[StampDigits];
        Utf8Formatter.TryFormat(now, digits, out var length);
        digits[..length].CopyTo(into.Slice(_stampAt + StampDigits - length, length));
        into.Slice(_startAt, 5).Fill((byte)' ');
        Utf8Formatter.TryFormat(start, into.Slice(_startAt, 5), out _, new StandardFormat('F', 1));
        (isFinal ? "true "u8 : "false"u8).CopyTo(into.Slice(_finalAt, 5));
        return _result.Length;
    }

    /// <summary>The time in a result's payload; -1 when it is none.</summary>
    public static long StampOfResult(ReadOnlySpan<byte> payload)
    {
        var at = _stampAt - 4; // without the frame's header
        return payload.StartsWith("{\"type\":\"Results\""u8) && payload.Length > at + StampDigits && Utf8Parser.TryParse(payload.Slice(at, StampDigits), out long stamp, out _) ? stamp : -1;
    }

    /// <summary>Opens a stream and waits for the answer to the upgrade. The socket is left blocking.</summary>
    public static Socket Open(IPEndPoint server, string? key)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(server);
            var authorization = key is null ? "" : $"Authorization: Token {key}\r\n";
            socket.Send(Encoding.ASCII.GetBytes(
                $"GET {Query} HTTP/1.1\r\nHost: {server}\r\n{authorization}Connection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
            var answer = new byte[4096];
            var length = 0;
            while (answer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
            {
                var count = socket.Receive(answer.AsSpan(length));
                length += count > 0 ? count : throw new IOException("The server closed the connection instead of upgrading it.");
            }

            return answer.AsSpan(0, length).StartsWith("HTTP/1.1 101"u8)
                ? socket
                : throw new IOException($"The stream was refused: {Encoding.ASCII.GetString(answer, 0, length)}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The answer to an upgrade's request.</summary>
    public static byte[] Upgraded(string request)
    {
        const string Name = "Sec-WebSocket-Key:";
        var at = request.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        var key = request[at..request.IndexOf("\r\n", at, StringComparison.Ordinal)].Trim();
#pragma warning disable CA5350 // the hash that RFC 6455 prescribes
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
    }

    /// <summary>The last message of a stream.</summary>
    public static byte[] Metadata(long audioBytes) => ServerText(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$$$"""
        {"type":"Metadata","transaction_key":"deprecated","request_id":"11111111-2222-3333-4444-555555555555","sha256":"{{{{new string('0', 64)}}}}","created":"2026-11-20T18:00:00.000Z","duration":{{{{audioBytes / 2d / SampleRate}}}},"channels":1,"models":["5f0c0000-0000-0000-0000-000000000001"],"model_info":{"5f0c0000-0000-0000-0000-000000000001":{"name":"stub","version":"1","arch":"bench"}}}
        """)));

    /// <summary>Milliseconds since a time.</summary>
    public static double MillisecondsSince(long stamp, long now) => (now - stamp) * 1000d / Stopwatch.Frequency;

    private static byte[] ResultTemplate()
    {
        var words = string.Join(',', Enumerable.Range(0, 5).Select(static index =>
            $$"""{"word":"spoken{{index}}","start":0.{{index}}1,"end":0.{{index}}9,"confidence":0.97,"punctuated_word":"Spoken{{index}}"}"""));
        return ServerText(Encoding.ASCII.GetBytes(
            $$$"""
            {"type":"Results","channel_index":[0,1],"duration":1.0,"start":START,"is_final":FINAL,"speech_final":FINAL,"from_finalize":false,"channel":{"alternatives":[{"transcript":"{{{Stamp}}}","confidence":0.97,"words":[{{{words}}}]}]},"metadata":{"request_id":"11111111-2222-3333-4444-555555555555","model_info":{"name":"stub","version":"1","arch":"bench"},"model_uuid":"5f0c0000-0000-0000-0000-000000000001"}}
            """.Replace("\"speech_final\":FINAL", "\"speech_final\":false", StringComparison.Ordinal)));
    }
}
