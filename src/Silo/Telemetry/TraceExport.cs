using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Switchboard.Silo.Telemetry;

/// <summary>Sends spans of the gateway, grain calls and SQL to an OTLP collector, when one is configured.</summary>
internal sealed partial class TraceExport(IOptions<TraceExportOptions> options, ILogger<TraceExport> logger) : IHostedService, IDisposable
{
    private static readonly string[] Sources =
        ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Microsoft.Orleans.*", "Switchboard.*"];

    private TracerProvider? _provider;

    /// <summary>
    /// Lets ASP.NET Core put the usual tags on its spans, which it does not by default; must come before the host is built.
    /// </summary>
    public static void Prepare() => AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (settings.OtlpEndpoint.Length == 0)
        {
            return Task.CompletedTask;
        }

        // OTLP over HTTP wants the signal's full path.
        var endpoint = new Uri(settings.OtlpEndpoint.TrimEnd('/') + "/v1/traces");
        _provider = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService(settings.ServiceName, serviceVersion: BuildInfo.Version))
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.SampleRatio)))
            .AddSource(Sources)
            .AddOtlpExporter(exporter => (exporter.Endpoint, exporter.Protocol) = (endpoint, OtlpExportProtocol.HttpProtobuf))
            .Build();
        LogExporting(endpoint, settings.SampleRatio);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _provider?.ForceFlush(2000);
        return Task.CompletedTask;
    }

    public void Dispose() => _provider?.Dispose();

    [LoggerMessage(5030, LogLevel.Information, "Traces go to {Endpoint}, {SampleRatio} of those that begin here")]
    private partial void LogExporting(Uri endpoint, double sampleRatio);
}
