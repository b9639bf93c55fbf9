using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Callbacks;
using Switchboard.Gateway.Speech.Calls;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>
/// <c>POST /v1/listen</c>: a file goes to an engine while it comes in, or is fetched from an address, and its answer comes back, or goes to
/// the callback's address later.
/// </summary>
internal sealed class FileEndpoint(
    ISpeechKeys keys,
    ISpeechSlots slots,
    ISpeechEnginePools pools,
    MediaFetcher fetcher,
    FileWork work,
    CallbackDesk desk,
    FileCalls calls,
    IOptions<SpeechFileOptions> options,
    ListenInstruments instruments,
    TimeProvider time,
    ILogger<FileEndpoint> log)
{
    /// <summary>Serves a request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var request = ListenRequest.Begin(http);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // held to the configured limit while it is read
        }

        try
        {
            var refusal = await ServeAsync(request);
            instruments.File(refusal?.Status ?? StatusCodes.Status200OK);
            if (refusal is not null)
            {
                instruments.Refused(refusal.Status);
                await request.RefuseAsync(refusal);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told, and nothing is metered.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            log.RequestFailed(request.Id, error);
            await request.RefuseAsync(error is StorageUnavailableException or TimeoutException ? SpeechError.Unavailable : SpeechError.Internal);
        }
    }

    private async Task<SpeechError?> ServeAsync(ListenRequest request)
    {
        if (await request.ReadAsync(keys, ListenDialect.FileDefaults) is { } refusal)
        {
            return refusal;
        }

        if (request.Parameters.Callback is not null && desk.Refusal is { } notOffered)
        {
            return notOffered;
        }

        if (pools.Refusal(request.Parameters, live: false) is { } impossible)
        {
            return impossible;
        }

        var (target, unbound) = await calls.FindAsync(request);
        if (unbound is not null)
        {
            return unbound;
        }

        var grant = await request.AcquireAsync(slots, SpeechSlotKind.File, request.Id);
        if (grant.Slot is not { } slot)
        {
            return grant.Refusal ?? SpeechError.TooManyRequests;
        }

        using var limit = new CancellationTokenSource(options.Value.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, request.Http.RequestAborted);
        try
        {
            if (request.Parameters.Callback is not null)
            {
                return await desk.AcceptAsync(request, target, slot, both.Token);
            }

            await using (slot)
            {
                return await FromBodyOrAddressAsync(request, target, both.Token);
            }
        }
        catch (SpeechRefusedException refused)
        {
            return refused.Error;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return SpeechError.TimedOut;
        }
    }

    private async Task<SpeechError?> FromBodyOrAddressAsync(ListenRequest request, CallTarget? target, CancellationToken cancellationToken)
    {
        var http = request.Http.Request;
        if (!MediaAddress.IsExpected(http))
        {
            return await AnswerAsync(request, target, http.Body, http.ContentLength, cancellationToken);
        }

        if (await MediaAddress.ReadAsync(http.Body, cancellationToken) is not { } address)
        {
            return SpeechError.BadJson;
        }

        using var media = await fetcher.FetchAsync(address, cancellationToken);
        await using var body = await media.Content.ReadAsStreamAsync(cancellationToken);
        return await AnswerAsync(request, target, body, media.Content.Headers.ContentLength, cancellationToken);
    }

    private async Task<SpeechError?> AnswerAsync(
        ListenRequest request, CallTarget? target, Stream source, long? length, CancellationToken cancellationToken)
    {
        var file = FileRequest.Of(request, target, time.GetUtcNow());
        var (answer, refusal) = await work.TranscribeAsync(file, source, request.Http.Request.ContentType, length, cancellationToken);
        if (answer is null)
        {
            return refusal ?? SpeechError.BadGateway;
        }

        var response = request.Http.Response;
        if (answer.CallId is { } call)
        {
            response.Headers["dg-call-id"] = call.ToString();
        }

        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        await response.Body.WriteAsync(answer.Body, request.Http.RequestAborted);
        return null;
    }
}
