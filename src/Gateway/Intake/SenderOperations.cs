using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Intake;
using Switchboard.Grains.Intake.Senders;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Intake;

/// <summary>The doors for senders that speak their own language.</summary>
internal sealed class SenderOperations(IntakeDoor door, SenderKeys keys, IOptions<GatewayOptions> options) : IApiOperations
{
    private static readonly UuidParameter _integrationId = new("integration_id", Parameter.InPath) { Required = true };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ReceiveAlertmanager",
            Method = "POST",
            Path = "/integrations/alertmanager",
            Tag = IntakeOperations.Tag,
            Summary = "Take a message of Prometheus Alertmanager's webhook",
            Access = AccessRule.IntegrationKey,
            Admit = keys.AdmitAsync,
            Raw = new RawBody(MediaTypes.Json, Schema.AnyObject.Says("Version 4 of Alertmanager's webhook data.")),
            Success = 202,
            MediaType = MediaTypes.Json,
            Response = IntakeShapes.TakenListResponse,
            Refusals = [400, 401, 403, 422, 429],
            Handle = request => TakeJsonAsync(
                request, IntegrationKind.Alertmanager, (root, rules) => AlertmanagerMessage.Read(root, rules.AlertmanagerUnit)),
        },
        new()
        {
            Id = "EnqueuePagerDutyEvent",
            Method = "POST",
            Path = "/v2/enqueue",
            Tag = IntakeOperations.Tag,
            Summary = "Take an event of PagerDuty's Events API v2",
            Description = "The key of the integration is the event's routing_key.",
            Access = AccessRule.IntegrationKey,
            Admit = AdmitByRoutingKeyAsync,
            Raw = new RawBody(MediaTypes.Json, PagerDutyForm.Event),
            Errors = PagerDutyForm.Errors,
            Success = 202,
            MediaType = MediaTypes.Json,
            Response = PagerDutyForm.Answer,
            Refusals = [400, 429],
            Handle = EnqueueAsync,
        },
        new()
        {
            Id = "ReceiveWebhook",
            Method = "POST",
            Path = "/integrations/webhook/{integration_id}",
            Tag = IntakeOperations.Tag,
            Summary = "Take JSON of any form",
            Description = "It is read by the integration's mapping.",
            Access = AccessRule.IntegrationKey,
            Admit = keys.AdmitAsync,
            Parameters = [_integrationId],
            Raw = new RawBody(MediaTypes.Json, Schema.Anything),
            Success = 202,
            MediaType = MediaTypes.Json,
            Response = IntakeShapes.TakenListResponse,
            Refusals = [400, 401, 403, 422, 429],
            Handle = request => TakeJsonAsync(request, IntegrationKind.Webhook, (root, rules) => (rules.Mapping ?? AlertMapping.Default).Read(root)),
        },
        new()
        {
            Id = "ReceiveMail",
            Method = "POST",
            Path = "/integrations/mail/{integration_id}",
            Tag = IntakeOperations.Tag,
            Summary = "Take a mail",
            Access = AccessRule.IntegrationKey,
            Admit = keys.AdmitAsync,
            Parameters = [_integrationId],
            Raw = new RawBody("message/rfc822", Schema.Text.Says("The raw message, headers first (RFC 5322).")),
            Success = 202,
            MediaType = MediaTypes.Json,
            Response = IntakeShapes.TakenListResponse,
            Refusals = [400, 401, 403, 422, 429],
            Handle = TakeMailAsync,
        },
    ];

    private async ValueTask TakeJsonAsync(ApiRequest request, IntegrationKind kind, Func<JsonElement, IntegrationRules, Parsed> read)
    {
        if (Stray(request, kind) is { } stray)
        {
            await request.RefuseAsync(stray);
            return;
        }

        var (body, refusal) = await RequestBody.ReadAsync(request.Http, options.Value.MaxBodyBytes);
        using (body)
        {
            if ((refusal ?? body!.Parse(options.Value.MaxJsonDepth)) is { } unreadable)
            {
                await request.RefuseAsync(unreadable);
                return;
            }

            await TakeAsync(request, body!, read(body!.Root, request.Principal.Sender!.Rules));
        }
    }

    private async ValueTask TakeMailAsync(ApiRequest request)
    {
        if (Stray(request, IntegrationKind.Mail) is { } stray)
        {
            await request.RefuseAsync(stray);
            return;
        }

        var (body, refusal) = await RequestBody.ReadAsync(request.Http, options.Value.MaxBodyBytes);
        using (body)
        {
            await (refusal is not null ? request.RefuseAsync(refusal) : TakeAsync(request, body!, MailMessage.Read(body!.Bytes)));
        }
    }

    private async ValueTask TakeAsync(ApiRequest request, RequestBody body, Parsed parsed)
    {
        if (!parsed.Succeeded)
        {
            await request.RefuseAsync(door.Refusal(request, parsed));
            return;
        }

        var (taken, refusal) = await door.TakeAsync(request, parsed.Alerts, body);
        await (refusal is not null ? request.RefuseAsync(refusal) : request.SendAsync(taken, IntakeJson.WriteTakenList));
    }

    /// <summary>The key is in the body, so that is read first, and kept for the handler.</summary>
    private async ValueTask<Admission> AdmitByRoutingKeyAsync(ApiRequest request)
    {
        var (body, refusal) = await RequestBody.ReadAsync(request.Http, Math.Min(options.Value.MaxBodyBytes, PagerDutyForm.LargestEvent));
        if (body is null)
        {
            return refusal!;
        }

        request.Http.Response.RegisterForDispose(body);
        if (body.Parse(options.Value.MaxJsonDepth) is { } unreadable)
        {
            return unreadable;
        }

        request.Http.Items[typeof(RequestBody)] = body;
        var admission = await keys.AdmitAsync(PagerDutyEvent.RoutingKeyOf(body.Root));
        return admission.Refusal is { Status: StatusCodes.Status401Unauthorized } ? ApiError.BadRequest("Invalid routing key") : admission;
    }

    private async ValueTask EnqueueAsync(ApiRequest request)
    {
        if (request.Principal.Sender!.Kind != IntegrationKind.PagerDuty)
        {
            await request.RefuseAsync(ApiError.BadRequest("Invalid routing key"));
            return;
        }

        var body = (RequestBody)request.Http.Items[typeof(RequestBody)]!;
        var parsed = PagerDutyEvent.Read(body.Root, Guid.NewGuid().ToString("N"));
        if (!parsed.Succeeded)
        {
            await request.RefuseAsync(door.Refusal(request, parsed));
            return;
        }

        // Its clients know 400 and 429.
        var (taken, refusal) = await door.TakeAsync(request, parsed.Alerts, body, PagerDutyEvent.RoutingKeyOf(body.Root));
        await (refusal is not null ? request.RefuseAsync(ApiError.BadRequest(refusal.Detail)) : request.SendAsync(taken[0].DedupKey, PagerDutyForm.WriteAnswer));
    }

    private static ApiError? Stray(ApiRequest request, IntegrationKind kind) => IntakeDoor.CheckKind(request, kind)
        ?? (request.TextOf(_integrationId) is { } && request.Get(_integrationId) != request.Principal.Sender!.Id
            ? ApiError.Forbidden("the key is of another integration than the path names")
            : null);
}

