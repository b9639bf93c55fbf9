using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Gateway.Speech.Contract;
using Switchboard.Gateway.Speech.Management;
using Switchboard.Grains.Speech.Engines;

namespace Switchboard.Gateway;

/// <summary>Maps the gateway's endpoints: REST, gRPC, and what is left over.</summary>
public static class GatewayEndpointRouteBuilderExtensions
{
    /// <summary>The configuration key that switches on <c>/bench/plaintext</c>, the yardstick of the gateway's benchmark.</summary>
    public const string PlaintextKey = "Bench:Plaintext";

    /// <summary>Words that stand in the place of a case's id and name something else, whether or not it is served yet.</summary>
    private static readonly string[] Reserved = ["aggregate", "bulk", "count", "link", "views", "projects/favorites"];

    /// <summary>
    /// Maps every operation, the OpenAPI document, the page that shows it, and an answer in the API's error shape for every path that
    /// nothing else is mapped to.
    /// </summary>
    public static IEndpointRouteBuilder MapSwitchboardGateway(this IEndpointRouteBuilder routes)
    {
        // Before the endpoints: only behind it can one of them take a WebSocket.
        (routes as IApplicationBuilder)?.UseWebSockets();
        var operations = routes.ServiceProvider.GetServices<IApiOperations>().SelectMany(group => group.Operations).ToList();
        var frame = routes.ServiceProvider.GetRequiredService<GatewayFrame>();
        foreach (var operation in operations)
        {
            routes.MapMethods(operation.Path, [operation.Method], new ApiPipeline(operation, frame).InvokeAsync).WithName(operation.Id);
        }

        foreach (var path in operations.GroupBy(operation => operation.Path, StringComparer.Ordinal))
        {
            var allowed = string.Join(", ", path.Select(operation => operation.Method));
            routes.Map(path.Key, http => StrayRequests.MethodNotAllowedAsync(http, allowed)).WithOrder(1);
        }

        routes.MapSpeechManagement();
        routes.MapGrpc();
        foreach (var word in Reserved)
        {
            routes.Map($"/api/v2/cases/{word}/{{**rest}}", StrayRequests.NotFoundAsync);
        }

        routes.MapFallback("/{**path}", http => GrpcRoutes.TryRefuseUnknown(http) ? Task.CompletedTask : StrayRequests.NotFoundAsync(http));
        DocumentationPage.Map(routes, OpenApiDocument.Write(operations, SpeechOperationsOf(routes), Version));
        if (routes.ServiceProvider.GetRequiredService<IConfiguration>().GetValue<bool>(PlaintextKey))
        {
            MapPlaintext(routes);
        }

        return routes;
    }

    /// <summary>Transcription is served only where there are engines.</summary>
    private static List<SpeechOperation> SpeechOperationsOf(IEndpointRouteBuilder routes) =>
        [.. routes.ServiceProvider.GetService<ISpeechEnginePools>() is null ? [] : ListenContract.All, .. ManagementContract.All];

    private static string Version => typeof(GatewayOptions).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    private static void MapPlaintext(IEndpointRouteBuilder routes)
    {
        var text = Encoding.ASCII.GetBytes("Hello, World!");
        routes.MapMethods("/bench/plaintext", ["GET", "POST"], http =>
        {
            http.Response.ContentType = "text/plain";
            http.Response.ContentLength = text.Length;
            return http.Response.Body.WriteAsync(text).AsTask();
        });
    }
}
