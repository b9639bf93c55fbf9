using System.Diagnostics;

namespace Switchboard.Silo.Metrics;

/// <summary>One metric under one combination of labels. Recording takes no lock.</summary>
internal abstract class Series(string labels)
{
    /// <summary>The labels as text, without braces.</summary>
    public string Labels { get; } = labels;

    /// <summary>The scrape in which it was last seen; what an observable instrument no longer reports is not shown.</summary>
    public long SeenIn { get; set; }

    /// <summary>Takes a measurement in the base unit.</summary>
    public abstract void Record(double value);

    /// <summary>Adds to a double that many threads add to.</summary>
    protected static void Add(ref double target, double value)
    {
        var seen = Volatile.Read(ref target);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref target, seen + value, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }
}

/// <summary>A single number: a counter that is added to, or a value that is set.</summary>
internal sealed class NumberSeries(string labels, bool absolute) : Series(labels)
{
    private double _value;

    /// <summary>The present value.</summary>
    public double Value => Volatile.Read(ref _value);

    public override void Record(double value)
    {
        if (absolute)
        {
            Volatile.Write(ref _value, value);
        }
        else
        {
            Add(ref _value, value);
        }
    }
}

/// <summary>A distribution over fixed buckets.</summary>
internal sealed class HistogramSeries(string labels, double[] bounds, TimeProvider time) : Series(labels)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private readonly Exemplar?[] _exemplars = new Exemplar?[bounds.Length + 1];
    private double _sum;

    /// <summary>Upper bounds, inclusive; the last bucket has none.</summary>
    public double[] Bounds => bounds;

    /// <summary>Sum of all values.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>How many values fell into a bucket (not cumulative).</summary>
    public long CountOf(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>The latest traced measurement in a bucket, or null.</summary>
    public Exemplar? ExemplarOf(int bucket) => Volatile.Read(ref _exemplars[bucket]);

    public override void Record(double value)
    {
        var found = Array.BinarySearch(bounds, value);
        var bucket = found >= 0 ? found : ~found;
        Interlocked.Increment(ref _counts[bucket]);
        Add(ref _sum, value);
        if (Activity.Current is { Recorded: true } activity)
        {
            Volatile.Write(ref _exemplars[bucket], new Exemplar(value, activity.TraceId.ToHexString(), activity.SpanId.ToHexString(), time.GetUtcNow()));
        }
    }
}

/// <summary>A measurement that a trace explains.</summary>
internal sealed record Exemplar(double Value, string TraceId, string SpanId, DateTimeOffset At);
