using System.Diagnostics.Metrics;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>What the node measures of itself.</summary>
internal sealed class EngineInstruments
{
    private readonly Counter<double> _audio;
    private readonly Counter<long> _results;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _ignored;
    private readonly Counter<long> _ended;

    public EngineInstruments(IMeterFactory factory, Admission admission, Decoding decoding)
    {
        var meter = factory.Create("Switchboard.SpeechEngine");
        _audio = meter.CreateCounter<double>("switchboard.speech_engine.audio", "s", "Audio that was recognised, by kind");
        _results = meter.CreateCounter<long>("switchboard.speech_engine.results", "{result}", "Live results, final or not");
        _refused = meter.CreateCounter<long>("switchboard.speech_engine.refused", "{request}", "Requests refused, by status");
        _ignored = meter.CreateCounter<long>("switchboard.speech_engine.messages_ignored", "{message}", "Text messages that nobody knows");
        _ended = meter.CreateCounter<long>("switchboard.speech_engine.sessions_ended", "{session}", "Live sessions that ended, by close code");
        meter.CreateObservableGauge("switchboard.speech_engine.sessions", () => admission.Sessions, "{session}", "Live sessions now");
        meter.CreateObservableGauge("switchboard.speech_engine.files", () => admission.Files, "{file}", "Files now");
        meter.CreateObservableGauge("switchboard.speech_engine.decoders_leased", () => decoding.Recognizer.Live.Leased, "{decoder}", "Live decoders at work now");
        meter.CreateObservableGauge("switchboard.speech_engine.decoders_made", () => decoding.Recognizer.Live.Made + decoding.Recognizer.Whole.Made, "{decoder}", "Decoders in memory, 92 MiB each");
        meter.CreateObservableGauge("switchboard.speech_engine.decode_queue", () => decoding.Recognizer.LiveThreads.Waiting, "{piece}", "Pieces of live audio that wait for a core");
    }

    public void Audio(string kind, double seconds) => _audio.Add(seconds, new KeyValuePair<string, object?>("kind", kind));

    public void Result(bool final) => _results.Add(1, new KeyValuePair<string, object?>("final", final));

    public void Refused(int status) => _refused.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Ignored() => _ignored.Add(1);

    public void Ended(int code) => _ended.Add(1, new KeyValuePair<string, object?>("code", code));
}
