using System.Diagnostics.Metrics;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>The metrics of callbacks, meter <c>Switchboard.Speech</c>.</summary>
internal sealed class CallbackInstruments(IMeterFactory meters)
{
    private readonly Counter<long> _attempts = meters.Create("Switchboard.Speech").CreateCounter<long>(
        "switchboard.speech.callbacks", "{attempt}", "Attempts at callbacks, by what they came to.");

    public void Count(string outcome) => _attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
