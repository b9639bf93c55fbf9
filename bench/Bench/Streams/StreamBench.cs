namespace Switchboard.Bench.Streams;

/// <summary>Streams: the transports, the relay, the handlers. Each part brings its own figures.</summary>
internal static class StreamBench
{
    private static readonly Func<CancellationToken, Task<IReadOnlyList<Figure>>>[] _parts = [PostgresLogBench.RunAsync];

    /// <summary>Runs all parts.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        List<Figure> figures = [];
        foreach (var part in _parts)
        {
            figures.AddRange(await part(cancellationToken));
        }

        return figures;
    }
}
