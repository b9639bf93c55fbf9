using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Hosting;

namespace Switchboard.Gateway.Grpc.Health;

/// <summary>
/// Answers whether calls may come: as soon as everything has started, and no longer once the process has been told to stop. What is
/// behind it (the databases) is told by <c>/health/ready</c>.
/// </summary>
internal sealed class HealthService(ServedNames served, IHostApplicationLifetime lifetime)
{
    public Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => served.Knows(request.Service)
        ? Task.FromResult(Present())
        : throw new RpcException(new Status(StatusCode.NotFound, "there is no such service here; reflection lists those that there are"));

    public async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responses, ServerCallContext context)
    {
        if (!served.Knows(request.Service))
        {
            // It may come with the next release: the protocol asks for the stream to stay open.
            await responses.WriteAsync(
                new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.ServiceUnknown }, context.CancellationToken);
            await UntilAsync(lifetime.ApplicationStopping, context.CancellationToken);
            return;
        }

        if (!lifetime.ApplicationStarted.IsCancellationRequested)
        {
            await responses.WriteAsync(Present(), context.CancellationToken);
            await UntilAsync(lifetime.ApplicationStarted, context.CancellationToken);
        }

        await responses.WriteAsync(Present(), context.CancellationToken);
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await UntilAsync(lifetime.ApplicationStopping, context.CancellationToken);
            await responses.WriteAsync(Present(), context.CancellationToken);
        }
    }

    private HealthCheckResponse Present() => new()
    {
        Status = lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResponse.Types.ServingStatus.Serving
            : HealthCheckResponse.Types.ServingStatus.NotServing,
    };

    private static async Task UntilAsync(CancellationToken occasion, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (occasion.Register(reached.SetResult))
        {
            await reached.Task.WaitAsync(cancellationToken);
        }
    }
}
