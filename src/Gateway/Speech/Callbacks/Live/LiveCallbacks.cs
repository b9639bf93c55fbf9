using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.PublicAddresses;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Callbacks.Live;

/// <summary>
/// Opens the callbacks of live streams: before the stream is taken, so that nobody speaks to a receiver that is not there. Public addresses
/// only, whatever a name resolves to.
/// </summary>
internal sealed class LiveCallbacks : IDisposable
{
    private readonly CallbackDelivery _delivery;
    private readonly CallbackInstruments _instruments;
    private readonly CallbackOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LiveCallbacks> _log;
    private readonly HttpMessageInvoker _sockets;

    public LiveCallbacks(
        CallbackDelivery delivery, CallbackInstruments instruments, IOptions<CallbackOptions> options, TimeProvider time, ILogger<LiveCallbacks> log)
    {
        (_delivery, _instruments, _options, _time, _log) = (delivery, instruments, options.Value, time, log);
        _sockets = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // a proxy would resolve and connect where nothing is checked
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            ConnectTimeout = _options.Timeout,
            MaxResponseHeadersLength = 16,
            ConnectCallback = delivery.Connector.ConnectAsync,
        });
    }

    /// <summary>Opens the callback that a stream names; answers why not, or nothing where it names none.</summary>
    public async Task<(LiveCallback? Callback, SpeechError? Refusal)> OpenAsync(
        SpeechCaller caller, Guid sessionId, ListenParameters parameters, CancellationToken cancellationToken)
    {
        if (parameters.Callback is not { } callback)
        {
            return default;
        }

        try
        {
            var secrets = await _delivery.SecretsAsync(caller.OrgId, _time.GetUtcNow(), cancellationToken);
            var headers = new CallbackHeaders(sessionId, caller.KeyId, callback, secrets);
            var line = callback.Scheme is "ws" or "wss"
                ? await SocketAsync(sessionId, callback, headers, cancellationToken)
                : await HttpAsync(sessionId, parameters, headers, cancellationToken);
            return (new LiveCallback(sessionId, line, _instruments, _options, _time, _log), null);
        }
        catch (Exception error) when (Refused(error) is { } refused)
        {
            return (null, Refusal(refused.Message));
        }
        catch (Exception error) when (error is WebSocketException or SocketException or HttpRequestException)
        {
            return (null, Refusal($"The receiver cannot be reached: {error.Message}"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Refusal($"The receiver did not answer within {_options.Timeout}"));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sockets.Dispose();

    private async Task<ICallbackLine> HttpAsync(
        Guid sessionId, ListenParameters parameters, CallbackHeaders headers, CancellationToken cancellationToken)
    {
        await _delivery.CheckAsync(parameters.Callback!, cancellationToken);
        return new HttpLine(_delivery.Http, sessionId, parameters, headers, _options.LiveGiveUpAfter, _instruments, _time);
    }

    // The opening request has no body: what is signed is the session's id, which it carries.
    private async Task<ICallbackLine> SocketAsync(Guid sessionId, Uri callback, CallbackHeaders headers, CancellationToken cancellationToken) =>
        await SocketLine.ConnectAsync(
            CallbackAddress.WithoutPassword(callback),
            headers.Of(sessionId.ToString(), 1, _time.GetUtcNow(), Encoding.ASCII.GetBytes(sessionId.ToString())),
            _sockets,
            _instruments,
            _options.Timeout,
            _time,
            cancellationToken);

    private static AddressRefusedException? Refused(Exception? error) =>
        error is null or AddressRefusedException ? (AddressRefusedException?)error : Refused(error.InnerException);

    private static SpeechError Refusal(string why) => SpeechError.InvalidParameter($"callback: Invalid callback url. {why}");
}
