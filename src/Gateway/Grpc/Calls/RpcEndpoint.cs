using System.Diagnostics;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Switchboard.Gateway.Grpc.Binding;
using Switchboard.Gateway.Grpc.Frames;

namespace Switchboard.Gateway.Grpc.Calls;

/// <summary>The way of a call: what the protocol asks for, the method, and what becomes of everything that can go wrong.</summary>
internal sealed class RpcEndpoint(RpcMethod method, RpcFrame frame)
{
    private readonly GrpcInstruments.MethodMeter _meter = frame.Instruments.Of(method.FullName);

    public async Task InvokeAsync(HttpContext http)
    {
        if (!Admits(http, out var format))
        {
            return;
        }

        var started = frame.Time.GetTimestamp();
        _meter.Begin();
        Prepare(http, format);
        var encoding = http.Request.Headers[ProtocolHeaders.Encoding] is [{ Length: > 0 } named, ..] ? named : Compression.Identity;
        using var call = new RpcCall(http, method, format, Compression.IsKnown(encoding) ? encoding : Compression.Identity, _meter, frame);
        try
        {
            await ServeAsync(http, call, encoding);
        }
        finally
        {
            await call.StopExpiryAsync();
            Describe(http, call.Outcome);
            _meter.End(call.Outcome, frame.Time.GetElapsedTime(started));
        }
    }

    private async Task ServeAsync(HttpContext http, RpcCall call, string encoding)
    {
        if (!Compression.IsKnown(encoding))
        {
            await call.EndAsync(new Status(StatusCode.Unimplemented, $"messages compressed with {encoding} cannot be read; {Compression.Accepted} can"));
            return;
        }

        if (!CallTimeout.TryRead(http.Request.Headers[ProtocolHeaders.Timeout], out var timeout))
        {
            await call.EndAsync(new Status(StatusCode.Internal, $"{ProtocolHeaders.Timeout} is no timeout; it has 1 to 8 digits and one of H, M, S, m, u, n"));
            return;
        }

        try
        {
            if (timeout is { } limit)
            {
                call.ExpireAfter(limit);
            }

            await method.InvokeAsync(call);
            await call.EndAsync(call.Status);
        }
        catch (RpcException refused)
        {
            await call.EndAsync(refused.Status, refused.Trailers);
        }
        catch (Exception error)
        {
            await call.EndAsync(StatusOf(error, http, call));
        }
    }

    private Status StatusOf(Exception error, HttpContext http, RpcCall call)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            return Status.DefaultCancelled;
        }

        switch (error)
        {
            case OperationCanceledException when call.CancellationToken.IsCancellationRequested:
                return call.Expired ? new Status(StatusCode.DeadlineExceeded, "the deadline has passed") : Status.DefaultCancelled;
            case BadHttpRequestException or InvalidDataException:
                return new Status(StatusCode.Internal, "the request's body could not be read to its end");
            default:
                frame.Logger.CallFailed(method.FullName, GrpcInstruments.NameOf(StatusCode.Unknown), error);
                return new Status(StatusCode.Unknown, "something went wrong here; the server's log says what");
        }
    }

    private static bool Admits(HttpContext http, out CallFormat format)
    {
        if (!CallFormats.TryOf(http.Request.ContentType, out format))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        if (format == CallFormat.Grpc && !HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "h2c";
            return false;
        }

        return true;
    }

    private void Prepare(HttpContext http, CallFormat format)
    {
        // A stream may be silent for hours, and bodies are bounded by the message.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        http.Response.ContentType = CallFormats.MediaTypeOf(format);
        http.Response.Headers[ProtocolHeaders.AcceptEncoding] = Compression.Accepted;
        http.Response.Headers.CacheControl = "no-store";
        if (format != CallFormat.Grpc)
        {
            frame.Origins.Mark(http);
        }
    }

    /// <summary>Gives the server's span what tells calls apart (OpenTelemetry semantic conventions for gRPC servers).</summary>
    private void Describe(HttpContext http, StatusCode outcome)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            return;
        }

        span.DisplayName = method.FullName;
        span.SetTag("rpc.system", "grpc");
        span.SetTag("rpc.service", method.Declaration.Service.FullName);
        span.SetTag("rpc.method", method.Declaration.Name);
        span.SetTag("rpc.grpc.status_code", (int)outcome);
        if (outcome is StatusCode.Unknown or StatusCode.DeadlineExceeded or StatusCode.Unimplemented or StatusCode.Internal
            or StatusCode.Unavailable or StatusCode.DataLoss)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
