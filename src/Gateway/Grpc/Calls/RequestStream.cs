using Google.Protobuf;
using Grpc.Core;

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

/// <summary>The messages to a client that listens. Several tasks may write; each message is written whole.</summary>
internal sealed class ResponseStream<T>(RpcCall call) : IServerStreamWriter<T>
    where T : class, IMessage
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message, CancellationToken cancellationToken) =>
        call.WriteAsync(message, WriteOptions ?? call.WriteOptions, cancellationToken);
}
