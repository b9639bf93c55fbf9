using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Callbacks;
using Switchboard.Gateway.Speech.Calls;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>
/// What is done with a file, whoever waits for its answer: an engine hears it, its case gets the words, and it is metered. Only work that
/// was done is metered, and however often it is done, once.
/// </summary>
internal sealed class FileWork(
    ISpeechEnginePools pools, IUsageLedger ledger, FileCalls calls, IOptions<SpeechFileOptions> options, TimeProvider time)
{
    /// <summary>Has a file transcribed.</summary>
    /// <exception cref="SpeechRefusedException">The body cannot be read, or is too large.</exception>
    public async Task<(FileResponse? Answer, SpeechError? Refusal)> TranscribeAsync(
        FileRequest request, Stream source, string? contentType, long? length, CancellationToken cancellationToken)
    {
        if (length > options.Value.MaxBytes)
        {
            return (null, SpeechError.TooLarge($"{options.Value.MaxBytes} bytes"));
        }

        await using var body = new UploadBody(source, options.Value.MaxBytes);
        if (!await body.HasAnyAsync(cancellationToken))
        {
            return (null, SpeechError.UndecodableAudio);
        }

        FileTranscription transcription;
        try
        {
            transcription = await pools.TranscribeAsync(
                new EngineRequest(request.Caller.OrgId, request.Id, request.Parameters), new EngineUpload(body, contentType, length), cancellationToken);
        }
        catch (IOException) when (body.Fault is not null)
        {
            return (null, body.Fault);
        }

        using var answer = transcription.Answer;
        if (answer is null)
        {
            return (null, body.Fault ?? transcription.Refusal ?? SpeechError.BadGateway);
        }

        if (!TryReadSeconds(answer.RootElement, out var seconds))
        {
            return (null, SpeechError.BadGateway);
        }

        // Before it is metered: a request that the client will repeat has cost nothing.
        var (call, refusal) = request.Target is null
            ? default
            : await calls.WriteAsync(request, answer.RootElement, transcription.Node, seconds, cancellationToken);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        var written = Write(request, answer.RootElement, body.Sha256);
        await MeterAsync(request, seconds, cancellationToken);
        return (written with { CallId = call }, null);
    }

    /// <summary>The request as usage reports list it.</summary>
    public static SpeechRequest RowOf(FileRequest request) => new()
    {
        OrgId = request.Caller.OrgId,
        RequestId = request.Id,
        KeyId = request.Caller.KeyId,
        CreatedAt = request.Created,
        Path = request.Path,
        Method = request.Parameters.Callback is null ? "sync" : "async",
        Model = request.Parameters.Model ?? "default",
        Tags = request.Tags,
        Features = [.. ListenQuery.Features(request.Parameters)],
        Callback = request.Parameters.Callback is { } callback ? CallbackAddress.WithoutPassword(callback).AbsoluteUri : null,
    };

    private static FileResponse Write(FileRequest request, JsonElement answer, string sha256)
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        var form = request.Parameters.Output;
        if (form == TranscriptForm.Json)
        {
            AnswerWriter.Write(answer, request.Id, request.Parameters, sha256, request.Created, output);
        }
        else
        {
            var results = answer.GetProperty("results"u8).Deserialize(WireJson.Default.FileResults)!;
            output.Write(Encoding.UTF8.GetBytes(Subtitles.Write(results, form)));
        }

        return new FileResponse(output.WrittenMemory, form switch
        {
            TranscriptForm.Srt => "application/x-subrip; charset=utf-8",
            TranscriptForm.Vtt => "text/vtt; charset=utf-8",
            _ => "application/json",
        });
    }

    private async Task MeterAsync(FileRequest request, double seconds, CancellationToken cancellationToken)
    {
        var milliseconds = (long)Math.Round(seconds * 1000);
        var channels = request.Parameters.Multichannel ? request.Parameters.Channels : 1;
        await ledger.RecordAsync(
            UsageRows.Of(request.Caller.OrgId, request.Id, UsageMeters.FileAudio, request.Created, 0, milliseconds, channels), cancellationToken);
        await ledger.RecordAsync(
            RowOf(request) with { Code = StatusCodes.Status200OK, EndedAt = time.GetUtcNow(), Milliseconds = milliseconds * channels },
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
}

/// <summary>A file to be transcribed.</summary>
/// <param name="Caller">Whose.</param>
/// <param name="Id">The request's id.</param>
/// <param name="Parameters">What is asked for.</param>
/// <param name="Target">The call that it is of, or null.</param>
/// <param name="Path">Path and query for usage reports.</param>
/// <param name="Tags">Labels of the request and of its key.</param>
/// <param name="Created">When it was asked for.</param>
internal sealed record FileRequest(
    SpeechCaller Caller, Guid Id, ListenParameters Parameters, CallTarget? Target, string Path, ImmutableArray<string> Tags, DateTimeOffset Created)
{
    public static FileRequest Of(ListenRequest request, CallTarget? target, DateTimeOffset created) =>
        new(request.Caller, request.Id, request.Parameters, target, request.PathForReports, [.. request.Tags], created);
}

/// <summary>The answer to a file.</summary>
/// <param name="Body">As it is sent.</param>
/// <param name="ContentType">Its media type.</param>
internal sealed record FileResponse(ReadOnlyMemory<byte> Body, string ContentType)
{
    /// <summary>The call that was written, or null.</summary>
    public Guid? CallId { get; init; }
}
