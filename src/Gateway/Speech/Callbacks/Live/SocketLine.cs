using System.Net.WebSockets;

namespace Switchboard.Gateway.Speech.Callbacks.Live;

/// <summary>A WebSocket to the receiver: each message is a text message. What the receiver says is not listened to.</summary>
internal sealed class SocketLine : ICallbackLine
{
    private static readonly TimeSpan AliveInterval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly ClientWebSocket _socket;
    private readonly CallbackInstruments _instruments;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    private SocketLine(ClientWebSocket socket, CallbackInstruments instruments, TimeSpan timeout, TimeProvider time)
    {
        (_socket, _instruments, _timeout, _time) = (socket, instruments, timeout, time);
        Gone = ReadAsync();
    }

    public Task Gone { get; }

    /// <summary>Opens one.</summary>
    /// <param name="address">The receiver's address, without a password.</param>
    /// <param name="headers">Headers of the opening request.</param>
    /// <param name="invoker">What connects.</param>
    /// <param name="instruments">Counts messages.</param>
    /// <param name="timeout">How long the receiver may take to agree, and to take a message.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WebSocketException">The receiver cannot be reached, or does not agree.</exception>
    /// <exception cref="OperationCanceledException">It took too long, or the caller gave up.</exception>
    public static async Task<SocketLine> ConnectAsync(
        Uri address,
        IEnumerable<(string Name, string Value)> headers,
        HttpMessageInvoker invoker,
        CallbackInstruments instruments,
        TimeSpan timeout,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.KeepAliveInterval = AliveInterval;
            socket.Options.KeepAliveTimeout = AliveInterval;
            foreach (var (name, value) in headers)
            {
                socket.Options.SetRequestHeader(name, value);
            }

            using var limit = new CancellationTokenSource(timeout, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await socket.ConnectAsync(address, invoker, both.Token);
            return new SocketLine(socket, instruments, timeout, time);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, both.Token);
            _instruments.Count("live_delivered");
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CallbackLostException($"the receiver has read nothing for {_timeout}", error);
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException)
        {
            throw new CallbackLostException($"the receiver is gone: {error.Message}", error);
        }
    }

    public async Task CloseAsync(int code, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.CloseOutputAsync((WebSocketCloseStatus)code, null, cancellationToken);
            await Gone.WaitAsync(CloseTimeout, _time, cancellationToken);
        }
        catch (Exception error) when (error is WebSocketException or TimeoutException or IOException or ObjectDisposedException)
        {
            // It has all there is; how it says good-bye is its own affair.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await Gone;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        var buffer = new byte[256];
        try
        {
            while ((await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                // Not listened to.
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // Gone without a word.
        }
    }
}
