namespace Switchboard.Testing.Speech;

/// <summary>How a scripted engine behaves on one connection.</summary>
public sealed record EngineScript
{
    /// <summary>Blocks that make up the window of a final result.</summary>
    public int FinalEvery { get; init; } = 10;

    /// <summary>After so many blocks it breaks the connection without a word; null never does.</summary>
    public int? KillAt { get; init; }

    /// <summary>After so many blocks it neither reads nor answers any more, not even pings.</summary>
    public int? FreezeAt { get; init; }

    /// <summary>After so many blocks it answers with what is no message.</summary>
    public int? RubbishAt { get; init; }

    /// <summary>After so many blocks it says that it cannot decode the audio.</summary>
    public int? RefuseAudioAt { get; init; }

    /// <summary>What it answers a file with instead of a transcription; null answers with one.</summary>
    public string? FileAnswer { get; init; }

    /// <summary>What it says that it will not do; null says nothing.</summary>
    public string? Warning { get; init; }

    /// <summary>The status that it refuses the connection with; null takes it.</summary>
    public int? RefuseStatus { get; init; }
}
