using System.Globalization;
using System.Text;
using System.Text.Json;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Pools.Wires;

namespace Switchboard.Speech.Pools.Vosk;

/// <summary>
/// Nodes of vosk-server (<c>websocket/asr_server.py</c>): live streams of one channel of 16-bit samples. Its transcripts are plain words,
/// and it ends utterances when it likes.
/// </summary>
internal sealed class VoskKind(EngineWires wires, TimeProvider time) : IEngineKind
{
    /// <summary>Its name in the configuration.</summary>
    public const string KindName = "Vosk";

    public string Name => KindName;

    public string? HealthPath => null;

    public SpeechError? Refusal(ListenParameters parameters, bool live)
    {
        if (!live)
        {
            return new SpeechError(400, "Bad Request", "Bad Request: this model transcribes live streams only; send the file to another model.");
        }

        if (parameters is not { Encoding: AudioEncodings.Linear16, Channels: 1 })
        {
            return SpeechError.UnsupportedMedia("This model takes encoding=linear16 with one channel only.");
        }

        return parameters.Redact.IsEmpty
            ? null
            : SpeechError.InvalidParameter("redact: this model cannot remove anything from its transcripts; use another model");
    }

    public async Task<ILiveEngine> ConnectAsync(NodeAddress node, EngineRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var connection = new SocketEngine(await wires.ConnectAsync(node.Name, node.At("", "", socket: true), [], cancellationToken), node.Name);
            var rate = request.Parameters.SampleRate ?? AudioEncodings.DefaultSampleRate(AudioEncodings.Linear16);
            try
            {
                await connection.SendAsync(
                    Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$$"""{"config":{"sample_rate":{{{rate}}},"words":true}}""")),
                    FrameKind.Text,
                    cancellationToken);
                return new VoskEngine(connection, node, request, rate, time.GetUtcNow());
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (UpgradeRefusedException error)
        {
            throw new EngineFailedException($"engine node {node.Name} cannot be reached: {error.Message}", error);
        }
    }

    public Task<JsonDocument> TranscribeAsync(
        NodeAddress node, EngineRequest request, EngineUpload upload, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{Name} nodes take no files; {nameof(Refusal)} says so.");
}
