using Switchboard.Bench.Engine;
using Switchboard.Bench.Gateway;
using Switchboard.Bench.Search;
using Switchboard.Bench.Store;
using Switchboard.Bench.Streams;
using Switchboard.Bench.Up;

namespace Switchboard.Bench;

/// <summary>The benches by name, in the order in which they run.</summary>
internal static class Benches
{
    /// <summary>Name and what to run.</summary>
    public static IReadOnlyDictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>> All { get; } =
        new Dictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
        {
            ["engine"] = EngineBench.RunAsync,
            ["store"] = StoreBench.RunAsync,
            ["streams"] = StreamBench.RunAsync,
            ["gateway"] = GatewayBench.RunAsync,
            ["search"] = SearchBench.RunAsync,
            ["up"] = UpBench.RunAsync,
        };
}
