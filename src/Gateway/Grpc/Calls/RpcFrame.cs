using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Grpc.Web;

namespace Switchboard.Gateway.Grpc.Calls;

/// <summary>What all calls share.</summary>
internal sealed class RpcFrame(
    IOptions<GrpcOptions> options, WebOrigins origins, GrpcInstruments instruments, TimeProvider time, ILogger<RpcFrame> logger)
{
    public GrpcOptions Options { get; } = options.Value;

    public WebOrigins Origins => origins;

    public GrpcInstruments Instruments => instruments;

    public TimeProvider Time => time;

    public ILogger Logger => logger;
}
