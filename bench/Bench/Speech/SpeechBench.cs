using Switchboard.Bench.Speech.Live;

namespace Switchboard.Bench.Speech;

/// <summary>Speech: keys, sessions, engines. Each part brings its own figures.</summary>
internal static class SpeechBench
{
    /// <summary>The parts by name, each of which also runs alone: <c>speech/keys</c>.</summary>
    public static IReadOnlyDictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>> Parts { get; } =
        new SortedDictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
        {
            ["calls"] = CallBench.RunAsync,
            ["engine"] = EngineNodeBench.RunAsync,
            ["files"] = FileBench.RunAsync,
            ["keys"] = KeyBench.RunAsync,
            ["live"] = LiveBench.RunAsync,
        };

    /// <summary>Runs all parts.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        List<Figure> figures = [];
        foreach (var part in Parts.Values)
        {
            figures.AddRange(await part(cancellationToken));
        }

        return figures;
    }
}