/// <summary>What PagerDuty's clients send and expect (https://developer.pagerduty.com/docs/events-api-v2-overview).</summary>
internal static class PagerDutyForm
{
    /// <summary>The largest event, in bytes.</summary>
    public const int LargestEvent = 512 * 1024;

    public static Schema Event { get; } = Schema.Object(
        Always("routing_key", Schema.Text),
        Always("event_action", Schema.OneOf("trigger", "acknowledge", "resolve")),
        new("dedup_key", Schema.Text),
        new("payload", Schema.Object(
            Always("summary", Schema.Text),
            Always("source", Schema.Text),
            Always("severity", Schema.OneOf("critical", "error", "warning", "info")),
            new("timestamp", Schema.Text),
            new("component", Schema.Text),
            new("group", Schema.Text),
            new("class", Schema.Text),
            new("custom_details", Schema.Anything))),
        new("client", Schema.Text),
        new("client_url", Schema.Text),
        new("links", Schema.ListOf(Schema.AnyObject)),
        new("images", Schema.ListOf(Schema.AnyObject))).Named("PagerDutyEvent");

    public static Schema Answer { get; } = Schema.Object(
        Always("status", Schema.OneOf("success")), Always("message", Schema.Text), Always("dedup_key", Schema.Text)).Named("PagerDutyAnswer");

    public static ErrorForm Errors { get; } = new(
        Schema.Object(Always("status", Schema.Text), Always("message", Schema.Text), new("errors", Schema.ListOf(Schema.Text))).Named("PagerDutyError"),
        WriteError);

    public static void WriteAnswer(Utf8JsonWriter json, string dedupKey)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "success"u8);
        json.WriteString("message"u8, "Event processed"u8);
        json.WriteString("dedup_key"u8, dedupKey);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, ApiError error)
    {
        var (status, message) = error.Status switch
        {
            400 => ("invalid event", "Event object is invalid"),
            429 => ("throttle exceeded", "Requests for this service are arriving too quickly.  Please retry later."),
            _ => (error.Title.ToLowerInvariant(), error.Detail ?? error.Title),
        };
        json.WriteStartObject();
        json.WriteString("status"u8, status);
        json.WriteString("message"u8, message);
        if (error.Status == StatusCodes.Status400BadRequest)
        {
            ImmutableArray<string> problems = error.Problems.IsEmpty ? [error.Detail ?? error.Title] : error.Problems;
            json.WriteStartArray("errors"u8);
            foreach (var problem in problems)
            {
                json.WriteStringValue(problem);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
