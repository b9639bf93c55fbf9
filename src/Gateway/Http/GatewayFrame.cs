using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Idempotency;

namespace Switchboard.Gateway.Http;

/// <summary>What every operation's pipeline shares.</summary>
internal sealed class GatewayFrame(
    Authenticator authenticator,
    ProjectGate gate,
    InFlightRequests inFlight,
    GatewayInstruments instruments,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<GatewayFrame> logger)
{
    public Authenticator Authenticator => authenticator;

    public ProjectGate Gate => gate;

    public InFlightRequests InFlight => inFlight;

    public GatewayInstruments Instruments => instruments;

    public GatewayOptions Options { get; } = options.Value;

    public TimeProvider Time => time;

    public ILogger Logger => logger;
}
