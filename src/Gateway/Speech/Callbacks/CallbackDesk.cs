using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Calls;
using Switchboard.Gateway.Speech.Files;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Grains.PublicAddresses;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>
/// Takes files whose answers are called back. What can be refused is refused before the acknowledgement; after it, the request is kept
/// until its answer was delivered or given up, whatever happens to this process.
/// </summary>
internal sealed class CallbackDesk(
    CallbackParts parts,
    CallbackDelivery delivery,
    CallbackRunner runner,
    MediaFetcher fetcher,
    IUsageLedger ledger,
    IOptions<CallbackOptions> options,
    IOptions<SpeechFileOptions> files,
    TimeProvider time)
{
    /// <summary>The folder of audio that waits.</summary>
    public const string Folder = "callbacks/";

    private static readonly SpeechError NotKept = SpeechError.InvalidParameter(
        "callback: this installation has no key to keep a callback's address with; whoever runs it must set Webhooks:SecretKey. Leave it out");

    /// <summary>Why no callbacks are taken here, or null.</summary>
    public SpeechError? Refusal => parts.AreThere ? null : NotKept;

    /// <summary>Acknowledges a request, or answers why not. The slot is this method's from now on.</summary>
    public async Task<SpeechError?> AcceptAsync(ListenRequest request, CallTarget? target, ISlot slot, CancellationToken cancellationToken)
    {
        var handedOver = false;
        try
        {
            var (job, refusal) = await KeepAsync(request, target, cancellationToken);
            if (job is null)
            {
                return refusal;
            }

            var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            runner.Begin(job, slot, acknowledged.Task);
            handedOver = true;
            try
            {
                await AcknowledgeAsync(request, target);
            }
            finally
            {
                acknowledged.SetResult(); // or the client is gone: it is done all the same
            }

            return null;
        }
        finally
        {
            if (!handedOver)
            {
                await slot.DisposeAsync();
            }
        }
    }

    private async Task<(CallbackJob? Job, SpeechError? Refusal)> KeepAsync(ListenRequest request, CallTarget? target, CancellationToken cancellationToken)
    {
        if (await CheckAsync(request.Parameters.Callback!, cancellationToken) is { } refused)
        {
            return (null, refused);
        }

        var http = request.Http.Request;
        string? address = null;
        string? audio = null;
        if (MediaAddress.IsExpected(http))
        {
            if (await MediaAddress.ReadAsync(http.Body, cancellationToken) is not { } given)
            {
                return (null, SpeechError.BadJson);
            }

            await fetcher.CheckAsync(address = given, cancellationToken);
        }
        else if (await SpoolAsync(request, audio = $"{Folder}{request.Caller.OrgId:N}/{request.Id:N}", cancellationToken) is { } unreadable)
        {
            return (null, unreadable);
        }

        var now = time.GetUtcNow();
        var file = FileRequest.Of(request, target, now);
        var work = new CallbackWork(http.QueryString.Value ?? "", file.Path, http.ContentType, address, file.Tags, target);
        var job = new CallbackJob
        {
            OrgId = request.Caller.OrgId,
            RequestId = request.Id,
            KeyId = request.Caller.KeyId,
            CreatedAt = now,
            ExpiresAt = now + options.Value.GiveUpAfter,
            Work = work.Seal(parts.Box, request.Id),
            Audio = audio,
        };
        await ledger.RecordAsync(FileWork.RowOf(file), cancellationToken);
        await parts.Jobs.AddAsync(job, now + options.Value.Lease, cancellationToken);
        return (job, null);
    }

    private async Task<SpeechError?> CheckAsync(Uri callback, CancellationToken cancellationToken)
    {
        try
        {
            await delivery.CheckAsync(callback, cancellationToken);
            return null;
        }
        catch (AddressRefusedException refused)
        {
            return SpeechError.InvalidParameter($"callback: Invalid callback url. {refused.Message}");
        }
        catch (SocketException)
        {
            return null; // a name that has no answer now may have one when it is called
        }
    }

    private async Task<SpeechError?> SpoolAsync(ListenRequest request, string name, CancellationToken cancellationToken)
    {
        var http = request.Http.Request;
        if (http.ContentLength > files.Value.MaxBytes)
        {
            return SpeechError.TooLarge($"{files.Value.MaxBytes} bytes");
        }

        await using var body = new UploadBody(http.Body, files.Value.MaxBytes);
        if (!await body.HasAnyAsync(cancellationToken))
        {
            return SpeechError.UndecodableAudio;
        }

        await parts.Files.PutAsync(name, body, "application/octet-stream", cancellationToken);
        return null;
    }

    private static async Task AcknowledgeAsync(ListenRequest request, CallTarget? target)
    {
        var response = request.Http.Response;
        if (target is not null)
        {
            response.Headers["dg-call-id"] = target.CallId.ToString();
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(new Acknowledgement(request.Id), AcknowledgementJson.Default.Acknowledgement);
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, request.Http.RequestAborted);
    }
}
