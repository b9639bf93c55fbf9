using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Files;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>One attempt at a job: the transcription, where it is not there yet, and its delivery.</summary>
internal sealed class CallbackAttempt(
    CallbackParts parts,
    FileWork work,
    MediaFetcher fetcher,
    ISpeechSlots slots,
    IUsageLedger ledger,
    CallbackDelivery delivery,
    CallbackInstruments instruments,
    IOptions<CallbackOptions> options,
    TimeProvider time,
    ILogger<CallbackAttempt> log)
{
    /// <summary>How often media is asked for that its server does not give.</summary>
    private const int MostFetches = 5;

    private static readonly SpeechError AudioGone = new(500, "INTERNAL_SERVER_ERROR", "The audio that was kept for this request is gone.");

    private readonly CallbackOptions _options = options.Value;

    /// <summary>Brings a job as far as it comes now, and records where that is.</summary>
    public async Task RunAsync(CallbackJob job, ISlot? slot, CancellationToken cancellationToken)
    {
        var kept = CallbackWork.Open(parts.Box, job);
        var request = kept.RequestOf(job);
        if (job.State == CallbackState.Transcribing)
        {
            var (answer, refusal) = await TranscribeAsync(job, kept, request, slot, cancellationToken);
            if (slot is not null)
            {
                await slot.DisposeAsync();
            }

            if (refusal is not null && IsPassing(refusal, job.Attempts))
            {
                await PostponeAsync(job, request, new AttemptResult(refusal.Status, default, refusal.Message, null, null), cancellationToken);
                return;
            }

            if (refusal is not null)
            {
                await ledger.RecordAsync(FileWork.RowOf(request) with { Code = refusal.Status, EndedAt = time.GetUtcNow() }, cancellationToken);
            }

            var result = answer is not null
                ? new CallbackResult(answer.Body, answer.ContentType)
                : new CallbackResult(SpeechErrors.Body(refusal ?? SpeechError.BadGateway, job.RequestId), "application/json");
            if (!await parts.Jobs.StoreAsync(job, result, cancellationToken))
            {
                log.CallbackTakenOver(job.RequestId);
                return;
            }

            await ForgetAudioAsync(job, cancellationToken);
            job = job with { State = CallbackState.Delivering, Attempts = 1, Result = result };
        }

        await DeliverAsync(job, request, cancellationToken);
    }

    private async Task<(FileResponse? Answer, SpeechError? Refusal)> TranscribeAsync(
        CallbackJob job, CallbackWork kept, FileRequest request, ISlot? slot, CancellationToken cancellationToken)
    {
        var grant = slot is null ? await slots.AcquireAsync(request.Caller, SpeechSlotKind.File, job.RequestId, cancellationToken) : null;
        if (grant is { Slot: null })
        {
            return (null, grant.Refusal ?? SpeechError.TooManyRequests);
        }

        await using var own = grant?.Slot;
        using var limit = new CancellationTokenSource(_options.TranscribeTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (kept.Address is { } address)
            {
                using var media = await fetcher.FetchAsync(address, both.Token);
                await using var body = await media.Content.ReadAsStreamAsync(both.Token);
                return await work.TranscribeAsync(request, body, kept.MediaType, media.Content.Headers.ContentLength, both.Token);
            }

            await using var audio = job.Audio is { } name ? await parts.Files.OpenAsync(name, both.Token) : null;
            return audio is null
                ? (null, AudioGone)
                : await work.TranscribeAsync(request, audio.Content, kept.MediaType, audio.Length, both.Token);
        }
        catch (SpeechRefusedException refused)
        {
            return (null, refused.Error);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, SpeechError.TimedOut);
        }
    }

    private async Task DeliverAsync(CallbackJob job, FileRequest request, CancellationToken cancellationToken)
    {
        var result = await delivery.SendAsync(job, request.Parameters, cancellationToken);
        if (!result.Succeeded)
        {
            await PostponeAsync(job, request, result, cancellationToken);
            return;
        }

        await EndAsync(job, CallbackState.Delivered, result, cancellationToken);
    }

    private async Task PostponeAsync(CallbackJob job, FileRequest request, AttemptResult result, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (RetrySchedule.Next(_options.Pauses, job.Attempts, Random.Shared.NextDouble(), result.AskedPause, now, job.ExpiresAt) is { } next)
        {
            instruments.Count("postponed");
            await parts.Jobs.RetryAsync(job, next, result.Status, result.Error, cancellationToken);
            return;
        }

        if (job.State == CallbackState.Transcribing)
        {
            await ledger.RecordAsync(
                FileWork.RowOf(request) with { Code = result.Status ?? StatusCodes.Status503ServiceUnavailable, EndedAt = now }, cancellationToken);
        }

        log.CallbackGivenUp(job.RequestId, job.Attempts, result.Status);
        await EndAsync(job, CallbackState.GivenUp, result, cancellationToken);
    }

    private async Task EndAsync(CallbackJob job, CallbackState state, AttemptResult result, CancellationToken cancellationToken)
    {
        // First, because nothing remembers its name afterwards.
        await ForgetAudioAsync(job, cancellationToken);
        if (await parts.Jobs.FinishAsync(job, state, time.GetUtcNow(), result.Status, result.Error, cancellationToken))
        {
            instruments.Count(state == CallbackState.Delivered ? "delivered" : "given_up");
        }
    }

    private async Task ForgetAudioAsync(CallbackJob job, CancellationToken cancellationToken)
    {
        if (job.Audio is { } name)
        {
            await parts.Files.DeleteAsync(name, cancellationToken);
        }
    }

    /// <summary>Whether the same may be had later.</summary>
    private static bool IsPassing(SpeechError refusal, int attempts) => refusal.Status switch
    {
        StatusCodes.Status402PaymentRequired or StatusCodes.Status429TooManyRequests => true,
        StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout => true,
        _ => refusal.Code == "REMOTE_CONTENT_ERROR" && attempts < MostFetches,
    };
}
