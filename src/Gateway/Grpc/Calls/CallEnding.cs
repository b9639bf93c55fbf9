using System.Globalization;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Switchboard.Gateway.Grpc.Frames;

namespace Switchboard.Gateway.Grpc.Calls;

/// <summary>Puts a status and trailers where the client looks for them.</summary>
internal static class CallEnding
{
    private static readonly string[] Codes = [.. Enumerable.Range(0, 17).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    /// <summary>
    /// Ends an answer: in the headers when nothing was written (trailers-only), else in HTTP/2 trailers, or for gRPC-Web in a last frame.
    /// </summary>
    public static void Write(HttpContext http, CallFormat format, MessageWriter writer, Status status, Metadata trailers)
    {
        if (!writer.HasWritten && !http.Response.HasStarted)
        {
            Append(http.Response.Headers, status, trailers);
        }
        else if (format == CallFormat.Grpc)
        {
            Append(http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, status, trailers);
        }
        else
        {
            var lines = new HeaderDictionary();
            Append(lines, status, trailers);
            var text = new StringBuilder();
            foreach (var (name, values) in lines)
            {
                foreach (var value in values)
                {
                    text.Append(name).Append(": ").Append(value).Append("\r\n");
                }
            }

            writer.WriteTrailers(Encoding.ASCII.GetBytes(text.ToString()));
        }
    }

    private static void Append(IHeaderDictionary target, Status status, Metadata trailers)
    {
        target[ProtocolHeaders.Status] = Codes[(int)status.StatusCode];
        if (status.Detail.Length > 0)
        {
            target[ProtocolHeaders.Message] = StatusText.Encode(status.Detail);
        }

        MetadataHeaders.Append(target, trailers);
    }
}
