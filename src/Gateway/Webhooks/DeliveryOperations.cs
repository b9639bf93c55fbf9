using System.Globalization;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Webhooks;

namespace Switchboard.Gateway.Webhooks;

/// <summary>Shows what became of deliveries, and makes them again.</summary>
internal sealed class DeliveryOperations(IWebhooks webhooks) : IApiOperations
{
    private const string Path = $"{WebhookOperations.Path}/{{webhook_id}}";
    private const int MostReplayed = 1000;

    private static readonly UuidParameter DeliveryId = new("delivery_id", Parameter.InPath) { Required = true };

    private static readonly IntegerParameter Limit = new("page[limit]", 1, 200, 50) { Description = "Deliveries a page." };

    private static readonly TextParameter Cursor = new("page[cursor]", Parameter.InQuery, 64)
    {
        Description = "meta.page.next_cursor of the page before.",
    };

    private static readonly ChoiceParameter State = new("filter[state]", ["due", "delivered", "given_up"]);

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListWebhookDeliveries",
            Method = "GET",
            Path = $"{Path}/deliveries",
            Tag = WebhookOperations.Tag,
            Summary = "List deliveries, newest first",
            Access = WebhookOperations.Access,
            Parameters = [WebhookOperations.WebhookId, State, Limit, Cursor],
            Response = WebhookSchemas.Deliveries,
            Handle = ListAsync,
        },
        new()
        {
            Id = "GetWebhookDelivery",
            Method = "GET",
            Path = $"{Path}/deliveries/{{delivery_id}}",
            Tag = WebhookOperations.Tag,
            Summary = "Get a delivery with its attempts",
            Access = WebhookOperations.Access,
            Parameters = [WebhookOperations.WebhookId, DeliveryId],
            Response = WebhookSchemas.OneDelivery,
            Handle = GetAsync,
        },
        new()
        {
            Id = "ReplayWebhookDelivery",
            Method = "POST",
            Path = $"{Path}/deliveries/{{delivery_id}}/replay",
            Tag = WebhookOperations.Tag,
            Summary = "Make a delivery due again, now",
            Access = WebhookOperations.Access,
            Parameters = [WebhookOperations.WebhookId, DeliveryId],
            Success = 204,
            Handle = ReplayAsync,
        },
        new()
        {
            Id = "ReplayWebhookDeliveries",
            Method = "POST",
            Path = $"{Path}/replay",
            Tag = WebhookOperations.Tag,
            Summary = "Make the finished deliveries of a time due again",
            Access = WebhookOperations.Access,
            Parameters = [WebhookOperations.WebhookId],
            Body = WebhookShapes.Replay,
            Response = WebhookSchemas.Replayed,
            Handle = ReplayRangeAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        DeliveryPlace? before = null;
        if (request.Get(Cursor) is { Length: > 0 } cursor)
        {
            if (!TryReadCursor(cursor, out var place))
            {
                await request.RefuseAsync(ApiError.BadRequest("page[cursor] is not the next_cursor of an answer"));
                return;
            }

            before = place;
        }

        var webhookId = request.Get(WebhookOperations.WebhookId);
        if (await webhooks.FindAsync(request.OrgId, webhookId, request.Aborted) is null)
        {
            await request.RefuseAsync(WebhookOperations.NotFound);
            return;
        }

        DeliveryState? state = request.Get(State) switch
        {
            "due" => DeliveryState.Due,
            "delivered" => DeliveryState.Delivered,
            "given_up" => DeliveryState.GivenUp,
            _ => null,
        };
        var limit = request.Get(Limit);
        var page = await webhooks.ListDeliveriesAsync(new DeliveryQuery(request.OrgId, webhookId, state, before, limit), request.Aborted);
        await request.SendAsync((page, page.Length == limit ? CursorOf(page[^1]) : null), WebhookJson.WriteDeliveries);
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        var delivery = await webhooks.FindDeliveryAsync(
            request.OrgId, request.Get(WebhookOperations.WebhookId), request.Get(DeliveryId), request.Aborted);
        await (delivery is null ? request.RefuseAsync(NotFound) : request.SendAsync(delivery, WebhookJson.WriteDelivery));
    }

    private async ValueTask ReplayAsync(ApiRequest request) =>
        await (await webhooks.ReplayAsync(
            request.OrgId, request.Get(WebhookOperations.WebhookId), request.Get(DeliveryId), CancellationToken.None)
            ? request.DoneAsync()
            : request.RefuseAsync(NotFound));

    private async ValueTask ReplayRangeAsync(ApiRequest request)
    {
        var body = request.Body;
        if (!TryReadTime(body.Get(WebhookShapes.From), out var from) || !TryReadTime(body.Get(WebhookShapes.To), out var to))
        {
            await request.RefuseAsync(ApiError.BadRequest("from and to must be times such as 2026-01-15T09:00:00Z"));
            return;
        }

        var webhookId = request.Get(WebhookOperations.WebhookId);
        if (await webhooks.FindAsync(request.OrgId, webhookId, request.Aborted) is null)
        {
            await request.RefuseAsync(WebhookOperations.NotFound);
            return;
        }

        var replayed = await webhooks.ReplayAsync(
            new ReplayRange(request.OrgId, webhookId, from, to, body.Get(WebhookShapes.State), MostReplayed), CancellationToken.None);
        await request.SendAsync((replayed, replayed < MostReplayed), WebhookJson.WriteReplayed);
    }

    private static string CursorOf(WebhookDelivery delivery) =>
        string.Create(CultureInfo.InvariantCulture, $"{delivery.CreatedAt.UtcTicks}-{delivery.Id:N}");

    private static bool TryReadCursor(string text, out DeliveryPlace place)
    {
        place = default;
        if (text.Split('-') is not [var ticksText, var idText]
            || !long.TryParse(ticksText, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.UtcTicks
            || !Guid.TryParseExact(idText, "N", out var id))
        {
            return false;
        }

        place = new DeliveryPlace(new DateTimeOffset(ticks, TimeSpan.Zero), id);
        return true;
    }

    private static bool TryReadTime(string? text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    private static ApiError NotFound { get; } = ApiError.NotFound("delivery not found");
}
