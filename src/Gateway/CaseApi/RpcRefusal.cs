using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Switchboard.Commands;
using Switchboard.Gateway.Grpc.Frames;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.CaseApi;

/// <summary>
/// A refusal as gRPC says it: the code from the one table below, the texts that REST sends, and the same for programs as
/// <c>google.rpc.ErrorInfo</c>, <c>RequestInfo</c> and, where trying again helps, <c>RetryInfo</c>.
/// </summary>
internal static class RpcRefusal
{
    private const string Domain = "switchboard";

    /// <summary>The code of a refusal: by what the domain said, else by the HTTP status that REST answers with.</summary>
    public static StatusCode CodeOf(ApiError error) => (error.Kind, error.Status) switch
    {
        (ErrorKind.NotFound, _) => StatusCode.NotFound,
        (ErrorKind.Conflict, _) => StatusCode.FailedPrecondition,
        (ErrorKind.Forbidden, _) => StatusCode.PermissionDenied,
        (_, 400 or 415 or 422) => StatusCode.InvalidArgument,
        (_, 401) => StatusCode.Unauthenticated,
        (_, 403) => StatusCode.PermissionDenied,
        (_, 404) => StatusCode.NotFound,
        (_, 409) => StatusCode.Aborted,
        (_, 413 or 429) => StatusCode.ResourceExhausted,
        (_, 503) => StatusCode.Unavailable,
        _ => StatusCode.Internal,
    };

    /// <summary>The exception that ends a call with a refusal.</summary>
    public static RpcException Of(ApiError error, string requestId)
    {
        var code = CodeOf(error);
        var message = error.Detail is null ? error.Title : $"{error.Title}: {error.Detail}";
        var info = new ErrorInfo { Reason = ReasonOf(error), Domain = Domain };
        info.Metadata["http_status"] = error.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (error.MetaKey is not null)
        {
            info.Metadata["key"] = error.MetaKey;
        }

        var rich = new global::Google.Rpc.Status { Code = (int)code, Message = message };
        rich.Details.Add(Any.Pack(info));
        rich.Details.Add(Any.Pack(new RequestInfo { RequestId = requestId }));
        if (error.RetryAfterSeconds is { } seconds)
        {
            rich.Details.Add(Any.Pack(new RetryInfo { RetryDelay = new Duration { Seconds = seconds } }));
        }

        return new RpcException(
            new global::Grpc.Core.Status(code, message), new Metadata { { ProtocolHeaders.StatusDetails, rich.ToByteArray() } });
    }

    private static string ReasonOf(ApiError error) => (error.Kind?.ToString() ?? error.Title) switch
    {
        var words => string.Concat(words.Select((letter, index) =>
            letter == ' ' ? "_" : char.IsAsciiLetterUpper(letter) && index > 0 && char.IsAsciiLetterLower(words[index - 1])
                ? $"_{letter}"
                : char.ToUpperInvariant(letter).ToString())),
    };
}
