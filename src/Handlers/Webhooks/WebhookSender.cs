using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.PublicEvents;

namespace Switchboard.Handlers.Webhooks;

/// <summary>
/// Sends what is due. Every process that serves the flavor has one; they share the work by claims. A delivery is made at least once: a
/// process that dies between the receiver's answer and its record makes it again.
/// </summary>
internal sealed partial class WebhookSender(
    DeliveryQueue queue,
    WebhookHttp http,
    SecretBox box,
    WebhookInstruments instruments,
    IOptions<WebhookOptions> options,
    TimeProvider time,
    ILogger<WebhookSender> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(3);

    private readonly WebhookOptions _options = options.Value;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new HashSet<Task>();
        using var giveUp = new CancellationTokenSource();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                running.RemoveWhere(static task => task.IsCompleted);
                var room = _options.Concurrency - running.Count;
                var claimed = room == 0 ? [] : await TryClaimAsync(room, stoppingToken);
                foreach (var delivery in claimed)
                {
                    running.Add(DeliverAsync(delivery, giveUp.Token));
                }

                if (claimed.Length == 0)
                {
                    // An end makes room, and lets the next one of its case go.
                    await Task.WhenAny([.. running, Task.Delay(_options.PollInterval, time, stoppingToken)]);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops. What is under way may end; an attempt that takes longer stays without an end, and its claim runs out.
        }

        giveUp.CancelAfter(TimeToEnd);
        await Task.WhenAll(running);
    }

    private async Task<ImmutableArray<ClaimedDelivery>> TryClaimAsync(int room, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.ClaimAsync(
                room, _options.ConcurrencyPerWebhook, time.GetUtcNow(), _options.Timeout + _options.ClaimMargin, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogClaimFailed(error);
            await Task.Delay(PauseAfterFailure, time, cancellationToken);
            return [];
        }
    }

    private async Task DeliverAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            var result = await AttemptAsync(delivery, cancellationToken);
            var now = time.GetUtcNow();
            instruments.Attempted(result, delivery.Told.OccurredAt, now);
            var next = result.Succeeded
                ? null
                : RetrySchedule.Next(_options.Pauses, delivery.Round, Random.Shared.NextDouble(), result.AskedPause, now, delivery.ExpiresAt);
            DateTimeOffset? pause = result is { IsOverloaded: true, AskedPause: { } asked }
                ? now + (asked < _options.LongestPause ? asked : _options.LongestPause)
                : null;
            if (await queue.SettleAsync(delivery, result, next, pause, now, now - _options.DisableAfter, CancellationToken.None))
            {
                instruments.SwitchedOff();
                LogSwitchedOff(delivery.WebhookId, delivery.Told.OrgId);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops; see above.
        }
        catch (Exception error)
        {
            LogNotSettled(delivery.Id, delivery.Attempt, error);
        }
    }

    private async Task<AttemptResult> AttemptAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        List<string> secrets;
        try
        {
            secrets = [box.Open(delivery.WebhookId, delivery.Secret)];
            if (delivery.PreviousSecret is { } previous)
            {
                secrets.Add(box.Open(delivery.WebhookId, previous));
            }
        }
        catch (InvalidOperationException error)
        {
            LogNoSecret(delivery.WebhookId, error);
            return new AttemptResult(null, TimeSpan.Zero, "the secret cannot be opened; rotate it, or ask whoever runs this service", null, null);
        }

        var body = Render(delivery.Told);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        return await http.PostAsync(
            delivery.Url,
            body,
            [
                (DeliveryHeaders.EventId, delivery.Told.EventId.ToString()),
                (DeliveryHeaders.EventType, delivery.Told.Type),
                (DeliveryHeaders.DeliveryId, delivery.Id.ToString()),
                (DeliveryHeaders.Attempt, delivery.Attempt.ToString(CultureInfo.InvariantCulture)),
                (DeliveryHeaders.Timestamp, timestamp.ToString(CultureInfo.InvariantCulture)),
                (DeliveryHeaders.Signature, DeliverySignature.Of(secrets, timestamp, body)),
                ("User-Agent", "Switchboard-Webhooks/1"),
            ],
            cancellationToken);
    }

    private static byte[] Render(PublicCaseEvent told)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            PublicEventJson.WriteMembers(json, told);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    [LoggerMessage(7400, LogLevel.Warning, "Due webhook deliveries could not be claimed; the next look tries again.")]
    private partial void LogClaimFailed(Exception error);

    [LoggerMessage(7401, LogLevel.Warning, "Attempt {Attempt} of webhook delivery {Delivery} has an outcome that could not be recorded; it is made again when its claim runs out.")]
    private partial void LogNotSettled(Guid delivery, int attempt, Exception error);

    [LoggerMessage(7402, LogLevel.Warning, "Webhook {Webhook} of organization {Org} was switched off: every attempt has failed for too long.")]
    private partial void LogSwitchedOff(Guid webhook, Guid org);

    [LoggerMessage(7403, LogLevel.Error, "The secret of webhook {Webhook} cannot be opened, so nothing can be signed for it.")]
    private partial void LogNoSecret(Guid webhook, Exception error);
}
