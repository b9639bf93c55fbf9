using System.Diagnostics.Metrics;

namespace Switchboard.Storage.EventStore;

/// <summary>The store's metrics; meter <c>Switchboard.Storage</c>.</summary>
internal sealed class StorageInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Switchboard.Storage";

    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batch;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _resolved;
    private readonly Counter<long> _unavailable;
    private readonly Meter _meter;

    public StorageInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _duration = _meter.CreateHistogram(
            "switchboard.storage.append.duration", "s", "From the caller's append to the durable commit.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
        _batch = _meter.CreateHistogram(
            "switchboard.storage.append.batch", "{append}", "Appends that shared a transaction.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _conflicts = _meter.CreateCounter<long>("switchboard.storage.append.refused", "{append}", "Appends that were answered with a conflict, by its kind.");
        _resolved = _meter.CreateCounter<long>(
            "switchboard.storage.append.unknown_outcomes", "{append}", "Appends whose commit got no answer, by what was found out.");
        _unavailable = _meter.CreateCounter<long>("switchboard.storage.append.unavailable", "{append}", "Appends that failed because the database could not be used.");
    }

    /// <summary>An append was committed.</summary>
    public void Appended(TimeSpan took) => _duration.Record(took.TotalSeconds);

    /// <summary>A transaction was committed.</summary>
    public void Committed(int appends) => _batch.Record(appends);

    /// <summary>An append was refused.</summary>
    public void Refused(string kind) => _conflicts.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>An append's outcome was found out after its connection was lost.</summary>
    public void Resolved(bool committed) => _resolved.Add(1, new KeyValuePair<string, object?>("outcome", committed ? "committed" : "not_committed"));

    /// <summary>An append failed.</summary>
    public void Unavailable() => _unavailable.Add(1);

    /// <summary>Shows the queue's depth from now on.</summary>
    public void ObserveQueue(Func<int> depth) => _meter.CreateObservableGauge(
        "switchboard.storage.append.queue", depth, "{append}", "Appends that wait or are being written.");

    /// <summary>Shows how long the feed's horizon has been standing still while transactions went on.</summary>
    public void ObserveHorizon(Func<double> lag) => _meter.CreateObservableGauge(
        "switchboard.storage.feed.horizon_lag", lag, "s", "How long the oldest running transaction has been holding up the feed.");
}
