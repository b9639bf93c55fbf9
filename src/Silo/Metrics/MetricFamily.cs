using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Switchboard.Silo.Metrics;

/// <summary>A metric with all its series.</summary>
internal sealed class MetricFamily
{
    // What the OpenTelemetry specification gives histograms without advice; for seconds scaled as ASP.NET Core does.
    private static readonly double[] SecondsBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] OtherBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly ConcurrentDictionary<TagSet, Series> _byTags = new(TagSet.Comparer.Instance);
    private readonly ConcurrentDictionary<TagSet, Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _bySpan;
    private readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly Lock _growth = new();
    private readonly bool _absolute;
    private readonly int _maxSeries;
    private readonly double[] _bounds;
    private readonly TimeProvider _time;

    public MetricFamily(MetricName name, Instrument instrument, int maxSeries, TimeProvider time)
    {
        Name = name;
        Help = string.IsNullOrWhiteSpace(instrument.Description) ? instrument.Name : instrument.Description.ReplaceLineEndings(" ");
        Observable = instrument.IsObservable;
        _absolute = instrument.IsObservable || instrument.GetType().Name.StartsWith("Gauge`", StringComparison.Ordinal);
        _maxSeries = maxSeries;
        _time = time;
        _bounds = BoundsOf(instrument, name);
        _bySpan = _byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    /// <summary>Name, unit, kind.</summary>
    public MetricName Name { get; }

    /// <summary>What it means.</summary>
    public string Help { get; }

    /// <summary>True when values are asked for at each scrape.</summary>
    public bool Observable { get; }

    /// <summary>The number of the scrape under way; series note it.</summary>
    public long Scrape { get; set; }

    /// <summary>Takes a measurement as the instrument gave it.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_bySpan.TryGetValue(tags, out var series))
        {
            series = Grow(tags);
        }

        series.SeenIn = Scrape;
        series.Record(value * Name.Scale);
    }

    /// <summary>The series to show, by label.</summary>
    public IReadOnlyList<Series> Snapshot()
    {
        lock (_growth)
        {
            return [.. _byLabels.Values.Where(series => !Observable || series.SeenIn == Scrape).OrderBy(series => series.Labels, StringComparer.Ordinal)];
        }
    }

    private Series Grow(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_growth)
        {
            var full = _byLabels.Count >= _maxSeries;
            var labels = full ? "overflow=\"true\"" : TagSet.Labels(tags);
            if (full && _byLabels.TryGetValue(TagSet.Labels(tags), out var known))
            {
                return known;
            }

            if (!_byLabels.TryGetValue(labels, out var series))
            {
                series = Name.Kind == MetricKind.Histogram
                    ? new HistogramSeries(labels, _bounds, _time)
                    : new NumberSeries(labels, _absolute);
                _byLabels.Add(labels, series);
            }

            // An overflowing tag set is not remembered: remembering it is the memory that the cap is there to save.
            if (!full)
            {
                _bySpan[tags] = series;
            }

            return series;
        }
    }

    private static double[] BoundsOf(Instrument instrument, MetricName name)
    {
        var advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries?.ToArray(),
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            _ => null,
        };
        return advised?.Select(bound => bound * name.Scale).ToArray() ?? (name.Unit == "seconds" ? SecondsBounds : OtherBounds);
    }
}
