using Switchboard.Gateway.Grpc.Binding;

namespace Switchboard.Gateway.Grpc.Hosting;

/// <summary>Services that the gRPC server offers.</summary>
internal interface IRpcServices
{
    /// <summary>The services.</summary>
    IEnumerable<RpcService> Services { get; }
}
