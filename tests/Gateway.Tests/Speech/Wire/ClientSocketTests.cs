using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Tests.Speech.Wire;

public sealed class ClientSocketTests : IDisposable
{
    private const uint Mask = 0x5A17C3E9;

    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly ClientSocket _socket;
    private bool _isCut;

    public ClientSocketTests() => _socket = new ClientSocket(new Pipes(_toServer.Reader, _toClient.Writer), "token", () => _isCut = true);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _socket.Dispose();

    [Fact]
    public async Task Frames_are_received_whole_wherever_the_network_cuts_them()
    {
        var audio = Bytes(300, seed: 1);
        byte[] wire =
        [
            .. Frame(FrameKind.Binary, audio.AsSpan(0, 200), isLast: false),
            .. Frame(FrameKind.Ping, "still there?"u8),
            .. Frame(FrameKind.Continuation, audio.AsSpan(200)),
        ];
        for (var cut = 1; cut < wire.Length; cut++)
        {
            await _toServer.Writer.WriteAsync(wire.AsMemory(0, cut), Stop);
            var receiving = ReceiveWholeAsync();
            await _toServer.Writer.WriteAsync(wire.AsMemory(cut), Stop);

            var (type, message) = await receiving;
            type.ShouldBe(WebSocketMessageType.Binary);
            message.ShouldBe(audio, $"cut at {cut}");
            (await SentAsync()).ShouldBe([0x8A, 12, .. "still there?"u8]);
        }
    }

    [Fact]
    public async Task Whoever_waits_without_a_buffer_is_told_when_a_frame_begins_and_how_much_is_to_come()
    {
        var audio = Bytes(300, seed: 2);
        var frame = Frame(FrameKind.Binary, audio);
        var waiting = _socket.ReceiveAsync(Memory<byte>.Empty, Stop).AsTask();
        await _toServer.Writer.WriteAsync(Frame(FrameKind.Ping, "?"u8), Stop);
        await _toServer.Writer.WriteAsync(frame.AsMemory(0, 3), Stop);
        waiting.IsCompleted.ShouldBeFalse();

        await _toServer.Writer.WriteAsync(frame.AsMemory(3, 105), Stop);
        var begun = await waiting;
        (begun.Count, begun.MessageType, begun.EndOfMessage, _socket.Announced).ShouldBe((0, WebSocketMessageType.Binary, false, 300));
        var first = new byte[512];
        var part = await _socket.ReceiveAsync(first.AsMemory(), Stop);
        (part.Count, part.EndOfMessage, _socket.Announced).ShouldBe((100, false, 200));

        await _toServer.Writer.WriteAsync(frame.AsMemory(108), Stop);
        part = await _socket.ReceiveAsync(first.AsMemory(100), Stop);
        (part.Count, part.EndOfMessage, _socket.Announced).ShouldBe((200, true, 0));
        first.AsSpan(0, 300).ToArray().ShouldBe(audio);
    }

