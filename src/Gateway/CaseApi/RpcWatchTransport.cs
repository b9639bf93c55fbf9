using Grpc.Core;
using Switchboard.Gateway.CaseApi.Answers;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.CaseStreams;
using Switchboard.Gateway.Grpc.Calls;
using Switchboard.Gateway.Grpc.Frames;

namespace Switchboard.Gateway.CaseApi;

/// <summary>The messages of a case stream as gRPC messages. One is held back until it is known whether another follows at once.</summary>
internal sealed class RpcWatchTransport(IServerStreamWriter<CaseWatchMessage> responses) : IStreamTransport
{
    private static readonly WriteOptions MoreFollows = new(WriteFlags.BufferHint);

    // Small answers outgrow a connection's buffers too when nobody reads them.
    private const int FlushEvery = 16;

    private readonly IEncodedWriter _encoded = (IEncodedWriter)responses;
    private EncodedMessage? _held;
    private int _unsent;

    /// <summary>Why the server ended the stream; null while it has not.</summary>
    public StreamEnd? End { get; private set; }

    public async ValueTask EventAsync(StreamedEvent streamed, bool inQuery, CancellationToken cancellationToken)
    {
        if (_held is not null)
        {
            responses.WriteOptions = ++_unsent % FlushEvery == 0 ? null : MoreFollows;
            await _encoded.WriteAsync(_held, cancellationToken);
        }

        _held = streamed.Shape(inQuery, static (one, inside) => EncodedAnswer.Of(one, inside));
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_held is { } last)
        {
            _held = null;
            responses.WriteOptions = null;
            await _encoded.WriteAsync(last, cancellationToken);
        }
    }

    public ValueTask ReadyAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(new CaseWatchMessage { Position = id, Ready = new WatchReady() }, cancellationToken);

    public ValueTask HeartbeatAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(new CaseWatchMessage { Position = id, Heartbeat = new WatchHeartbeat() }, cancellationToken);

    public ValueTask ResetAsync(string id, string reason, CancellationToken cancellationToken) =>
        SendAsync(new CaseWatchMessage { Position = id, Reset = new WatchReset { Reason = reason } }, cancellationToken);

    public ValueTask EndAsync(StreamEnd end, CancellationToken cancellationToken)
    {
        End = end;
        return ValueTask.CompletedTask;
    }

    /// <summary>The status of a stream that the server ended.</summary>
    public static Status StatusOf(StreamEnd end) => end switch
    {
        StreamEnd.ClientLeft => Status.DefaultCancelled,
        StreamEnd.AccessEnded => new Status(StatusCode.Unauthenticated, StreamWords.Detail(end)),
        StreamEnd.TooSlow => new Status(StatusCode.ResourceExhausted, StreamWords.Detail(end)),
        _ => new Status(StatusCode.Unavailable, StreamWords.Detail(end)),
    };

    private async ValueTask SendAsync(CaseWatchMessage message, CancellationToken cancellationToken)
    {
        responses.WriteOptions = null;
        await responses.WriteAsync(message, cancellationToken);
    }
}
