using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Wire;

/// <summary>
/// A WebSocket of the server's side (RFC 6455) upon a connection's own pipes, without extensions: a frame is unmasked from where the
/// transport put it to where the receiver wants it, with nothing in between, and whoever waits holds neither buffer nor timer. Messages are
/// sent whole. One receiver at a time; senders may be several. Whoever receives is ended by <see cref="Abort"/>.
/// </summary>
internal sealed class ClientSocket(IDuplexPipe transport, string? subProtocol, Action abort) : WebSocket
{
    private readonly PipeReader _input = transport.Input;
    private readonly PipeWriter _output = transport.Output;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private FrameHeader _frame;
    private bool _isInFrame;
    private long _taken;
    private WebSocketMessageType? _message;
    private Decoder? _text;
    private byte[] _control = [];
    private WebSocketState _state = WebSocketState.Open;
    private WebSocketCloseStatus? _closeStatus;
    private string? _closeReason;
    private bool _isCut;
    private bool _isDisposed;

    private enum Step
    {
        More,
        Part,
        Control,
    }

    /// <inheritdoc/>
    public override WebSocketCloseStatus? CloseStatus => _closeStatus;

    /// <inheritdoc/>
    public override string? CloseStatusDescription => _closeReason;

    /// <inheritdoc/>
    public override WebSocketState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <inheritdoc/>
    public override string? SubProtocol => subProtocol;

    /// <summary>Bytes of the frame that has begun which are still to be received. For the receiver.</summary>
    public long Announced => _isInFrame ? _frame.Length - _taken : 0;

