using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools.Vosk;

/// <summary>
/// A live stream at a Vosk node. Every message is answered by exactly one, in order: a <c>partial</c>, or an utterance's <c>result</c>; so
/// the answer to a <c>reset</c> is known by its place.
/// </summary>
internal sealed class VoskEngine(SocketEngine socket, NodeAddress node, EngineRequest request, int sampleRate, DateTimeOffset openedAt)
    : ILiveEngine
{
    private static readonly byte[] Reset = """{"reset" : 1}"""u8.ToArray();
    private static readonly byte[] EndOfFile = """{"eof" : 1}"""u8.ToArray();
    private static readonly ImmutableArray<int> OnlyChannel = [0, 1];

    private readonly ConcurrentQueue<Sent> _unanswered = new();
    private readonly ModelInfo _model = new(node.Model ?? "vosk", "", "vosk");
    private long _samples;
    private double _windowStart;
    private double _answeredUpTo;
    private string _partial = "";
    private bool _isOver;
    private bool _hasSaidAll;

    public string Node => node.Name;

    public async ValueTask SendAudioAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken)
    {
        _samples += audio.Length / 2;
        _unanswered.Enqueue(new Sent(_samples / (double)sampleRate, SentKind.Audio));
        await socket.SendAsync(audio, FrameKind.Binary, cancellationToken);
    }

    public async ValueTask FinalizeAsync(int? channel, CancellationToken cancellationToken)
    {
        _unanswered.Enqueue(new Sent(_samples / (double)sampleRate, SentKind.Reset));
        await socket.SendAsync(Reset, FrameKind.Text, cancellationToken);
    }

    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        _unanswered.Enqueue(new Sent(_samples / (double)sampleRate, SentKind.End));
        await socket.SendAsync(EndOfFile, FrameKind.Text, cancellationToken);
    }

    public async ValueTask<Memory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (!_isOver)
        {
            var message = await socket.ReceiveAsync(cancellationToken);
            if (message.IsEmpty || !_unanswered.TryDequeue(out var sent))
            {
                throw new EngineFailedException(
                    $"engine node {Node} {(message.IsEmpty ? "closed before the stream's end" : "answered what it was not asked")}");
            }

            _isOver = sent.Kind == SentKind.End;
            if (Translate(message.Span, sent) is { } result)
            {
                return JsonSerializer.SerializeToUtf8Bytes(result, WireJson.Default.ResultsMessage);
            }
        }

        if (_hasSaidAll)
        {
            return default;
        }

        _hasSaidAll = true;
        return JsonSerializer.SerializeToUtf8Bytes(Metadata(), WireJson.Default.MetadataMessage);
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private ResultsMessage? Translate(ReadOnlySpan<byte> json, Sent sent)
    {
        VoskAnswer answer;
        try
        {
            answer = JsonSerializer.Deserialize(json, VoskJson.Default.VoskAnswer) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new EngineFailedException($"engine node {Node} answered what is no message of Vosk", error);
        }

        _answeredUpTo = Math.Max(_answeredUpTo, sent.UpTo);
        if (answer.Text is { } text)
        {
            if (text.Length == 0 && sent.Kind == SentKind.Audio)
            {
                return null;
            }

            _partial = "";
            var words = (answer.Result ?? []).Select(static word => new Word
            {
                Text = word.Word,
                Start = word.Start,
                End = word.End,
                Confidence = Math.Clamp(word.Conf, 0, 1),
            }).ToImmutableArray();
            var confidence = words.IsEmpty ? 0 : words.Average(static word => word.Confidence);
            var result = Result(text, confidence, words, isFinal: true, sent.Kind == SentKind.Reset);
            _windowStart = _answeredUpTo;
            return result;
        }

        if (!request.Parameters.InterimResults || answer.Partial is not { Length: > 0 } partial || partial == _partial)
        {
            return null;
        }

        _partial = partial;
        return Result(partial, 0.5, [], isFinal: false, fromFinalize: false);
    }

    private ResultsMessage Result(string text, double confidence, ImmutableArray<Word> words, bool isFinal, bool fromFinalize) => new()
    {
        ChannelIndex = OnlyChannel,
        Start = Math.Round(_windowStart, 6),
        Duration = Math.Round(_answeredUpTo - _windowStart, 6),
        IsFinal = isFinal,
        SpeechFinal = isFinal && text.Length > 0,
        FromFinalize = fromFinalize,
        Channel = new ChannelResult { Alternatives = [new Alternative { Transcript = text, Confidence = confidence, Words = words }] },
        Metadata = new ResultsMetadata
        {
            RequestId = request.RequestId,
            ModelInfo = _model,
            ModelUuid = ModelIds.Of(_model.Name),
            Extra = request.Parameters.Extra.IsEmpty ? null : request.Parameters.Extra,
        },
    };

    private MetadataMessage Metadata() => new()
    {
        Type = MessageTypes.Metadata,
        RequestId = request.RequestId,
        Sha256 = "incomplete",
        Created = openedAt,
        Duration = _samples / (double)sampleRate,
        Channels = 1,
        Models = [ModelIds.Of(_model.Name)],
        ModelInfo = ImmutableDictionary<Guid, ModelInfo>.Empty.Add(ModelIds.Of(_model.Name), _model),
    };

    private enum SentKind
    {
        Audio,
        Reset,
        End,
    }

    /// <summary>A message that is not yet answered.</summary>
    /// <param name="UpTo">Seconds of audio sent with it and before it.</param>
    /// <param name="Kind">What it was.</param>
    private readonly record struct Sent(double UpTo, SentKind Kind);
}
