using System.Diagnostics.Metrics;
using System.Text;

namespace Switchboard.Silo.Metrics;

/// <summary>What a metric is, in Prometheus' terms.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>A distribution.</summary>
    Histogram,
}

/// <summary>
/// An instrument's name, unit and kind as Prometheus wants them: snake case, base units in the name, <c>_total</c> on
/// counters (https://prometheus.io/docs/practices/naming/).
/// </summary>
/// <param name="Base">The family's name, with its unit and without <c>_total</c>.</param>
/// <param name="Unit">The base unit, or empty.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Scale">Factor from the instrument's unit to the base unit.</param>
internal sealed record MetricName(string Base, string Unit, MetricKind Kind, double Scale)
{
    // The runtime publishes these two as counters although they fall (dotnet/runtime, RuntimeMetrics.cs).
    private static readonly string[] CountersThatFall = ["dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length"];

    /// <summary>Name of the samples in the classic text format, where a counter's family carries <c>_total</c> as well.</summary>
    public string Sample => Kind == MetricKind.Counter ? Base + "_total" : Base;

    /// <summary>Chooses the name.</summary>
    public static MetricName Of(Instrument instrument)
    {
        var kind = KindOf(instrument);
        var (unit, scale) = BaseUnit(instrument.Unit, kind);
        var name = Sanitize(instrument.Name);
        if (name.EndsWith("_total", StringComparison.Ordinal))
        {
            name = name[..^"_total".Length];
        }

        // "_count" belongs to histograms; promtool refuses it elsewhere.
        if (name.EndsWith("_count", StringComparison.Ordinal))
        {
            name = name[..^"_count".Length] + (kind == MetricKind.Counter ? "" : "_current");
        }

        return new MetricName(unit.Length == 0 || name.EndsWith("_" + unit, StringComparison.Ordinal) ? name : name + "_" + unit, unit, kind, scale);
    }

    /// <summary>Makes a metric's or label's name of letters, digits and underscores.</summary>
    public static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsAsciiLetterUpper(c) && i > 0 && (char.IsAsciiLetterLower(name[i - 1]) || char.IsAsciiDigit(name[i - 1])))
            {
                text.Append('_');
            }

            text.Append(char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_');
        }

        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? "_" + text : text.ToString();
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        if (CountersThatFall.Contains(instrument.Name, StringComparer.Ordinal))
        {
            return MetricKind.Gauge;
        }

        var type = instrument.GetType();
        while (type is { IsGenericType: false } && type.BaseType is { } parent)
        {
            type = parent;
        }

        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? MetricKind.Counter
            : definition == typeof(Histogram<>) ? MetricKind.Histogram
            : MetricKind.Gauge;
    }

    private static (string Unit, double Scale) BaseUnit(string? unit, MetricKind kind) => unit switch
    {
        "s" => ("seconds", 1),
        "ms" => ("seconds", 1e-3),
        "us" or "μs" => ("seconds", 1e-6),
        "ns" => ("seconds", 1e-9),
        "min" => ("seconds", 60),
        "By" or "bytes" => ("bytes", 1),
        "KiBy" => ("bytes", 1024),
        "MiBy" => ("bytes", 1024 * 1024),
        "MBy" => ("bytes", 1e6),
        "%" => ("ratio", 0.01),
        "1" when kind == MetricKind.Gauge => ("ratio", 1),
        _ => ("", 1), // "{request}" and the like are annotations, not units
    };
}
