using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Pools.Wires;

namespace Switchboard.Speech.Pools.Deepgram;

/// <summary>Nodes that speak the same wire as this service does: another SpeechEngine, Deepgram itself, or another Switchboard.</summary>
internal sealed class DeepgramKind(EngineHttp http, EngineWires wires, IOptions<PoolOptions> options) : IEngineKind
{
    /// <summary>Its name in the configuration.</summary>
    public const string KindName = "Deepgram";

    private const string Path = "/v1/listen";

    // What a SpeechEngine of this product looks at; others look at the usual header.
    private const string EngineKeyHeader = "x-switchboard-engine-key";

    public string Name => KindName;

    public string? HealthPath => "/health";

    public SpeechError? Refusal(ListenParameters parameters, bool live) => null;

    public async Task<ILiveEngine> ConnectAsync(NodeAddress node, EngineRequest request, CancellationToken cancellationToken)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (node.Key is { } key)
        {
            headers.Add(new("Authorization", $"Token {key}"));
            headers.Add(new(EngineKeyHeader, key));
        }

        try
        {
            var address = node.At(Path, QueryOf(node, request.Parameters), socket: true);
            var wire = await wires.ConnectAsync(node.Name, address, headers, cancellationToken);
            return new DeepgramEngine(new SocketEngine(wire, node.Name), node.Name, wire.Warning);
        }
        catch (UpgradeRefusedException error)
        {
            throw NodeAnswer.Fault(node, error.Status, null, error.Said, error);
        }
    }

    public async Task<JsonDocument> TranscribeAsync(
        NodeAddress node, EngineRequest request, EngineUpload upload, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, node.At(Path, QueryOf(node, request.Parameters), socket: false))
        {
            Content = new StreamContent(upload.Body),
        };
        message.Content.Headers.ContentLength = upload.Length;
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        if (node.Key is { } key)
        {
            message.Headers.TryAddWithoutValidation("Authorization", $"Token {key}");
            message.Headers.TryAddWithoutValidation(EngineKeyHeader, key);
        }

        return await NodeAnswer.SendAsync(http.Client, node, message, options.Value.MaxAnswerBytes, cancellationToken);
    }

    private static string QueryOf(NodeAddress node, ListenParameters parameters) =>
        ListenQuery.Write(node.Model is { } model ? parameters with { Model = model } : parameters);
}
