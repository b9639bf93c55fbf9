using System.Diagnostics.Metrics;
using Switchboard.Grains.Deliveries;

namespace Switchboard.Handlers.Webhooks;

/// <summary>The metrics of outgoing webhooks, meter <c>Switchboard.Webhooks</c>.</summary>
internal sealed class WebhookInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Switchboard.Webhooks";

    private readonly Counter<long> _attempts;
    private readonly Counter<long> _switchedOff;
    private readonly Histogram<double> _latency;
    private readonly Histogram<double> _lateness;

    public WebhookInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _attempts = meter.CreateCounter<long>("switchboard.webhooks.attempts", "{attempt}", "Attempts, by outcome.");
        _switchedOff = meter.CreateCounter<long>("switchboard.webhooks.switched_off", "{webhook}", "Webhooks that were switched off because they failed for too long.");
        _latency = meter.CreateHistogram<double>("switchboard.webhooks.latency", "s", "Time that receivers took to answer.");
        _lateness = meter.CreateHistogram<double>("switchboard.webhooks.lateness", "s", "Time from an event to the end of its successful delivery.");
    }

    public void Attempted(AttemptResult result, DateTimeOffset occurredAt, DateTimeOffset now)
    {
        var outcome = result.Succeeded ? "delivered" : result.Status is null ? "no_answer" : "refused";
        _attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _latency.Record(result.Latency.TotalSeconds);
        if (result.Succeeded)
        {
            _lateness.Record((now - occurredAt).TotalSeconds);
        }
    }

    public void SwitchedOff() => _switchedOff.Add(1);
}
