using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Switchboard.Gateway;

/// <summary>The gateway's metrics, meter <c>Switchboard.Gateway</c>.</summary>
internal sealed class GatewayInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Switchboard.Gateway";

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _replayed;

    public GatewayInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _duration = meter.CreateHistogram(
            "switchboard.gateway.request.duration",
            "s",
            "Time from a request's first handler to its answer, by operation and status.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
            });
        _refused = meter.CreateCounter<long>(
            "switchboard.gateway.refused", "{request}", "Requests that were not let in: unknown keys and used-up limits, by status.");
        _replayed = meter.CreateCounter<long>(
            "switchboard.gateway.idempotent.replayed", "{request}", "Requests that were answered with the first answer again.");
    }

    public OperationMeter Of(string operation) => new(_duration, operation);

    public void Refused(int status) => _refused.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Replayed() => _replayed.Add(1);
}

/// <summary>Records one operation's requests; tag sets are made once per status.</summary>
internal sealed class OperationMeter(Histogram<double> duration, string operation)
{
    private readonly ConcurrentDictionary<int, KeyValuePair<string, object?>[]> _tags = new();

    public void Record(int status, TimeSpan elapsed)
    {
        if (duration.Enabled)
        {
            duration.Record(elapsed.TotalSeconds, _tags.GetOrAdd(
                status,
                static (status, operation) => [new("operation", operation), new("status", status)],
                operation));
        }
    }
}
