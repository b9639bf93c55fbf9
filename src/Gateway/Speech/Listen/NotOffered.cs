using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// Parameters that are understood, but that nothing here carries out, and that cannot be left out with a warning: the caller would wait for
/// results that go nowhere.
/// </summary>
internal static class NotOffered
{
    private static readonly SpeechError Callback =
        SpeechError.InvalidParameter("callback: a live stream is answered on its own connection here; leave it out, or send a file");

    /// <summary>Why the request cannot be served; null when nothing stands against it.</summary>
    public static SpeechError? Refusal(ListenParameters parameters) =>
        parameters.Callback is not null ? Callback : null;
}
