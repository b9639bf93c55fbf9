using System.Globalization;
using System.Text;

namespace Switchboard.Silo.Metrics;

/// <summary>
/// Writes metrics as Prometheus text 0.0.4 or OpenMetrics 1.0, which differ in the family name of counters, in units,
/// exemplars and the end mark.
/// </summary>
internal sealed class PrometheusText(bool openMetrics)
{
    private readonly StringBuilder _text = new(32 * 1024);

    /// <summary>Content type to answer with.</summary>
    public string ContentType => openMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Whether an <c>Accept</c> header asks for OpenMetrics.</summary>
    public static bool WantsOpenMetrics(string? accept) =>
        accept?.Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Adds a metric.</summary>
    public void Add(MetricFamily family, IReadOnlyList<Series> series)
    {
        var name = family.Name;
        var familyName = openMetrics ? name.Base : name.Sample;
        _text.Append("# HELP ").Append(familyName).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
        _text.Append("# TYPE ").Append(familyName).Append(' ').Append(KindText(name.Kind)).Append('\n');
        if (openMetrics && name.Unit.Length > 0)
        {
            _text.Append("# UNIT ").Append(familyName).Append(' ').Append(name.Unit).Append('\n');
        }

        foreach (var one in series)
        {
            if (one is HistogramSeries histogram)
            {
                AddHistogram(name.Base, histogram);
            }
            else if (one is NumberSeries number)
            {
                Sample(name.Sample, "", number.Labels, "", number.Value).Append('\n');
            }
        }
    }

    /// <summary>The whole text.</summary>
    public string Finish() => (openMetrics ? _text.Append("# EOF\n") : _text).ToString();

    private void AddHistogram(string name, HistogramSeries histogram)
    {
        long cumulative = 0;
        for (var i = 0; i <= histogram.Bounds.Length; i++)
        {
            cumulative += histogram.CountOf(i);
            var bound = i == histogram.Bounds.Length ? "+Inf" : Number(histogram.Bounds[i]);
            Sample(name, "_bucket", histogram.Labels, $"le=\"{bound}\"", cumulative);
            if (openMetrics && histogram.ExemplarOf(i) is { } exemplar)
            {
                _text.Append(" # {trace_id=\"").Append(exemplar.TraceId).Append("\",span_id=\"").Append(exemplar.SpanId).Append("\"} ")
                    .Append(Number(exemplar.Value)).Append(' ').Append(Number(exemplar.At.ToUnixTimeMilliseconds() / 1000.0));
            }

            _text.Append('\n');
        }

        Sample(name, "_sum", histogram.Labels, "", histogram.Sum).Append('\n');
        Sample(name, "_count", histogram.Labels, "", cumulative).Append('\n');
    }

    private StringBuilder Sample(string name, string suffix, string labels, string extra, double value)
    {
        _text.Append(name).Append(suffix);
        if (labels.Length > 0 || extra.Length > 0)
        {
            _text.Append('{').Append(labels).Append(labels.Length > 0 && extra.Length > 0 ? "," : "").Append(extra).Append('}');
        }

        return _text.Append(' ').Append(Number(value));
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string KindText(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string EscapeHelp(string help) => help.Replace(@"\", @"\\", StringComparison.Ordinal);
}
