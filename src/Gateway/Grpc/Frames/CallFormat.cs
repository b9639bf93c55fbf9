using Microsoft.AspNetCore.Http;

namespace Switchboard.Gateway.Grpc.Frames;

/// <summary>How messages travel: as gRPC over HTTP/2, or as gRPC-Web over any HTTP, binary or in base64.</summary>
internal enum CallFormat
{
    /// <summary>gRPC, trailers in HTTP/2 trailers.</summary>
    Grpc = 0,

    /// <summary>gRPC-Web, trailers in a last frame of the body.</summary>
    Web = 1,

    /// <summary>gRPC-Web, the body in base64.</summary>
    WebText = 2,
}

/// <summary>Media types of gRPC.</summary>
internal static class CallFormats
{
    private const string Native = "application/grpc";
    private const string Web = "application/grpc-web";
    private const string WebText = "application/grpc-web-text";

    /// <summary>Whether a request is one of gRPC, in whichever format and version of HTTP.</summary>
    public static bool IsGrpc(HttpRequest request) => TryOf(request.ContentType, out _);

    /// <summary>The format of a content type; messages are protobuf, which may be said (<c>+proto</c>) or not.</summary>
    public static bool TryOf(string? contentType, out CallFormat format)
    {
        var type = contentType.AsSpan();
        var parameters = type.IndexOf(';');
        type = (parameters < 0 ? type : type[..parameters]).Trim();
        if (type.EndsWith("+proto", StringComparison.OrdinalIgnoreCase))
        {
            type = type[..^"+proto".Length];
        }

        format = type.Equals(WebText, StringComparison.OrdinalIgnoreCase) ? CallFormat.WebText
            : type.Equals(Web, StringComparison.OrdinalIgnoreCase) ? CallFormat.Web
            : CallFormat.Grpc;
        return format != CallFormat.Grpc || type.Equals(Native, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The content type of answers.</summary>
    public static string MediaTypeOf(CallFormat format) => format switch
    {
        CallFormat.Grpc => Native,
        CallFormat.Web => $"{Web}+proto",
        _ => $"{WebText}+proto",
    };
}
