using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Grpc.Calls;
using Switchboard.Gateway.Grpc.Health;
using Switchboard.Gateway.Grpc.Web;

namespace Switchboard.Gateway.Grpc.Hosting;

/// <summary>Registers the gRPC server.</summary>
internal static class GrpcRegistration
{
    public static void AddGrpc(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GrpcOptions>().Bind(configuration.GetSection(GrpcOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GrpcOptions>, GrpcOptionsValidator>();
        services.AddSingleton<GrpcInstruments>();
        services.AddSingleton<WebOrigins>();
        services.AddSingleton<ServedNames>();
        services.AddSingleton<RpcFrame>();
    }
}
