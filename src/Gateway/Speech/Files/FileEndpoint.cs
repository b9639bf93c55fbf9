using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Calls;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>
/// <c>POST /v1/listen</c>: a file goes to an engine while it comes in, or is fetched from an address, and its answer comes back. Only work
/// that was done is metered.
/// </summary>
internal sealed class FileEndpoint(
    ISpeechKeys keys,
    ISpeechSlots slots,
    ISpeechEnginePools pools,
    IUsageLedger ledger,
    MediaFetcher fetcher,
    FileCalls calls,
    IOptions<SpeechFileOptions> options,
    ListenInstruments instruments,
    TimeProvider time,
    ILogger<FileEndpoint> log)
{
    private const int LongestJson = 64 * 1024;

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

        if (NotOffered.Refusal(request.Parameters) is { } notOffered)
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

        await using (slot)
        {
            using var limit = new CancellationTokenSource(options.Value.Timeout, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, request.Http.RequestAborted);
            try
            {
                return await FromBodyOrAddressAsync(request, target, both.Token);
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
    }

    private async Task<SpeechError?> FromBodyOrAddressAsync(ListenRequest request, CallTarget? target, CancellationToken cancellationToken)
    {
        var http = request.Http.Request;
        if (http.ContentType is not { } type || !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return await TranscribeAsync(request, target, http.Body, http.ContentLength, cancellationToken);
        }

        if (await ReadAddressAsync(http.Body, cancellationToken) is not { } address)
        {
            return SpeechError.BadJson;
        }

        using var media = await fetcher.FetchAsync(address, cancellationToken);
        await using var body = await media.Content.ReadAsStreamAsync(cancellationToken);
        return await TranscribeAsync(request, target, body, media.Content.Headers.ContentLength, cancellationToken);
    }

    private async Task<SpeechError?> TranscribeAsync(
        ListenRequest request, CallTarget? target, Stream source, long? length, CancellationToken cancellationToken)
    {
        if (length > options.Value.MaxBytes)
        {
            return SpeechError.TooLarge($"{options.Value.MaxBytes} bytes");
        }

        var created = time.GetUtcNow();
        await using var body = new UploadBody(source, options.Value.MaxBytes);
        if (!await body.HasAnyAsync(cancellationToken))
        {
            return SpeechError.UndecodableAudio;
        }

        FileTranscription transcription;
        try
        {
            transcription = await pools.TranscribeAsync(
                new EngineRequest(request.Caller.OrgId, request.Id, request.Parameters),
                new EngineUpload(body, request.Http.Request.ContentType, length),
                cancellationToken);
        }
        catch (IOException) when (body.Fault is not null)
        {
            return body.Fault;
        }

        using var answer = transcription.Answer;
        if (answer is null)
        {
            return body.Fault ?? transcription.Refusal ?? SpeechError.BadGateway;
        }

        if (!TryReadSeconds(answer.RootElement, out var seconds))
        {
            return SpeechError.BadGateway;
        }

        // Before it is metered: a request that the client will repeat has cost nothing.
        return (target is null ? null : await calls.WriteAsync(request, target, answer.RootElement, transcription.Node, seconds, cancellationToken))
            ?? await AnswerAsync(request, answer.RootElement, seconds, body.Sha256, created, cancellationToken);
    }

    private async Task<SpeechError?> AnswerAsync(
        ListenRequest request, JsonElement answer, double seconds, string sha256, DateTimeOffset created, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        var form = request.Parameters.Output;
        if (form == TranscriptForm.Json)
        {
            AnswerWriter.Write(answer, request.Id, request.Parameters, sha256, created, output);
        }
        else
        {
            var results = answer.GetProperty("results"u8).Deserialize(WireJson.Default.FileResults)!;
            output.Write(Encoding.UTF8.GetBytes(Subtitles.Write(results, form)));
        }

        await MeterAsync(request, seconds, created, cancellationToken);
        var response = request.Http.Response;
        response.ContentType = form switch
        {
            TranscriptForm.Srt => "application/x-subrip; charset=utf-8",
            TranscriptForm.Vtt => "text/vtt; charset=utf-8",
            _ => "application/json",
        };
        response.ContentLength = output.WrittenCount;
        await response.Body.WriteAsync(output.WrittenMemory, request.Http.RequestAborted);
        return null;
    }

    private async Task MeterAsync(ListenRequest request, double seconds, DateTimeOffset created, CancellationToken cancellationToken)
    {
        var parameters = request.Parameters;
        var milliseconds = (long)Math.Round(seconds * 1000);
        var channels = parameters.Multichannel ? parameters.Channels : 1;
        await ledger.RecordAsync(
            UsageRows.Of(request.Caller.OrgId, request.Id, UsageMeters.FileAudio, created, 0, milliseconds, channels), cancellationToken);
        await ledger.RecordAsync(
            new SpeechRequest
            {
                OrgId = request.Caller.OrgId,
                RequestId = request.Id,
                KeyId = request.Caller.KeyId,
                CreatedAt = created,
                Path = request.PathForReports,
                Method = "sync",
                Model = parameters.Model ?? "default",
                Tags = [.. request.Tags],
                Features = [.. ListenQuery.Features(parameters)],
                Code = StatusCodes.Status200OK,
                EndedAt = time.GetUtcNow(),
                Milliseconds = milliseconds * channels,
            },
            cancellationToken);
    }

    private static bool TryReadSeconds(JsonElement answer, out double seconds)
    {
        seconds = 0;
        return answer.ValueKind == JsonValueKind.Object
            && answer.TryGetProperty("results"u8, out var results) && results.ValueKind == JsonValueKind.Object
            && results.TryGetProperty("channels"u8, out var channels) && channels.ValueKind == JsonValueKind.Array
            && answer.TryGetProperty("metadata"u8, out var metadata) && metadata.ValueKind == JsonValueKind.Object
            && metadata.TryGetProperty("duration"u8, out var duration) && duration.TryGetDouble(out seconds)
            && seconds is >= 0 and < 30 * 86_400;
    }

    private static async Task<string?> ReadAddressAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestJson];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("url"u8, out var url)
                && url.ValueKind == JsonValueKind.String ? url.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