    /// <inheritdoc/>
    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var part = await ReceiveAsync(buffer.AsMemory(), cancellationToken);
        return new WebSocketReceiveResult(part.Count, part.MessageType, part.EndOfMessage, CloseStatus, CloseStatusDescription);
    }

    /// <inheritdoc/>
    /// <remarks>With an empty buffer it completes, without a byte, when a frame has begun.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await _input.ReadAsync(cancellationToken);
            }
            catch (InvalidOperationException error)
            {
                throw Lost(error);
            }

            if (read.IsCanceled)
            {
                // The server does that too, when it stops: what is open goes on to its own end.
                _input.AdvanceTo(read.Buffer.Start);
                if (Volatile.Read(ref _isCut))
                {
                    throw Lost();
                }

                continue;
            }

            var rest = read.Buffer;
            var step = Step.More;
            ValueWebSocketReceiveResult part = default;
            BrokenProtocolException? broken = null;
            try
            {
                step = Take(ref rest, buffer.Span, out part);
            }
            catch (BrokenProtocolException error)
            {
                broken = error;
            }

            _input.AdvanceTo(rest.Start, step == Step.More ? rest.End : rest.Start);
            if (broken is null && step == Step.Control)
            {
                try
                {
                    if (await TakeControlAsync(cancellationToken))
                    {
                        return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, endOfMessage: true);
                    }
                }
                catch (BrokenProtocolException error)
                {
                    broken = error;
                }
            }

            if (broken is not null)
            {
                await CloseOutputAsync(broken.Status, broken.Message, cancellationToken);
                throw new WebSocketException(WebSocketError.Faulted, broken.Message, broken);
            }

            if (step == Step.Part)
            {
                return part;
            }

            if (step == Step.More && read.IsCompleted)
            {
                throw Lost();
            }
        }
    }

    /// <inheritdoc/>
    public override Task SendAsync(
        ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(
            buffer.AsMemory(),
            messageType,
            endOfMessage ? WebSocketMessageFlags.EndOfMessage : WebSocketMessageFlags.None,
            cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer,
        WebSocketMessageType messageType,
        WebSocketMessageFlags messageFlags,
        CancellationToken cancellationToken = default)
    {
        if (!messageFlags.HasFlag(WebSocketMessageFlags.EndOfMessage) || messageType == WebSocketMessageType.Close)
        {
            throw new NotSupportedException($"Messages are sent whole, and the end with {nameof(CloseOutputAsync)}.");
        }

        return State is WebSocketState.Open or WebSocketState.CloseReceived
            ? WriteAsync(messageType == WebSocketMessageType.Text ? FrameKind.Text : FrameKind.Binary, buffer, cancellationToken)
            : throw new WebSocketException(WebSocketError.InvalidState, $"The connection is {State}: nothing can be sent.");
    }

    /// <summary>Gives a sign of life that nobody answers, unless something is being sent anyway.</summary>
    public void SayAlive()
    {
        if (_writing.CurrentCount > 0 && State == WebSocketState.Open)
        {
            _ = SayAliveAsync();
        }
    }

    /// <inheritdoc/>
    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_state is not (WebSocketState.Open or WebSocketState.CloseReceived))
            {
                return Task.CompletedTask;
            }

            _state = _state == WebSocketState.Open ? WebSocketState.CloseSent : WebSocketState.Closed;
        }

        var payload = new byte[FrameHeader.MostControlBytes];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)closeStatus);
        Encoding.UTF8.GetEncoder().Convert(statusDescription, payload.AsSpan(2), flush: true, out _, out var length, out _);
        return WriteAsync(FrameKind.Close, payload.AsMemory(0, 2 + length), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override async Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        await CloseOutputAsync(closeStatus, statusDescription, cancellationToken);
        var dropped = new byte[1024];
        while (State == WebSocketState.CloseSent)
        {
            await ReceiveAsync(dropped.AsMemory(), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        bool isClosed;
        lock (_gate)
        {
            isClosed = _state == WebSocketState.Closed;
            _state = isClosed ? WebSocketState.Closed : WebSocketState.Aborted;
        }

        if (!isClosed)
        {
            abort();
        }

        Volatile.Write(ref _isCut, true);
        _input.CancelPendingRead();
    }

    /// <inheritdoc/>
    /// <remarks>After it the pipes belong to the server again: it waits until nobody writes any more.</remarks>
    public override void Dispose()
    {
        if (!Volatile.Read(ref _isDisposed))
        {
            Volatile.Write(ref _isDisposed, true);
            _output.CancelPendingFlush();
            _writing.Wait();
            _writing.Release();
        }
    }

    private static WebSocketException Lost(Exception? inner = null) =>
        new(WebSocketError.ConnectionClosedPrematurely, "The connection ended without a close frame.", inner);

    private static bool IsCode(int code) => code is >= 1000 and <= 1003 or >= 1007 and <= 1014 or >= 3000 and <= 4999;

    private async Task SayAliveAsync()
    {
        try
        {
            await WriteAsync(FrameKind.Pong, default, CancellationToken.None);
        }
        catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException)
        {
            // Whoever receives finds out.
        }
    }

    private async ValueTask WriteAsync(FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (Volatile.Read(ref _isDisposed))
            {
                throw Lost();
            }

            _output.Advance(FrameHeader.Write(_output.GetSpan(FrameHeader.MostBytes), kind, payload.Length, mask: null));
            _output.Write(payload.Span);
            var flushed = await _output.FlushAsync(cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                throw Lost();
            }
        }
        catch (InvalidOperationException error)
        {
            throw Lost(error);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Takes a part of a message, or a whole control frame, from the front of what was received.</summary>
    private Step Take(ref ReadOnlySequence<byte> rest, Span<byte> buffer, out ValueWebSocketReceiveResult part)
    {
        part = default;
        if (!_isInFrame && !TryBegin(ref rest))
        {
            return Step.More;
        }

        var mask = _frame.Mask.GetValueOrDefault();
        if (_frame.IsControl)
        {
            if (rest.Length < _frame.Length)
            {
                return Step.More;
            }

            _control = rest.Slice(0, _frame.Length).ToArray();
            FrameHeader.Apply(_control, _control, mask, 0);
            rest = rest.Slice(_frame.Length);
            _isInFrame = false;
            return Step.Control;
        }

        var count = (int)Math.Min(Math.Min(rest.Length, buffer.Length), _frame.Length - _taken);
        if (count == 0 && _taken < _frame.Length && !buffer.IsEmpty)
        {
            return Step.More;
        }

        var room = buffer;
        foreach (var piece in rest.Slice(0, count))
        {
            FrameHeader.Apply(piece.Span, room, mask, _taken);
            room = room[piece.Length..];
            _taken += piece.Length;
        }

        rest = rest.Slice(count);
        _isInFrame = _taken < _frame.Length;
        var (type, isLast) = (_message.GetValueOrDefault(), !_isInFrame && _frame.IsLast);
        if (type == WebSocketMessageType.Text)
        {
            CheckText(buffer[..count], isLast);
        }

        _message = isLast ? null : type;
        part = new ValueWebSocketReceiveResult(count, type, isLast);
        return Step.Part;
    }

    private bool TryBegin(ref ReadOnlySequence<byte> rest)
    {
        Span<byte> joined = stackalloc byte[FrameHeader.MostBytes];
        scoped var head = rest.FirstSpan;
        if (head.Length < joined.Length && head.Length < rest.Length)
        {
            var length = (int)Math.Min(rest.Length, joined.Length);
            rest.Slice(0, length).CopyTo(joined);
            head = joined[..length];
        }

        int size;
        try
        {
            if (!FrameHeader.TryRead(head, out _frame, out size))
            {
                return false;
            }
        }
        catch (WebSocketException error)
        {
            throw new BrokenProtocolException(WebSocketCloseStatus.ProtocolError, error.Message);
        }

        if (_frame.Mask is null)
        {
            throw new BrokenProtocolException(WebSocketCloseStatus.ProtocolError, "A client's frame was not masked.");
        }

        if (!_frame.IsControl)
        {
            if ((_frame.Kind == FrameKind.Continuation) != _message is not null)
            {
                throw new BrokenProtocolException(
                    WebSocketCloseStatus.ProtocolError, "A message began within another one, or went on without having begun.");
            }

            _message ??= _frame.Kind == FrameKind.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        }

        rest = rest.Slice(size);
        (_isInFrame, _taken) = (true, 0);
        return true;
    }

    private void CheckText(ReadOnlySpan<byte> part, bool isLast)
    {
        _text ??= new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetDecoder();
        Span<char> characters = stackalloc char[256];
        try
        {
            for (var isComplete = false; !isComplete;)
            {
                _text.Convert(part, characters, isLast, out var used, out _, out isComplete);
                part = part[used..];
            }
        }
        catch (DecoderFallbackException)
        {
            throw new BrokenProtocolException(WebSocketCloseStatus.InvalidPayloadData, "A text message was not UTF-8.");
        }
    }

    /// <summary>Answers a ping or takes the end in; true for the end.</summary>
    private async ValueTask<bool> TakeControlAsync(CancellationToken cancellationToken)
    {
        if (_frame.Kind == FrameKind.Ping && State == WebSocketState.Open)
        {
            await WriteAsync(FrameKind.Pong, _control, cancellationToken);
        }

        if (_frame.Kind != FrameKind.Close)
        {
            return false;
        }

        var code = _control.Length switch
        {
            0 => (int)WebSocketCloseStatus.NormalClosure,
            1 => 0,
            _ => BinaryPrimitives.ReadUInt16BigEndian(_control),
        };
        if (!IsCode(code))
        {
            throw new BrokenProtocolException(WebSocketCloseStatus.ProtocolError, "A close frame had no code that may be sent.");
        }

        _closeReason = _control.Length > 2 ? Encoding.UTF8.GetString(_control.AsSpan(2)) : "";
        _closeStatus = (WebSocketCloseStatus)code;
        lock (_gate)
        {
            _state = _state switch
            {
                WebSocketState.Open => WebSocketState.CloseReceived,
                WebSocketState.CloseSent => WebSocketState.Closed,
                var other => other,
            };
        }

        return true;
    }

    private sealed class BrokenProtocolException(WebSocketCloseStatus status, string message) : Exception(message)
    {
        public WebSocketCloseStatus Status => status;
    }
}
