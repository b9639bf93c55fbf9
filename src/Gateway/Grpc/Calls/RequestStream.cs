using Google.Protobuf;
using Grpc.Core;
using Switchboard.Gateway.Grpc.Frames;

namespace Switchboard.Gateway.Grpc.Calls;

/// <summary>The messages of a client that streams.</summary>
internal sealed class RequestStream<T>(RpcCall call) : IAsyncStreamReader<T>
    where T : class, IMessage
{
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("No message was read yet, or there are no more.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        _current = (T?)await call.ReadAsync(cancellationToken);
        return _current is not null;
    }
}

/// <summary>Takes messages that are there as bytes, which one message to many clients is.</summary>
internal interface IEncodedWriter
{
    /// <summary>Sends a message of the method's type; see <see cref="IServerStreamWriter{T}.WriteAsync(T, CancellationToken)"/>.</summary>
    Task WriteAsync(EncodedMessage message, CancellationToken cancellationToken);
}

/// <summary>The messages to a client that listens. Several tasks may write; each message is written whole.</summary>
internal sealed class ResponseStream<T>(RpcCall call) : IServerStreamWriter<T>, IEncodedWriter
    where T : class, IMessage
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message, CancellationToken cancellationToken) =>
        call.WriteAsync(message, WriteOptions ?? call.WriteOptions, cancellationToken);

    public Task WriteAsync(EncodedMessage message, CancellationToken cancellationToken) =>
        call.WriteAsync(message, WriteOptions ?? call.WriteOptions, cancellationToken);
}
