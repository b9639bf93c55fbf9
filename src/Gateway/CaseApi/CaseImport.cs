using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.CaseApi;

/// <summary>
/// Opens the cases that a client sends one after another, several at once, each as CreateCase would: with its permission, its limits, its
/// checks. A refused row leaves the others. With an idempotency key each row has one of its own, so that an import can be sent again.
/// </summary>
internal sealed class CaseImport(ApiOperation operation, GatewayFrame frame)
{
    /// <summary>The most rows of one call.</summary>
    public const int MostRows = 100_000;

    private const int Together = 64;

    private readonly ApiPipeline _pipeline = new(operation, frame);
    private readonly RequestBinding _binding = new(CreateCaseRequest.Descriptor, operation);

    public async Task<ImportCasesResponse> RunAsync(IAsyncStreamReader<ImportCasesRequest> rows, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var id = RequestIds.Of(http.Request.Headers);
        var results = new List<Task<ImportResult>>();
        var truncated = false;
        using var room = new SemaphoreSlim(Together);
        try
        {
            while (await rows.MoveNext(context.CancellationToken))
            {
                if (results.Count == MostRows)
                {
                    truncated = true;
                    break;
                }

                await room.WaitAsync(context.CancellationToken);
                results.Add(OpenAsync(http, id, results.Count, rows.Current, room, context.CancellationToken));
            }
        }
        finally
        {
            // They use the connection's headers and the semaphore, also when the client is gone.
            await Task.WhenAll(results);
        }

        var response = new ImportCasesResponse { Truncated = truncated };
        response.Results.AddRange(results.Select(static one => one.Result));
        response.Created = response.Results.Count(static one => one.Code == 0);
        response.Refused = response.Results.Count - response.Created;
        return response;
    }

    private async Task<ImportResult> OpenAsync(
        HttpContext http, string id, int row, ImportCasesRequest given, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        try
        {
            var request = new Row(http, operation, $"{id}.{row}", row, _binding, given.Case ?? new CreateCaseRequest(), cancellationToken);
            await _pipeline.RunAsync(http, request);
            var result = new ImportResult { Row = row, Reference = given.Reference };
            if (request.Answer is Case opened)
            {
                (result.CaseId, result.CaseKey) = (opened.Id, opened.Key);
            }
            else
            {
                var refusal = request.Refusal is { } error ? RpcRefusal.Of(error, request.Id).Status : Status.DefaultCancelled;
                (result.Code, result.Message) = ((int)refusal.StatusCode, refusal.Detail);
            }

            return result;
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>One row as a request. Rows run at once, so that none may touch the headers of the answer they share.</summary>
    private sealed class Row(
        HttpContext http, ApiOperation operation, string id, int row, RequestBinding binding, IMessage message, CancellationToken aborted)
        : RpcRequest(http, operation, id, binding, message, Case.Descriptor, aborted)
    {
        public override IHeaderDictionary ResponseHeaders { get; } = new HeaderDictionary();

        public override string? IdempotencyKey => base.IdempotencyKey is { Length: > 0 } key ? $"{key}.{row}" : null;
    }
}
