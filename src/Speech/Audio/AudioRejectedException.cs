using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Audio;

/// <summary>The audio cannot be decoded; the message says why and holds nothing of the audio.</summary>
public sealed class AudioRejectedException : Exception
{
    /// <summary>Audio that is corrupt or of no known kind: 400, or a live stream's <c>DATA-0000</c>.</summary>
    public AudioRejectedException(string message)
        : base(message) => Error = SpeechError.UndecodableAudio with { Message = $"{SpeechError.UndecodableAudio.Message} ({message})" };

    /// <summary>Audio that is refused for another reason.</summary>
    public AudioRejectedException(SpeechError error)
        : base(error.Message) => Error = error;

    /// <summary>What a client is told.</summary>
    public SpeechError Error { get; }
}
