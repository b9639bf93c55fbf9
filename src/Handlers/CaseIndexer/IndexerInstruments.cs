using System.Diagnostics.Metrics;
using Switchboard.Grains.Intake;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>The metrics of alerts on their way into cases; how far behind they are is in the metrics of all flavors.</summary>
internal sealed class IndexerInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Switchboard.Intake";

    private readonly Counter<long> _decided;
    private readonly Counter<long> _effects;
    private readonly Counter<long> _silent;

    public IndexerInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _decided = meter.CreateCounter<long>("switchboard.intake.decided", "{alert}", "Alerts by what became of them: opened, updated, grouped, overflowed, ...");
        _effects = meter.CreateCounter<long>("switchboard.intake.case_changes", "{change}", "Changes made to cases for alerts.");
        _silent = meter.CreateCounter<long>("switchboard.intake.silent", "{integration}", "Integrations that fell silent.");
    }

    public void Decided(AlertResult result, long count) => _decided.Add(count, new KeyValuePair<string, object?>("result", IntakeNames.Of(result)));

    public void Changed() => _effects.Add(1);

    public void FellSilent() => _silent.Add(1);
}
