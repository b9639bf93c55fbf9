using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace Switchboard.Silo.Metrics;

/// <summary>
/// Listens to the process's meters and keeps what <c>/metrics</c> shows. Meters that belong to another host in the same
/// process (their scope is another meter factory) are left out.
/// </summary>
internal sealed class MetricRegistry : IDisposable
{
    private readonly Dictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _scraping = new();
    private readonly MeterListener _listener = new();
    private readonly MetricsOptions _options;
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _time;
    private long _scrape;

    public MetricRegistry(IOptions<MetricsOptions> options, IMeterFactory meters, TimeProvider time)
    {
        _options = options.Value;
        _meters = meters;
        _time = time;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (FamilyOf(instrument) is { } family)
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => ((MetricFamily)state!).Record((double)value, tags));
        _listener.Start();
    }

    /// <summary>Asks observable instruments for their values and hands every metric with its series to <paramref name="show"/>, by name.</summary>
    public void Scrape(Action<MetricFamily, IReadOnlyList<Series>> show)
    {
        lock (_scraping)
        {
            MetricFamily[] families;
            lock (_families)
            {
                families = [.. _families.Values.OrderBy(family => family.Name.Base, StringComparer.Ordinal)];
            }

            _scrape++;
            foreach (var family in families)
            {
                family.Scrape = _scrape;
            }

            _listener.RecordObservableInstruments();
            foreach (var family in families)
            {
                var series = family.Snapshot();
                if (series.Count > 0)
                {
                    show(family, series);
                }
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private MetricFamily? FamilyOf(Instrument instrument)
    {
        var meter = instrument.Meter;
        if ((meter.Scope is not null && !ReferenceEquals(meter.Scope, _meters))
            || !_options.Meters.Any(start => meter.Name.StartsWith(start, StringComparison.Ordinal)))
        {
            return null;
        }

        var name = MetricName.Of(instrument);
        lock (_families)
        {
            if (!_families.TryGetValue(name.Base, out var family))
            {
                family = new MetricFamily(name, instrument, _options.MaxSeriesPerMetric, _time);
                _families.Add(name.Base, family);
            }

            // Two instruments of one name but different kinds cannot share a family: the first one wins.
            return family.Name.Kind == name.Kind ? family : null;
        }
    }
}
