using System.Net.WebSockets;
using Switchboard.Gateway.CaseStreams;

namespace Switchboard.Gateway.Tests.CaseStreams;

public sealed class WebSocketTransportTests
{
    [Fact]
    public async Task A_stream_that_ends_while_a_message_is_on_its_way_waits_no_longer_and_does_not_cut_its_client_off()
    {
        using var socket = new SlowSocket();
        var transport = new WebSocketTransport(socket);
        using var ended = new CancellationTokenSource();
        var sending = transport.ReadyAsync("1", ended.Token).AsTask();

        await ended.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(sending);
        socket.State.ShouldBe(WebSocketState.CloseReceived);
        await transport.EndAsync(StreamEnd.ClientLeft, TestContext.Current.CancellationToken);
        socket.State.ShouldBe(WebSocketState.Closed);
    }

    /// <summary>A socket whose client has said that it closes, and whose sends do not come to an end; one that is cancelled cuts it, as the framework's do.</summary>
    private sealed class SlowSocket : WebSocket
    {
        private WebSocketState _state = WebSocketState.CloseReceived;

        public override WebSocketCloseStatus? CloseStatus => WebSocketCloseStatus.NormalClosure;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => _state;

        public override string? SubProtocol => null;

        public override void Abort() => _state = WebSocketState.Aborted;

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
        {
            _state = WebSocketState.Closed;
            return Task.CompletedTask;
        }

        public override void Dispose()
        {
        }

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override async Task SendAsync(
            ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
        {
            await using var cut = cancellationToken.Register(Abort);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }
}
