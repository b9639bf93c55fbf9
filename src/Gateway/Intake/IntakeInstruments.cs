using System.Diagnostics.Metrics;
using Switchboard.Grains.Intake;

namespace Switchboard.Gateway.Intake;

/// <summary>The metrics of the doors for alerts.</summary>
internal sealed class IntakeInstruments
{
    private readonly Counter<long> _received;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;

    public IntakeInstruments(IMeterFactory meters)
    {
        var meter = meters.Create("Switchboard.Gateway.Intake");
        _received = meter.CreateCounter<long>("switchboard.intake.received", "{alert}", "Alerts that were taken in, by the kind of integration.");
        _dropped = meter.CreateCounter<long>("switchboard.intake.dropped", "{alert}", "Alerts that a route forgot, by the kind of integration.");
        _refused = meter.CreateCounter<long>("switchboard.intake.refused", "{message}", "Messages that could not be read, by the kind of integration.");
    }

    public void Received(IntegrationKind kind, int count) => _received.Add(count, Tag(kind));

    public void Dropped(IntegrationKind kind, int count) => _dropped.Add(count, Tag(kind));

    public void Refused(IntegrationKind kind) => _refused.Add(1, Tag(kind));

    private static KeyValuePair<string, object?> Tag(IntegrationKind kind) => new("kind", IntakeNames.Of(kind));
}
