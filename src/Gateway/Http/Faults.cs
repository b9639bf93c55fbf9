using Microsoft.AspNetCore.Http;
using Orleans.Runtime;
using Switchboard.Grains.EventStore;

namespace Switchboard.Gateway.Http;

/// <summary>What the client is told about an exception: nothing of its inside, but what to do.</summary>
internal static class Faults
{
    private const int ClientClosedRequest = 499;

    public static async ValueTask AnswerAsync(HttpContext http, ApiRequest request, Exception exception, GatewayFrame frame)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = ClientClosedRequest;
            return;
        }

        var error = Explain(http, request, exception, frame);
        if (http.Response.HasStarted)
        {
            // Half an answer is out: only a cut connection tells the client that it is not whole.
            http.Abort();
            return;
        }

        await request.RefuseAsync(error);
    }

    /// <summary>What a client is told while the database is away.</summary>
    public static ApiError Unavailable(GatewayFrame frame) => Unavailable("the database cannot be reached", frame);

    private static ApiError Explain(HttpContext http, ApiRequest request, Exception exception, GatewayFrame frame)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return new ApiError(bad.StatusCode, ErrorShape.Status, "Bad Request", "the request's body could not be read to its end");
            case StorageUnavailableException:
                frame.Logger.StorageUnavailable(request.Id, http.Request.Method, exception.Message);
                return Unavailable(frame);
            case TimeoutException or OperationCanceledException or OrleansException:
                frame.Logger.NoAnswerInTime(request.Id, http.Request.Method, exception);
                return Unavailable("the work was not finished in time", frame);
            default:
                frame.Logger.Unexpected(request.Id, http.Request.Method, exception);
                return new ApiError(
                    StatusCodes.Status500InternalServerError,
                    ErrorShape.Status,
                    "Internal Server Error",
                    $"something went wrong here; name request {request.Id} to whoever runs this service");
        }
    }

    private static ApiError Unavailable(string what, GatewayFrame frame)
    {
        var seconds = (int)Math.Ceiling(frame.Options.RetryAfter.TotalSeconds);
        return new ApiError(
            StatusCodes.Status503ServiceUnavailable,
            ErrorShape.Status,
            "Service Unavailable",
            $"{what}, so it is not known whether a change was made; read it again, or repeat the request with the same "
            + $"Idempotency-Key, after {seconds} s")
        {
            RetryAfterSeconds = seconds,
        };
    }
}
