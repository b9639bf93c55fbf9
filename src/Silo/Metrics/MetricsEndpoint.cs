using Microsoft.Extensions.Options;

namespace Switchboard.Silo.Metrics;

/// <summary><c>GET /metrics</c>.</summary>
internal static class MetricsEndpoint
{
    /// <summary>Registers what the endpoint needs.</summary>
    public static IServiceCollection AddPrometheusMetrics(this IServiceCollection services, string version, string engine)
    {
        services.AddOptions<MetricsOptions>().BindConfiguration("Metrics").ValidateOnStart();
        services.AddSingleton<IValidateOptions<MetricsOptions>, MetricsOptionsValidator>();
        services.AddSingleton<MetricRegistry>();
        services.AddSingleton(provider => new ProcessMetrics(provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), version, engine));
        return services;
    }

    /// <summary>Maps it, without keys and without counting itself. Starts the listening, so call it before traffic comes.</summary>
    public static void MapPrometheusMetrics(this WebApplication app)
    {
        _ = app.Services.GetRequiredService<ProcessMetrics>();
        var registry = app.Services.GetRequiredService<MetricRegistry>();
        app.MapGet("/metrics", (HttpContext context) =>
        {
            var text = new PrometheusText(PrometheusText.WantsOpenMetrics(context.Request.Headers.Accept));
            registry.Scrape(text.Add);
            return Results.Text(text.Finish(), text.ContentType);
        }).DisableHttpMetrics().ExcludeFromDescription();
    }
}
