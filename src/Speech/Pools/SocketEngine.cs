using System.Buffers;
using System.Net.WebSockets;
using Switchboard.Grains.Speech.Engines;

namespace Switchboard.Speech.Pools;

/// <summary>
/// What nodes that are reached by a WebSocket have in common: whole text messages in a pooled buffer, pings that find a frozen node, and
/// one kind of exception for everything that breaks.
/// </summary>
internal sealed class SocketEngine(ClientWebSocket socket, string node) : IDisposable
{
    private const int FirstBuffer = 4 * 1024;
    private const int LargestMessage = 4 * 1024 * 1024;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);

    /// <summary>A socket that is not yet connected.</summary>
    public static ClientWebSocket Prepare(TimeSpan ping)
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = ping;
        socket.Options.KeepAliveTimeout = ping;
        return socket;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(message, type, WebSocketMessageFlags.EndOfMessage, cancellationToken);
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            throw Failed(error);
        }
    }

    /// <summary>The next text message; empty after a close in good order.</summary>
    public async ValueTask<Memory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = _buffer ?? throw new ObjectDisposedException(nameof(SocketEngine));
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                buffer = Grow(buffer, length);
            }

            ValueWebSocketReceiveResult part;
            try
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            }
            catch (Exception error) when (IsFault(error, cancellationToken))
            {
                throw Failed(error);
            }

            if (part.MessageType == WebSocketMessageType.Close)
            {
                return Closed();
            }

            if (part.MessageType == WebSocketMessageType.Binary)
            {
                throw new EngineFailedException($"engine node {node} sent a binary message; its messages are JSON");
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return buffer.AsMemory(0, length);
            }
        }
    }

    public void Dispose()
    {
        // Nothing is said to the node: whoever leaves in good order has sent what ends a stream and has read all of its answer.
        socket.Abort();
        socket.Dispose();
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Memory<byte> Closed() => socket.CloseStatus switch
    {
        WebSocketCloseStatus.NormalClosure => default,
        WebSocketCloseStatus.PolicyViolation or WebSocketCloseStatus.InvalidPayloadData =>
            throw new EngineRefusedAudioException(socket.CloseStatusDescription ?? ""),
        var status => throw new EngineFailedException($"engine node {node} closed with {(int?)status}: {socket.CloseStatusDescription}"),
    };

    private byte[] Grow(byte[] buffer, int length)
    {
        if (length >= LargestMessage)
        {
            throw new EngineFailedException($"engine node {node} sent a message of more than {LargestMessage} bytes");
        }

        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return _buffer = larger;
    }

    private EngineFailedException Failed(Exception error) => new($"engine node {node} broke off: {error.Message}", error);

    private static bool IsFault(Exception error, CancellationToken cancellationToken) =>
        error is WebSocketException or IOException or InvalidOperationException or ObjectDisposedException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
