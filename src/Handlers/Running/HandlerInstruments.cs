using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Switchboard.Grains.DeadLetters;

namespace Switchboard.Handlers.Running;

/// <summary>The handlers' metrics; meter <c>Switchboard.Handlers</c>, by flavor and tenant.</summary>
internal sealed class HandlerInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Switchboard.Handlers";

    private readonly Counter<long> _handled;
    private readonly Counter<long> _repeated;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _replayed;
    private readonly Histogram<double> _duration;
    private readonly ConcurrentDictionary<(string Flavor, string Tenant), long> _waiting = new();

    public HandlerInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _handled = meter.CreateCounter<long>("switchboard.handlers.handled", "{event}", "Events whose effect was committed.");
        _repeated = meter.CreateCounter<long>("switchboard.handlers.repeated", "{event}", "Events that came again and were recognised.");
        _retried = meter.CreateCounter<long>("switchboard.handlers.retried", "{attempt}", "Attempts that failed and were made again.");
        _parked = meter.CreateCounter<long>("switchboard.handlers.parked", "{event}", "Events that became dead letters, by reason.");
        _replayed = meter.CreateCounter<long>("switchboard.handlers.replayed", "{event}", "Dead letters that were tried again, by outcome.");
        _duration = meter.CreateHistogram(
            "switchboard.handlers.duration", "s", "From the delivery of an event to its settlement.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        meter.CreateObservableGauge(
            "switchboard.handlers.dead_letters",
            () => _waiting.Select(static one => new Measurement<long>(one.Value, Tags(one.Key.Flavor, one.Key.Tenant))),
            "{event}",
            "Dead letters that wait for a decision.");
    }

    public void Handled(string flavor, string tenant) => _handled.Add(1, Tags(flavor, tenant));

    public void Repeated(string flavor, string tenant) => _repeated.Add(1, Tags(flavor, tenant));

    public void Retried(string flavor, string tenant) => _retried.Add(1, Tags(flavor, tenant));

    public void Parked(string flavor, string tenant, DeadLetterReason reason) =>
        _parked.Add(1, [.. Tags(flavor, tenant), new("reason", reason.ToString())]);

    public void Replayed(string flavor, string tenant, bool succeeded) =>
        _replayed.Add(1, [.. Tags(flavor, tenant), new("outcome", succeeded ? "handled" : "failed")]);

    public void Took(string flavor, string tenant, TimeSpan took) => _duration.Record(took.TotalSeconds, Tags(flavor, tenant));

    /// <summary>Shows how many letters wait.</summary>
    public void Waiting(string flavor, string tenant, long letters) => _waiting[(flavor, tenant)] = letters;

    private static KeyValuePair<string, object?>[] Tags(string flavor, string tenant) => [new("flavor", flavor), new("tenant", tenant)];
}
