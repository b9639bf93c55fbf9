namespace Switchboard.Speech.Recognition.Sphinx;

/// <summary>
/// The decoder's idea of a channel's mean spectrum: all that has to be carried from one utterance of a session to the next, and what
/// must never be carried from one customer to another.
/// </summary>
internal sealed record CmnState(float[] Means)
{
    public const int Length = 13;
}
