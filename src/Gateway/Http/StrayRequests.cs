using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Switchboard.Gateway.Http;

/// <summary>Answers requests that no operation takes.</summary>
internal static class StrayRequests
{
    public static Task NotFoundAsync(HttpContext http) => AnswerAsync(http, new ApiError(
        StatusCodes.Status404NotFound,
        ErrorShape.Status,
        "Not Found",
        $"there is no {http.Request.Method} {Quoted.Cut(http.Request.Path.Value ?? "/")}; "
        + $"{OpenApi.DocumentationPage.PagePath} shows what there is"));

    public static Task MethodNotAllowedAsync(HttpContext http, string allowed)
    {
        http.Response.Headers.Allow = allowed;
        return AnswerAsync(http, new ApiError(
            StatusCodes.Status405MethodNotAllowed,
            ErrorShape.Status,
            "Method Not Allowed",
            $"{Quoted.Cut(http.Request.Path.Value ?? "/")} takes {allowed}"));
    }

    private static async Task AnswerAsync(HttpContext http, ApiError error)
    {
        SecurityHeaders.SetForData(http.Response.Headers);
        http.Response.Headers[RequestIds.Header] = RequestIds.Of(http.Request.Headers);
        http.Response.StatusCode = error.Status;
        http.Response.ContentType = MediaTypes.JsonApi;
        var body = ReplyBuffer.Render(error, ApiError.Write);
        http.Response.ContentLength = body.Length;
        http.Response.BodyWriter.Write(body);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
