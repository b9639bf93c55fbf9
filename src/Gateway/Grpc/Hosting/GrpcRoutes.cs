using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Gateway.Grpc.Binding;
using Switchboard.Gateway.Grpc.Calls;
using Switchboard.Gateway.Grpc.Frames;
using Switchboard.Gateway.Grpc.Health;
using Switchboard.Gateway.Grpc.Reflection;

namespace Switchboard.Gateway.Grpc.Hosting;

/// <summary>Brings calls to methods.</summary>
internal static class GrpcRoutes
{
    /// <summary>Maps every method of every service, health and reflection included.</summary>
    public static void MapGrpc(this IEndpointRouteBuilder routes)
    {
        var frame = routes.ServiceProvider.GetRequiredService<RpcFrame>();
        var services = routes.ServiceProvider.GetServices<IRpcServices>().SelectMany(group => group.Services).ToList();
        var names = routes.ServiceProvider.GetRequiredService<ServedNames>();
        services.Add(RpcService.Of(
            HealthReflection.Descriptor.Services[0],
            new HealthService(names, routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>())));
        if (frame.Options.Reflection)
        {
            AddReflection(services);
        }

        names.Are(services.Select(service => service.Declaration.FullName));
        foreach (var method in services.SelectMany(service => service.Methods))
        {
            routes.MapMethods(method.Path, [HttpMethods.Post], new RpcEndpoint(method, frame).InvokeAsync).WithName(method.FullName);
            routes.MapMethods(method.Path, [HttpMethods.Options], frame.Origins.AnswerPreflightAsync);
        }
    }

    /// <summary>Tells a client of gRPC that there is no such method; false for any other client.</summary>
    public static bool TryRefuseUnknown(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || !CallFormats.TryOf(http.Request.ContentType, out var format))
        {
            return false;
        }

        http.Response.ContentType = CallFormats.MediaTypeOf(format);
        var headers = http.Response.Headers;
        headers[ProtocolHeaders.Status] = ((int)StatusCode.Unimplemented).ToString(System.Globalization.CultureInfo.InvariantCulture);
        headers[ProtocolHeaders.Message] = "there is no such method here";
        return true;
    }

    private static void AddReflection(List<RpcService> services)
    {
        var present = global::Grpc.Reflection.V1.ReflectionReflection.Descriptor.Services[0];
        var older = global::Grpc.Reflection.V1Alpha.ReflectionReflection.Descriptor.Services[0];
        var service = new ReflectionService(new DescriptorIndex([.. services.Select(one => one.Declaration), present, older]));
        services.Add(RpcService.Of(present, service));
        services.Add(RpcService.Of(older, new OlderReflectionService(service)));
    }
}
