using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Pools.Wires;

namespace Switchboard.Speech.Pools;

/// <summary>
/// What nodes that are reached by a WebSocket have in common: text messages, and one kind of exception for everything that breaks.
/// </summary>
internal sealed class SocketEngine(EngineWire wire, string node) : IDisposable
{
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, FrameKind kind, CancellationToken cancellationToken)
    {
        ValueTask sending;
        try
        {
            sending = wire.SendAsync(kind, message, cancellationToken);
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            throw Failed(error);
        }

        return sending.IsCompletedSuccessfully ? ValueTask.CompletedTask : SentAsync(sending, cancellationToken);
    }

    /// <summary>The next text message; empty after a close in good order.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Memory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        EngineWireMessage? message;
        try
        {
            message = await wire.ReceiveAsync(cancellationToken);
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            throw Failed(error);
        }

        return message switch
        {
            null => Closed(),
            { IsText: true, Payload: var payload } => payload,
            _ => throw new EngineFailedException($"engine node {node} sent a binary message; its messages are JSON"),
        };
    }

    // Nothing is said to the node: whoever leaves in good order has sent what ends a stream and has read all of its answer.
    public void Dispose() => wire.Dispose();

    private async ValueTask SentAsync(ValueTask sending, CancellationToken cancellationToken)
    {
        try
        {
            await sending;
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            throw Failed(error);
        }
    }

    private Memory<byte> Closed() => (WebSocketCloseStatus?)wire.CloseCode switch
    {
        WebSocketCloseStatus.NormalClosure => default,
        WebSocketCloseStatus.PolicyViolation or WebSocketCloseStatus.InvalidPayloadData => throw new EngineRefusedAudioException(wire.CloseReason),
        var status => throw new EngineFailedException($"engine node {node} closed with {(int?)status}: {wire.CloseReason}"),
    };

    private EngineFailedException Failed(Exception error) => new($"engine node {node} broke off: {error.Message}", error);

    private static bool IsFault(Exception error, CancellationToken cancellationToken) =>
        error is WebSocketException or SocketException or IOException or InvalidOperationException or ObjectDisposedException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
