namespace Switchboard.Bench.Streams;

/// <summary>Streams: the transports, the relay, the handlers. Each part brings its own figures.</summary>
internal static class StreamBench
{
    /// <summary>The parts by name, each of which also runs alone: <c>streams/log</c>.</summary>
    public static IReadOnlyDictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>> Parts { get; } =
        new SortedDictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
        {
            ["client"] = ClientLatency.RunAsync,
            ["flavors"] = FlavorsBench.RunAsync,
            ["kafka"] = KafkaBench.RunAsync,
            ["log"] = PostgresLogBench.RunAsync,
            ["slow-flavor"] = SlowFlavorBench.RunAsync,
            ["timeline"] = TimelineBench.RunAsync,
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
