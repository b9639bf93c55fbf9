using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Idempotency;
using Switchboard.Grains.Intake;
using Switchboard.Intake;

namespace Switchboard.Gateway.Intake;

/// <summary>What all doors do with the alerts that they have read: route them, keep them, answer with receipts.</summary>
internal sealed class IntakeDoor(IIntake intake, SentMessages messages, IntakeInstruments instruments)
{
    /// <summary>Takes alerts in; what the answer says is durable.</summary>
    /// <param name="request">A request that a sender was let in with.</param>
    /// <param name="alerts">What it says.</param>
    /// <param name="body">How it says it.</param>
    /// <param name="secret">The sender's key, where the body has it.</param>
    /// <returns>The receipts; or a refusal, when the idempotency key stands for another message.</returns>
    public async ValueTask<(ImmutableArray<TakenAlert> Taken, ApiError? Refusal)> TakeAsync(
        ApiRequest request, ImmutableArray<IntakeAlert> alerts, RequestBody body, string? secret = null)
    {
        var sender = request.Principal.Sender!;
        string? given = request.Http.Request.Headers[IdempotencyScope.Header];
        var isRepeatable = request.Idempotency is not null || !string.IsNullOrEmpty(given);
        var hash = isRepeatable ? Convert.FromHexString(body.Hash) : null;
        if (request.Idempotency is null && isRepeatable
            && IdempotencyScope.Of(HttpMethods.Post, request.Path, sender.OrgId, given!, body.Hash).Refusal is { } malformed)
        {
            return ([], malformed);
        }

        var key = request.Idempotency?.Key ?? given;
        var taken = ImmutableArray.CreateBuilder<TakenAlert>(alerts.Length);
        var kept = ImmutableArray.CreateBuilder<SubmittedAlert>(alerts.Length);
        for (var i = 0; i < alerts.Length; i++)
        {
            var receipt = isRepeatable ? DerivedId.Of($"intake receipt {sender.Id:N} {request.Path} {key} {i}") : Guid.CreateVersion7();
            var routed = AlertRouting.Route(sender.Rules, alerts[i]);
            taken.Add(new TakenAlert(receipt, alerts[i].DedupKey, routed is not null));
            if (routed is not null)
            {
                kept.Add(new SubmittedAlert(receipt, routed));
            }
        }

        // Not ended by a client that goes away: it may have been written already.
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;
        var submission = new IntakeSubmission(sender.OrgId, sender.Id, sender.Kind, request.Id, trace, sender.HeartbeatSeconds, isRepeatable, kept.ToImmutable())
        {
            Sent = kept.Count == 0 ? null : messages.Of(request.Http.Request.Headers, body.Bytes, secret),
            Hash = hash,
        };
        if (!await intake.SubmitAsync(submission, CancellationToken.None))
        {
            return ([], ApiError.OtherBodyUnderKey);
        }

        instruments.Received(sender.Kind, kept.Count);
        instruments.Dropped(sender.Kind, taken.Count - kept.Count);
        return (taken.MoveToImmutable(), null);
    }

    /// <summary>Notes that a sender is alive.</summary>
    public async ValueTask BeatAsync(ApiRequest request)
    {
        var sender = request.Principal.Sender!;
        _ = await intake.SubmitAsync(
            new IntakeSubmission(sender.OrgId, sender.Id, sender.Kind, request.Id, null, sender.HeartbeatSeconds, IsRepeatable: false, []), CancellationToken.None);
    }

    /// <summary>The refusal of a message that could not be read.</summary>
    public ApiError Refusal(ApiRequest request, Parsed parsed)
    {
        instruments.Refused(request.Principal.Sender!.Kind);
        return ApiError.BadRequest(string.Join("; ", parsed.Problems)) with { Problems = parsed.Problems };
    }

    /// <summary>The refusal of a sender at a door that is not its own, or null.</summary>
    public static ApiError? CheckKind(ApiRequest request, IntegrationKind kind) => request.Principal.Sender!.Kind == kind
        ? null
        : ApiError.Forbidden($"the key is of an integration of kind {IntakeNames.Of(request.Principal.Sender.Kind)}; this is the door of kind {IntakeNames.Of(kind)}");
}

/// <summary>An alert that was read.</summary>
/// <param name="ReceiptId">Its receipt.</param>
/// <param name="DedupKey">Its key.</param>
/// <param name="IsKept">False when a route forgot it.</param>
internal sealed record TakenAlert(Guid ReceiptId, string DedupKey, bool IsKept);
