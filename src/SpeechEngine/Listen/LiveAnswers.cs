using System.Collections.Immutable;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Live;
using Switchboard.Speech.Recognition.Transcripts;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>
/// Writes what was heard to the client. To one that reads too slowly interim results are not sent; one that does not read at all makes
/// the recognition wait and is given up after a while.
/// </summary>
internal sealed class LiveAnswers(
    WebSocket socket, Guid id, ListenParameters parameters, TimeSpan sendWithin, EngineInstruments instruments, TimeProvider time) : ILiveSink
{
    private const int MostQueued = 256;
    private const int MostQueuedForInterims = 32;

    private readonly Channel<byte[]> _queue = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostQueued) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TranscriptFormatter _formatter = new(parameters);
    private readonly ResultsMetadata _metadata = new()
    {
        RequestId = id,
        ModelInfo = EngineModel.Info,
        ModelUuid = EngineModel.Id,
        Extra = parameters.Extra.IsEmpty ? null : parameters.Extra,
    };

    private readonly HashSet<int> _inSentence = [];

    /// <summary>Channels of the audio; grows when the audio's header says so.</summary>
    public int Channels { get; set; } = 1;

    /// <summary>Sends until it is complete.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var message in _queue.Reader.ReadAllAsync(cancellation))
        {
            using var late = new CancellationTokenSource(sendWithin, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, either.Token);
        }
    }

    /// <summary>Nothing more comes.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    public ValueTask MetadataAsync(MetadataMessage message, CancellationToken cancellation) =>
        _queue.Writer.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(message, WireJson.Default.MetadataMessage), cancellation);

    public ValueTask ResultAsync(LiveResult result, CancellationToken cancellation)
    {
        if (!result.IsFinal && _queue.Reader.Count > MostQueuedForInterims)
        {
            return ValueTask.CompletedTask;
        }

        instruments.Result(result.IsFinal);
        var message = new ResultsMessage
        {
            ChannelIndex = [result.Channel, Channels],
            Start = Seconds(result.Start),
            Duration = Seconds(result.End - result.Start),
            IsFinal = result.IsFinal,
            SpeechFinal = result.SpeechFinal,
            FromFinalize = result.FromFinalize,
            Channel = new ChannelResult { Alternatives = [Format(result)] },
            Metadata = _metadata,
        };
        return _queue.Writer.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(message, WireJson.Default.ResultsMessage), cancellation);
    }

    public ValueTask SpeechStartedAsync(int channel, double seconds, CancellationToken cancellation) =>
        _queue.Writer.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(new SpeechStartedMessage(Index(channel), seconds), WireJson.Default.SpeechStartedMessage), cancellation);

    public ValueTask UtteranceEndAsync(int channel, double lastWordEnd, CancellationToken cancellation) =>
        _queue.Writer.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(new UtteranceEndMessage(Index(channel), lastWordEnd), WireJson.Default.UtteranceEndMessage), cancellation);

    private Alternative Format(LiveResult result)
    {
        var alternative = _formatter.Format(result.Words, begins: !_inSentence.Contains(result.Channel), ends: result.SpeechFinal);
        if (result.IsFinal && !result.Words.IsEmpty)
        {
            _ = result.SpeechFinal ? _inSentence.Remove(result.Channel) : _inSentence.Add(result.Channel);
        }

        return alternative;
    }

    private ImmutableArray<int> Index(int channel) => [channel, Channels];

    private static double Seconds(long samples) => (double)samples / Resampler.Rate;
}
