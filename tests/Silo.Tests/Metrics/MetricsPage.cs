using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Switchboard.Silo.Metrics;

namespace Switchboard.Silo.Tests.Metrics;

/// <summary>A registry over meters of its own, and the text it shows.</summary>
internal sealed class MetricsPage : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricRegistry _registry;

    public MetricsPage(int maxSeries = 500, params string[] meters)
    {
        var options = new MetricsOptions { MaxSeriesPerMetric = maxSeries, Meters = meters.Length == 0 ? ["Switchboard"] : meters };
        _registry = new MetricRegistry(Options.Create(options), Factory, TimeProvider.System);
        Meter = Factory.Create("Switchboard.Tests");
    }

    public IMeterFactory Factory => _services.GetRequiredService<IMeterFactory>();

    public Meter Meter { get; }

    /// <summary>The lines of a scrape.</summary>
    public string[] Lines(bool openMetrics = false) => Text(openMetrics).TrimEnd('\n').Split('\n');

    public string Text(bool openMetrics = false)
    {
        var text = new PrometheusText(openMetrics);
        _registry.Scrape(text.Add);
        return text.Finish();
    }

    public void Dispose()
    {
        _registry.Dispose();
        _services.Dispose();
    }
}
