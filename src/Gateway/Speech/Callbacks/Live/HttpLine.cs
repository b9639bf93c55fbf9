using System.Globalization;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Callbacks.Live;

/// <summary>Each message is a request. One that is not answered with 2xx is sent again until the receiver has had its time.</summary>
internal sealed class HttpLine(
    DeliveryHttp http,
    Guid sessionId,
    ListenParameters parameters,
    CallbackHeaders headers,
    TimeSpan giveUpAfter,
    CallbackInstruments instruments,
    TimeProvider time) : ICallbackLine
{
    private static readonly RetryPauses Pauses = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    private readonly HttpMethod _method = parameters.CallbackMethod == "PUT" ? HttpMethod.Put : HttpMethod.Post;
    private readonly Uri _address = CallbackAddress.WithoutPassword(parameters.Callback!);
    private int _number;

    public Task Gone { get; } = new TaskCompletionSource().Task;

    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var deliveryId = string.Create(CultureInfo.InvariantCulture, $"{sessionId}-{++_number}");
        var expiresAt = time.GetUtcNow() + giveUpAfter;
        for (var attempt = 1; ; attempt++)
        {
            var signed = headers.Of(deliveryId, attempt, time.GetUtcNow(), message.Span);
            var result = await http.SendAsync(_method, _address, message, "application/json", signed, cancellationToken);
            if (result.Succeeded)
            {
                instruments.Count("live_delivered");
                return;
            }

            instruments.Count("live_postponed");
            var now = time.GetUtcNow();
            var next = RetrySchedule.Next(Pauses, attempt, Random.Shared.NextDouble(), result.AskedPause, now, expiresAt)
                ?? throw new CallbackLostException($"message {_number} was not taken in {attempt} attempts, the last one: {result.Error}");
            await Task.Delay(next - now, time, cancellationToken);
        }
    }

    public Task CloseAsync(int code, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
