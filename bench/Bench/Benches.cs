using Switchboard.Bench.Cases;
using Switchboard.Bench.Engine;
using Switchboard.Bench.Gateway;
using Switchboard.Bench.Grpc;
using Switchboard.Bench.Intake;
using Switchboard.Bench.Search;
using Switchboard.Bench.Speech;
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
            ["grpc"] = GrpcBench.RunAsync,
            ["intake"] = IntakeBench.RunAsync,
            ["search"] = SearchBench.RunAsync,
            ["cases"] = CasesBench.RunAsync,
            ["speech"] = SpeechBench.RunAsync,
            ["up"] = UpBench.RunAsync,
        };

    // By name only: it takes too long to run with all others.
    private const string SearchLarge = "search/large";

    /// <summary>A bench, or a part of one that has parts: <c>streams/log</c>. Null: there is none of that name.</summary>
    public static Func<CancellationToken, Task<IReadOnlyList<Figure>>>? Find(string name) =>
        name == SearchLarge ? SearchBench.RunLargeAsync : All.GetValueOrDefault(name)
        ?? (name.StartsWith("streams/", StringComparison.Ordinal) ? StreamBench.Parts.GetValueOrDefault(name["streams/".Length..]) : null)
        ?? (name.StartsWith("grpc/", StringComparison.Ordinal) ? GrpcBench.Parts.GetValueOrDefault(name["grpc/".Length..]) : null)
        ?? (name.StartsWith("speech/", StringComparison.Ordinal) ? SpeechBench.Parts.GetValueOrDefault(name["speech/".Length..]) : null);

    /// <summary>All names that can be asked for.</summary>
    public static IEnumerable<string> Names => All.Keys.Append(SearchLarge)
        .Concat(StreamBench.Parts.Keys.Select(static part => $"streams/{part}"))
        .Concat(GrpcBench.Parts.Keys.Select(static part => $"grpc/{part}")).Concat(SpeechBench.Parts.Keys.Select(static part => $"speech/{part}"));
}
