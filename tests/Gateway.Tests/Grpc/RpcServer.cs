using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchboard.Gateway.Grpc.Binding;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Grpc.Protos;
using Switchboard.Testing;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>The gRPC layer alone on a real server, with a service that echoes and a clock that stands still.</summary>
internal sealed class RpcServer : IAsyncDisposable, IRpcServices
{
    private WebApplication? _app;

    public EchoService Echo { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public RecordedLog Log { get; } = new();

    public IEnumerable<RpcService> Services => [RpcService.Of(EchoReflection.Descriptor.Services[0], Echo)];

    /// <summary>Where HTTP/2 is spoken in plain text.</summary>
    public Uri Http2 { get; private set; } = null!;

    /// <summary>Where HTTP/1.1 is spoken.</summary>
    public Uri Http1 { get; private set; } = null!;

    public RpcClient Client { get; private set; } = null!;

    public static async Task<RpcServer> StartAsync(params (string Key, string Value)[] settings)
    {
        var server = new RpcServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        builder.Configuration["Grpc:Port"] = "0";
        builder.Logging.ClearProviders().AddProvider(server.Log);
        builder.Services.AddSingleton<TimeProvider>(server.Time);
        builder.Services.AddRouting();
        builder.Services.AddMetrics();
        builder.Services.AddGrpc(builder.Configuration);
        builder.Services.AddSingleton<IRpcServices>(server);
        builder.WebHost.UseKestrel().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http1);
            kestrel.ListenGrpc(0);
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        });
        var app = builder.Build();
        app.MapGrpc();
        app.MapFallback("/{**path}", http => GrpcRoutes.TryRefuseUnknown(http) ? Task.CompletedTask : StrayRequests.NotFoundAsync(http));
        await app.StartAsync();
        server._app = app;
        (server.Http1, server.Http2) = (new Uri(app.Urls.First()), new Uri(app.Urls.Last()));
        server.Client = new RpcClient(server.Http2);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Echo.Release.TrySetResult();
        Client.Dispose();
        await _app!.DisposeAsync();
    }
}
