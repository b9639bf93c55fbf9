using System.Collections.Immutable;
using Switchboard.Speech.Recognition;
using Switchboard.Speech.Recognition.Live;

namespace Switchboard.Speech.Tests.Recognition;

/// <summary>Keeps what a live channel says.</summary>
internal sealed class ListeningSink : ILiveSink
{
    public List<LiveResult> Results { get; } = [];

    public List<double> Starts { get; } = [];

    public List<(double At, int After)> UtteranceEnds { get; } = [];

    public IEnumerable<LiveResult> Finals => Results.Where(result => result.IsFinal);

    public ImmutableArray<RecognizedWord> Words => [.. Finals.SelectMany(result => result.Words)];

    public string Text => string.Join(' ', Words.Select(word => word.Text));

    public ValueTask ResultAsync(LiveResult result, CancellationToken cancellation)
    {
        Results.Add(result);
        return ValueTask.CompletedTask;
    }

    public ValueTask SpeechStartedAsync(int channel, double seconds, CancellationToken cancellation)
    {
        Starts.Add(seconds);
        return ValueTask.CompletedTask;
    }

    public ValueTask UtteranceEndAsync(int channel, double lastWordEnd, CancellationToken cancellation)
    {
        UtteranceEnds.Add((lastWordEnd, Results.Count));
        return ValueTask.CompletedTask;
    }
}
