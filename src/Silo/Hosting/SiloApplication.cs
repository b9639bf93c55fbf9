using System.Net;
using Microsoft.Extensions.Options;
using Switchboard.Gateway;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Grains;
using Switchboard.Handlers;
using Switchboard.Silo.GrainEngine;
using Switchboard.Silo.Health;
using Switchboard.Silo.Metrics;
using Switchboard.Silo.Speech;
using Switchboard.Silo.Telemetry;
using Switchboard.Storage;

namespace Switchboard.Silo.Hosting;

/// <summary>The composition root: everything that one process is made of, in the order in which it starts (and, backwards, stops).</summary>
internal static class SiloApplication
{
    /// <summary>Puts the host together.</summary>
    public static WebApplication Build(string[] args, DatabaseChoice database)
    {
        TraceExport.Prepare();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        HostConfiguration.Use(builder.Configuration, args);
        builder.Configuration.AddInMemoryCollection(database.Settings);
        ConsoleLog.Use(builder.Logging, builder.Configuration);

        var services = builder.Services;
        AddOptions<HttpOptions, HttpOptionsValidator>(services, "Http");
        AddOptions<RoleOptions, RoleOptionsValidator>(services, "Roles");
        AddOptions<StreamOptions, StreamOptionsValidator>(services, "Streams");
        AddOptions<TraceExportOptions, TraceExportOptionsValidator>(services, "Telemetry");
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<HostOptions>().Configure<IOptions<HttpOptions>>(
            (host, http) => host.ShutdownTimeout = TimeSpan.FromSeconds(http.Value.ShutdownSeconds));
        services.AddHostedService<TraceExport>();
        services.AddPrometheusMetrics(BuildInfo.Version, EngineWiring.Name);
        services.AddReadiness();

        services.AddSwitchboardStorage(builder.Configuration);
        services.AddSwitchboardGrains();
        var catalog = services.AddSwitchboardHandlers(builder.Configuration);
        var roles = builder.Configuration.GetSection("Roles").Get<RoleOptions>() ?? new RoleOptions();
        builder.UseGrainEngine(builder.Configuration["Databases:CaseManagement:Primary"] ?? "", silo =>
        {
            if (roles.Handlers)
            {
                silo.AddHandlerStreams(catalog, builder.Configuration);
            }
        });
        if (roles.Relay)
        {
            services.AddRelay(builder.Configuration);
        }

        if (roles.Gateway)
        {
            services.AddSwitchboardGateway(builder.Configuration);
        }

        services.AddSpeechServices(builder.Configuration, roles.Gateway);

        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            var http = kestrel.ApplicationServices.GetRequiredService<IOptions<HttpOptions>>().Value;
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Parse(http.Address), http.Port);
            if (roles.Gateway)
            {
                kestrel.ListenGrpc(http.Port);
            }
        });

        var app = builder.Build();
        if (app.Services.GetRequiredService<IOptions<TraceExportOptions>>().Value.OtlpEndpoint.Length > 0)
        {
            app.UseRequestSpans();
        }

        app.MapHealth();
        app.MapPrometheusMetrics();
        if (roles.Gateway)
        {
            app.MapSwitchboardGateway();
            app.MapSpeech();
        }

        return app;
    }

    private static void AddOptions<TOptions, TValidator>(IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }
}
