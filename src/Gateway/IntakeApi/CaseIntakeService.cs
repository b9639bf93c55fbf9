using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.CaseApi;
using Switchboard.Gateway.Grpc.Binding;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.IntakeApi.Messages;

namespace Switchboard.Gateway.IntakeApi;

/// <summary>The service <c>switchboard.intake.v1.CaseIntake</c>: the operations of REST, and a stream of the same.</summary>
internal sealed class CaseIntakeService(IServiceProvider provider, GatewayFrame frame) : IRpcServices
{
    /// <summary>Alerts of one stream that are on their way at once; further ones wait, which holds the client back.</summary>
    private const int Together = 256;

    private readonly Lazy<(ApiOperation Operation, ApiPipeline Pipeline, RequestBinding Binding)> _submit = new(() =>
    {
        var operation = OperationsOf(provider).Single(static one => one.Id == "SubmitAlert");
        return (operation, new ApiPipeline(operation, frame), new RequestBinding(SubmitRequest.Descriptor, operation));
    });

    public IEnumerable<RpcService> Services
    {
        get
        {
            var declaration = IntakeReflection.Descriptor.Services[0];
            return [RpcService.Of(declaration, this, new OperationMethods(OperationsOf(provider), frame).Of(declaration))];
        }
    }

    /// <summary>Alerts one after another.</summary>
    public async Task SubmitStream(IAsyncStreamReader<SubmitRequest> requests, IServerStreamWriter<SubmitStreamResponse> responses, ServerCallContext context)
    {
        var answers = Channel.CreateBounded<Task<SubmitStreamResponse>>(new BoundedChannelOptions(Together) { SingleReader = true, SingleWriter = true });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var taking = TakeAsync(requests, answers.Writer, context, ended.Token);
        try
        {
            await foreach (var answer in answers.Reader.ReadAllAsync(context.CancellationToken))
            {
                await responses.WriteAsync(await answer);
            }
        }
        finally
        {
            // They use the connection's headers, also when the client is gone.
            await ended.CancelAsync();
            await taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (answers.Reader.TryRead(out var left))
            {
                await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await taking;
    }

    private async Task TakeAsync(
        IAsyncStreamReader<SubmitRequest> requests, ChannelWriter<Task<SubmitStreamResponse>> answers, ServerCallContext context, CancellationToken cancellationToken)
    {
        var http = context.GetHttpContext();
        var id = RequestIds.Of(http.Request.Headers);
        try
        {
            for (var row = 0L; await requests.MoveNext(cancellationToken); row++)
            {
                await answers.WriteAsync(SubmitAsync(http, id, row, requests.Current, context.CancellationToken), cancellationToken);
            }
        }
        finally
        {
            answers.Complete();
        }
    }

    private async Task<SubmitStreamResponse> SubmitAsync(HttpContext http, string id, long row, SubmitRequest alert, CancellationToken cancellationToken)
    {
        var (operation, pipeline, binding) = _submit.Value;
        var request = new Row(http, operation, $"{id}.{row}", row, binding, alert, cancellationToken);
        await pipeline.RunAsync(http, request);
        if (request.Answer is { } taken)
        {
            return new SubmitStreamResponse { Row = row, Taken = SubmitResponse.Parser.ParseFrom(taken.Bytes.Span) };
        }

        if (request.Refusal is not { } error)
        {
            throw new RpcException(Status.DefaultCancelled);
        }

        // A sender that is not let in need not go on.
        var refusal = RpcRefusal.Of(error, request.Id);
        return refusal.StatusCode == StatusCode.Unauthenticated
            ? throw refusal
            : new SubmitStreamResponse { Row = row, Code = (int)refusal.StatusCode, Message = refusal.Status.Detail };
    }

    private static IEnumerable<ApiOperation> OperationsOf(IServiceProvider provider) =>
        provider.GetServices<IApiOperations>().SelectMany(static group => group.Operations);

    /// <summary>One alert as a request. Alerts are taken at once, so that none may touch the headers of the answer they share.</summary>
    private sealed class Row(
        HttpContext http, ApiOperation operation, string id, long row, RequestBinding binding, SubmitRequest message, CancellationToken aborted)
        : RpcRequest(http, operation, id, binding, message, SubmitResponse.Descriptor, aborted)
    {
        public override IHeaderDictionary ResponseHeaders { get; } = new HeaderDictionary();

        public override string? IdempotencyKey => base.IdempotencyKey is { Length: > 0 } key ? $"{key}.{row}" : null;
    }
}
