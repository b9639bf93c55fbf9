using System.Diagnostics.Metrics;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>The speech wire's metrics, meter <c>Switchboard.Speech</c>.</summary>
internal sealed class ListenInstruments
{
    private readonly UpDownCounter<long> _open;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _audio;
    private readonly Counter<long> _results;
    private readonly Counter<long> _failovers;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _notUnderstood;
    private readonly Counter<long> _files;

    public ListenInstruments(IMeterFactory meters)
    {
        var meter = meters.Create("Switchboard.Speech");
        _open = meter.CreateUpDownCounter<long>("switchboard.speech.live.sessions", "{session}", "Live sessions in this process.");
        _ended = meter.CreateCounter<long>("switchboard.speech.live.ended", "{session}", "Live sessions that ended, by close code.");
        _refused = meter.CreateCounter<long>("switchboard.speech.refused", "{request}", "Requests that were refused, by status.");
        _audio = meter.CreateCounter<long>("switchboard.speech.live.audio", "By", "Audio accepted from live clients.");
        _results = meter.CreateCounter<long>("switchboard.speech.live.results", "{message}", "Messages that went to live clients.");
        _failovers = meter.CreateCounter<long>("switchboard.speech.live.failovers", "{failover}", "Live sessions that another engine took over.");
        _resumed = meter.CreateCounter<long>("switchboard.speech.live.resumed", "{session}", "Live sessions whose client came back.");
        _notUnderstood = meter.CreateCounter<long>(
            "switchboard.speech.live.not_understood", "{message}", "Messages that were ignored, by who sent them.");
        _files = meter.CreateCounter<long>("switchboard.speech.files", "{file}", "Files, by the status of the answer.");
    }

    public void Opened() => _open.Add(1);

    public void Ended(int code)
    {
        _open.Add(-1);
        _ended.Add(1, new KeyValuePair<string, object?>("code", code));
    }

    public void Refused(int status) => _refused.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Audio(int bytes) => _audio.Add(bytes);

    public void Result() => _results.Add(1);

    public void FailedOver() => _failovers.Add(1);

    public void Resumed() => _resumed.Add(1);

    public void NotUnderstood(string sender) => _notUnderstood.Add(1, new KeyValuePair<string, object?>("sender", sender));

    public void File(int status) => _files.Add(1, new KeyValuePair<string, object?>("status", status));
}
