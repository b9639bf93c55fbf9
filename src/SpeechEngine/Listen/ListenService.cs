using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Transcripts;
using Switchboard.SpeechEngine.Hosting;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>Decides on a request before any audio is taken, and then listens.</summary>
internal sealed class ListenService(
    IOptions<SpeechEngineOptions> options,
    Admission admission,
    Decoding decoding,
    EngineInstruments instruments,
    TimeProvider time,
    ILogger<ListenService> logger)
{
    private static readonly SpeechError _noWebSocket =
        new(400, "Bad Request", "Bad Request: GET is for WebSocket connections; send files with POST.");

    public async Task LiveAsync(HttpContext context)
    {
        var id = ListenEndpoints.Identify(context);
        if (!TryRead(context, ListenDialect.LiveDefaults, out var parameters, out var audio, out var error))
        {
            await RefuseAsync(context, id, error);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, id, _noWebSocket);
            return;
        }

        if (!admission.TryEnterSession())
        {
            await RefuseAsync(context, id, SpeechError.Unavailable);
            return;
        }

        try
        {
            if (EngineModel.Undone(parameters).ToList() is { Count: > 0 } undone)
            {
                context.Response.Headers["dg-warning"] = $"not done: {string.Join(", ", undone)}";
            }

            // A client that has gone without a word is noticed by its silence (Engine:IdleAfter). A time-out of pings would end sessions for
            // our own slowness: pongs are only seen while a receive is under way, and none is while the client is made to wait.
            using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.FromSeconds(15) });
            await using var session = new LiveSession(socket, id, parameters, audio, options.Value, decoding, instruments, time, logger);
            var code = await session.RunAsync(admission.Draining, context.RequestAborted);
            instruments.Ended((int)code);
        }
        finally
        {
            admission.LeaveSession();
        }
    }

    public async Task FileAsync(HttpContext context)
    {
        var id = ListenEndpoints.Identify(context);
        if (!TryRead(context, ListenDialect.FileDefaults, out var parameters, out var audio, out var error))
        {
            await RefuseAsync(context, id, error);
            return;
        }

        if (!admission.TryEnterFile())
        {
            await RefuseAsync(context, id, SpeechError.Unavailable);
            return;
        }

        try
        {
            var upload = new FileUpload(id, parameters, audio with { MaySpool = true }, options.Value, decoding, time, logger);
            var (answer, refusal) = await upload.RunAsync(context.Request.BodyReader, context.Request.ContentLength, context.RequestAborted);
            if (answer is null)
            {
                await RefuseAsync(context, id, refusal!);
                return;
            }

            instruments.Audio("file", answer.Metadata.Duration * answer.Metadata.Channels);
            await context.Response.WriteAsJsonAsync(answer, WireJson.Default.FileAnswer, cancellationToken: context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; what was begun is dropped.
        }
        finally
        {
            admission.LeaveFile();
        }
    }

    private bool TryRead(
        HttpContext context,
        ListenDialect dialect,
        [NotNullWhen(true)] out ListenParameters? parameters,
        [NotNullWhen(true)] out AudioRequest? audio,
        [NotNullWhen(false)] out SpeechError? error)
    {
        (parameters, audio, error) = (null, null, null);
        if (!ListenEndpoints.MayEnter(context, options))
        {
            error = SpeechError.InvalidAuth;
            return false;
        }

        var reading = ListenQuery.Read(context.Request.QueryString.Value, dialect);
        parameters = reading.Parameters;
        if (parameters is null)
        {
            error = reading.Error!;
            return false;
        }

        error = EngineModel.Speaks(parameters.Language) ? TranscriptFormatter.Check(parameters) : SpeechError.NoSuchModel;
        if (error is not null)
        {
            return false;
        }

        try
        {
            audio = AudioRequest.From(parameters) with
            {
                Otherwise = options.Value.AssumeLinear16 ? new SampleFormat(SampleEncoding.Signed16, Resampler.Rate, 1) : null,
            };
            return true;
        }
        catch (AudioRejectedException rejected)
        {
            error = rejected.Error;
            return false;
        }
    }

    private Task RefuseAsync(HttpContext context, Guid id, SpeechError error)
    {
        instruments.Refused(error.Status);
        return ListenEndpoints.RefuseAsync(context, id, error);
    }
}
