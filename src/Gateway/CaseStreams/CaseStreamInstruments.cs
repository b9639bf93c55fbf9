using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>The metrics of real-time streams, meter <c>Switchboard.Nexus</c>, and the count by which their number is limited.</summary>
internal sealed class CaseStreamInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Switchboard.Nexus";

    private readonly ConcurrentDictionary<Guid, int> _open = new();
    private readonly UpDownCounter<long> _connections;
    private readonly Counter<long> _events;
    private readonly Counter<long> _behind;
    private readonly Counter<long> _resets;
    private readonly Counter<long> _ends;

    public CaseStreamInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _connections = meter.CreateUpDownCounter<long>("switchboard.nexus.connections", "{connection}", "Open streams.");
        _events = meter.CreateCounter<long>("switchboard.nexus.events", "{event}", "Events sent to clients.");
        _behind = meter.CreateCounter<long>("switchboard.nexus.behind", "{time}", "Clients that fell behind and were served from the log.");
        _resets = meter.CreateCounter<long>("switchboard.nexus.resets", "{time}", "Clients that were told to start anew, by reason.");
        _ends = meter.CreateCounter<long>("switchboard.nexus.ends", "{stream}", "Streams that ended, by reason.");
    }

    /// <summary>Counts a stream of an organisation unless it has as many as it may.</summary>
    public bool TryOpen(Guid orgId, int most)
    {
        if (_open.AddOrUpdate(orgId, 1, static (_, open) => open + 1) > most)
        {
            Release(orgId);
            return false;
        }

        _connections.Add(1);
        return true;
    }

    /// <summary>A stream that was counted is over.</summary>
    public void Close(Guid orgId)
    {
        Release(orgId);
        _connections.Add(-1);
    }

    public void Sent(int events) => _events.Add(events);

    public void Behind() => _behind.Add(1);

    public void Reset(string reason) => _resets.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Ended(StreamEnd end) => _ends.Add(1, new KeyValuePair<string, object?>("reason", StreamWords.Name(end)));

    private void Release(Guid orgId)
    {
        if (_open.AddOrUpdate(orgId, 0, static (_, open) => open - 1) == 0)
        {
            _open.TryRemove(new KeyValuePair<Guid, int>(orgId, 0));
        }
    }
}