    [Fact]
    public async Task The_frameworks_client_understands_it_and_is_understood()
    {
        using var client = WebSocket.CreateFromStream(
            new BothWays(_toClient.Reader.AsStream(), _toServer.Writer.AsStream()), new WebSocketCreationOptions { IsServer = false });
        foreach (var length in new[] { 0, 1, 125, 126, 65_535, 65_536, 200_000 })
        {
            var sent = Bytes(length, seed: length);
            var sending = client.SendAsync(sent, WebSocketMessageType.Binary, endOfMessage: true, Stop);
            (await ReceiveWholeAsync()).Message.ShouldBe(sent, $"{length} bytes to the server");
            await sending;

            var answering = _socket.SendAsync(sent, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, Stop);
            var answer = new byte[length];
            for (int at = 0, isLast = 0; isLast == 0;)
            {
                var part = await client.ReceiveAsync(answer.AsMemory(at), Stop);
                (at, isLast) = (at + part.Count, part.EndOfMessage ? 1 : 0);
            }

            await answering;
            answer.ShouldBe(sent, $"{length} bytes to the client");
        }

        await _socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "INVALID_AUTH: wörtlich", Stop);
        var end = await client.ReceiveAsync(new byte[10], Stop);
        end.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
        end.CloseStatusDescription.ShouldBe("INVALID_AUTH: wörtlich");
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", Stop);
        (await _socket.ReceiveAsync(new byte[10].AsMemory(), Stop)).MessageType.ShouldBe(WebSocketMessageType.Close);
        (_socket.State, _socket.CloseStatus, _socket.CloseStatusDescription).ShouldBe(
            (WebSocketState.Closed, WebSocketCloseStatus.NormalClosure, "bye"));
    }

    public static TheoryData<string, byte[], int> Broken => new()
    {
        { "not masked", [0x82, 1, 7], 1002 },
        { "a reserved bit", [0xC2, 0x80, 0, 0, 0, 0], 1002 },
        { "a reserved opcode", [0x83, 0x80, 0, 0, 0, 0], 1002 },
        { "a reserved control opcode", [0x8B, 0x80, 0, 0, 0, 0], 1002 },
        { "going on with nothing", [0x80, 0x80, 0, 0, 0, 0], 1002 },
        { "a message within another", [0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0], 1002 },
        { "a ping in two parts", [0x09, 0x80, 0, 0, 0, 0], 1002 },
        { "a long ping", [0x89, 0xFE, 0, 126, 0, 0, 0, 0], 1002 },
        { "a length below nothing", [0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], 1002 },
        { "half a close code", [0x88, 0x81, 0, 0, 0, 0, 3], 1002 },
        { "a close code that is never sent", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED], 1002 },
        { "text that is no UTF-8", [0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], 1007 },
        { "text that ends in the middle of a character", [0x81, 0x81, 0, 0, 0, 0, 0xC3], 1007 },
    };

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public async Task Whoever_breaks_the_protocol_is_told_so(string what, byte[] wire, int code)
    {
        await _toServer.Writer.WriteAsync(wire, Stop);

        await Should.ThrowAsync<WebSocketException>(async () =>
        {
            while (true)
            {
                await _socket.ReceiveAsync(new byte[100].AsMemory(), Stop);
            }
        });

        var sent = await SentAsync();
        (sent[0], (sent[2] << 8) | sent[3]).ShouldBe(((byte)0x88, code), what);
        _socket.State.ShouldBe(WebSocketState.CloseSent);
    }

    [Fact]
    public async Task Text_may_be_cut_in_the_middle_of_a_character()
    {
        var text = Encoding.UTF8.GetBytes("""{"type":"KeepAlive","note":"größer €"}""");
        for (var cut = 1; cut < text.Length; cut++)
        {
            await _toServer.Writer.WriteAsync(Frame(FrameKind.Text, text.AsSpan(0, cut), isLast: false), Stop);
            await _toServer.Writer.WriteAsync(Frame(FrameKind.Continuation, text.AsSpan(cut)), Stop);

            (await ReceiveWholeAsync()).Message.ShouldBe(text);
        }
    }

    [Fact]
    public async Task Frames_changed_at_random_end_in_order()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var (there, back) = (new Pipe(new PipeOptions(pauseWriterThreshold: 0)), new Pipe(new PipeOptions(pauseWriterThreshold: 0)));
            using var socket = new ClientSocket(new Pipes(there.Reader, back.Writer), null, static () => { });
            byte[] wire =
            [
                .. Frame(FrameKind.Binary, Bytes(50, seed: 1)),
                .. Frame(FrameKind.Text, "{\"type\":\"Finalize\"}"u8),
                .. Frame(FrameKind.Close, [0x03, 0xE8]),
            ];
            for (var change = 0; change <= round % 4; change++)
            {
                wire[random.Next(wire.Length)] = (byte)random.Next(256);
            }

            await there.Writer.WriteAsync(wire, Stop);
            await there.Writer.CompleteAsync();
            try
            {
                for (var part = default(ValueWebSocketReceiveResult); part.MessageType != WebSocketMessageType.Close;)
                {
                    part = await socket.ReceiveAsync(new byte[32].AsMemory(), Stop);
                    part.Count.ShouldBeLessThanOrEqualTo(32, $"seed {seed}, round {round}");
                }
            }
            catch (WebSocketException)
            {
                // The way in which it may end.
            }
        }
    }

    [Fact]
    public async Task Whoever_receives_is_ended_when_the_connection_is_cut()
    {
        var receiving = _socket.ReceiveAsync(new byte[10].AsMemory(), Stop).AsTask();

        _socket.Abort();

        await Should.ThrowAsync<WebSocketException>(receiving);
        _isCut.ShouldBeTrue();
        _socket.State.ShouldBe(WebSocketState.Aborted);
    }

    [Fact]
    public async Task A_server_that_stops_and_wakes_the_receiver_takes_nothing_away()
    {
        var receiving = ReceiveWholeAsync();
        _toServer.Reader.CancelPendingRead();
        await _toServer.Writer.WriteAsync(Frame(FrameKind.Binary, Bytes(10, seed: 1)), Stop);

        (await receiving).Message.ShouldBe(Bytes(10, seed: 1));
    }

    [Fact]
    public async Task A_client_that_reads_nothing_does_not_hold_up_the_end()
    {
        var sending = _socket.SendAsync(new byte[200_000], WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, Stop).AsTask();
        sending.IsCompleted.ShouldBeFalse();

        _socket.Dispose();

        await Should.ThrowAsync<WebSocketException>(sending);
        await Should.ThrowAsync<WebSocketException>(
            _socket.SendAsync(new byte[1], WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, Stop).AsTask());
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Frame(FrameKind kind, ReadOnlySpan<byte> payload, bool isLast = true)
    {
        var frame = new byte[FrameHeader.MostBytes + payload.Length];
        var size = FrameHeader.Write(frame, kind, payload.Length, Mask);
        frame[0] &= isLast ? (byte)0xFF : (byte)0x7F;
        FrameHeader.Apply(payload, frame.AsSpan(size), Mask, 0);
        return frame[..(size + payload.Length)];
    }

    private async Task<(WebSocketMessageType Type, byte[] Message)> ReceiveWholeAsync()
    {
        var whole = new ArrayBufferWriter<byte>();
        while (true)
        {
            var part = await _socket.ReceiveAsync(whole.GetMemory(64)[..64], Stop);
            whole.Advance(part.Count);
            if (part.EndOfMessage)
            {
                return (part.MessageType, whole.WrittenSpan.ToArray());
            }
        }
    }

    private async Task<byte[]> SentAsync()
    {
        var read = await _toClient.Reader.ReadAsync(Stop);
        var sent = read.Buffer.ToArray();
        _toClient.Reader.AdvanceTo(read.Buffer.End);
        return sent;
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class BothWays(Stream from, Stream to) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            from.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            to.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => to.FlushAsync(cancellationToken);

        public override void Flush() => to.Flush();

        public override int Read(byte[] buffer, int offset, int count) => from.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => to.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
