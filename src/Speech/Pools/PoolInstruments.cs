using System.Diagnostics.Metrics;

namespace Switchboard.Speech.Pools;

/// <summary>The pools' metrics, meter <c>Switchboard.Speech.Pools</c>.</summary>
internal sealed class PoolInstruments
{
    private readonly Meter _meter;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _again;

    public PoolInstruments(IMeterFactory meters)
    {
        _meter = meters.Create("Switchboard.Speech.Pools");
        _failures = _meter.CreateCounter<long>(
            "switchboard.speech.node.failures", "{failure}", "Connections and files that a node failed at, by node.");
        _again = _meter.CreateCounter<long>(
            "switchboard.speech.files.again", "{file}", "Files that a node had begun to hear and another one was given, by the node that failed.");
    }

    public void Again(string node) => _again.Add(1, new KeyValuePair<string, object?>("node", node));

    public void Failed(string node) => _failures.Add(1, new KeyValuePair<string, object?>("node", node));

    public void Watch(Func<IEnumerable<EngineNode>> nodes)
    {
        _meter.CreateObservableGauge(
            "switchboard.speech.node.streams",
            () => nodes().Select(static node => new Measurement<int>(node.InFlight, Tag(node))),
            "{stream}",
            "Streams and files at a node.");
        _meter.CreateObservableGauge(
            "switchboard.speech.node.usable",
            () => nodes().Select(static node => new Measurement<int>(node.IsUsable ? 1 : 0, Tag(node))),
            null,
            "Whether a node is given new work.");
    }

    private static KeyValuePair<string, object?> Tag(EngineNode node) => new("node", node.Address.Name);
}
