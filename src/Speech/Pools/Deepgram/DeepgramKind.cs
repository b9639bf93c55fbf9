using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools.Deepgram;

/// <summary>Nodes that speak the same wire as this service does: another SpeechEngine, Deepgram itself, or another Switchboard.</summary>
internal sealed class DeepgramKind(EngineHttp http, IOptions<PoolOptions> options) : IEngineKind
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
        var socket = SocketEngine.Prepare(options.Value.EnginePing);
        try
        {
            if (node.Key is { } key)
            {
                socket.Options.SetRequestHeader("Authorization", $"Token {key}");
                socket.Options.SetRequestHeader(EngineKeyHeader, key);
            }

            await socket.ConnectAsync(node.At(Path, QueryOf(node, request.Parameters), socket: true), http.Upgrades, cancellationToken);
            return new DeepgramEngine(new SocketEngine(socket, node.Name), node.Name);
        }
        catch (WebSocketException error)
        {
            var refused = HandshakeFault(node, socket, error);
            socket.Dispose();
            throw refused;
        }
        catch
        {
            socket.Dispose();
            throw;
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

    private static Exception HandshakeFault(NodeAddress node, ClientWebSocket socket, WebSocketException error)
    {
        var status = (int)socket.HttpStatusCode;
        var said = socket.HttpResponseHeaders is { } headers && headers.TryGetValue("dg-error", out var values)
            ? string.Join(' ', values)
            : error.Message;
        return NodeAnswer.Fault(node, status, null, said, error);
    }
}
