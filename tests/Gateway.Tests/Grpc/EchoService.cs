using Google.Protobuf;
using Grpc.Core;
using Switchboard.Gateway.Tests.Grpc.Protos;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>Echoes, and does the mischief that a request asks for.</summary>
internal sealed class EchoService
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A method that was asked to wait has begun to.</summary>
    public Task Entered => _entered.Task;

    /// <summary>The cancellation token of a method that was asked to wait was cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>Lets a method go that ignores cancellation.</summary>
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<EchoReply> Unary(EchoRequest request, ServerCallContext context)
    {
        switch (request.Mischief)
        {
            case "wait":
                await WaitAsync(context);
                break;
            case "ignore":
                _entered.TrySetResult();
                await Release.Task;
                break;
            case "refuse":
                throw new RpcException(
                    new global::Grpc.Core.Status(StatusCode.NotFound, "kein Fall „x“ 100%\n"),
                    new Metadata
                    {
                        { "grpc-status-details-bin", new global::Google.Rpc.Status { Code = 5, Message = "rich" }.ToByteArray() },
                        { "x-why", "none" },
                    });
            case "throw":
                throw new InvalidOperationException("the inside of the server");
            case "status":
                context.Status = new global::Grpc.Core.Status(StatusCode.DataLoss, "set");
                break;
            case "metadata":
                await context.WriteResponseHeadersAsync([new Metadata.Entry("x-first", "1"), new Metadata.Entry("x-raw-bin", [0, 255, 7])]);
                context.ResponseTrailers.Add("x-last", context.RequestHeaders.GetValue("x-ask") ?? "");
                context.ResponseTrailers.Add("x-echo-bin", context.RequestHeaders.GetValueBytes("x-ask-bin") ?? []);
                break;
            case "large":
                return new EchoReply { Text = new string('x', request.Times) };
        }

        return new EchoReply { Text = request.Text };
    }

    public async Task<EchoReply> Collect(IAsyncStreamReader<EchoRequest> requests, ServerCallContext context)
    {
        var texts = new List<string>();
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
        {
            if (request.Mischief == "stop")
            {
                throw new RpcException(new global::Grpc.Core.Status(StatusCode.Aborted, "enough"));
            }

            texts.Add(request.Text);
        }

        return new EchoReply { Text = string.Join(',', texts) };
    }

    public async Task Repeat(EchoRequest request, IServerStreamWriter<EchoReply> replies, ServerCallContext context)
    {
        for (var i = 0; i < request.Times; i++)
        {
            await replies.WriteAsync(new EchoReply { Text = $"{request.Text}{i}" }, context.CancellationToken);
        }

        switch (request.Mischief)
        {
            case "refuse":
                throw new RpcException(new global::Grpc.Core.Status(StatusCode.Aborted, "after some"));
            case "wait":
                await WaitAsync(context);
                break;
            case "flood":
                try
                {
                    while (true)
                    {
                        await replies.WriteAsync(new EchoReply { Text = new string('x', 64 * 1024) }, context.CancellationToken);
                        _entered.TrySetResult();
                    }
                }
                finally
                {
                    _cancelled.TrySetResult();
                }
        }
    }

    public async Task Chat(IAsyncStreamReader<EchoRequest> requests, IServerStreamWriter<EchoReply> replies, ServerCallContext context)
    {
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
        {
            await replies.WriteAsync(new EchoReply { Text = request.Text }, context.CancellationToken);
        }
    }

    private async Task WaitAsync(ServerCallContext context)
    {
        _entered.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
        }
        finally
        {
            _cancelled.TrySetResult();
        }
    }
}
