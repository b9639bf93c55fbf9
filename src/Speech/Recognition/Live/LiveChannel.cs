using System.Collections.Immutable;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Sphinx;

namespace Switchboard.Speech.Recognition.Live;

/// <summary>
/// Recognises one channel of a live stream: utterances are found, decoded while they go on, and passed on as windows that join without
/// gap or overlap. One call at a time; a call may wait for a decoder.
/// </summary>
internal sealed class LiveChannel : IDisposable
{
    private const int Second = Resampler.Rate;

    // Final results of silence end this far back, so that the pre-roll of what begins next lies behind them.
    private const int SilenceLag = Second / 2;
    private const int SilenceWindow = 5 * Second;
    private const int MostHeldWords = 200;

    private readonly int _index;
    private readonly LiveSettings _settings;
    private readonly Guid _owner;
    private readonly DecoderPool _pool;
    private readonly DecodeThreads _threads;
    private readonly ILiveSink _sink;
    private readonly Segmenter _segmenter;
    private readonly Loudness _loudness = new();
    private readonly short[] _step = new short[IVoiceActivity.StepSamples];
    private readonly List<RecognizedWord> _held = [];
    private int _inStep;
    private LiveUtterance? _utterance;
    private CmnState? _state;
    private ImmutableArray<RecognizedWord> _hypothesis = [];
    private long _windowStart;
    private long _tail;
    private long _lastInterim;
    private long _lastEmpty = -Second;
    private double? _lastWordEnd;
    private bool _utteranceEndReported = true;

    public LiveChannel(int index, LiveSettings settings, Guid owner, Recognizer recognizer, ILiveSink sink)
    {
        (_index, _settings, _owner, _sink) = (index, settings, owner, sink);
        (_pool, _threads) = (recognizer.Live, recognizer.LiveThreads);
        _segmenter = recognizer.Segment(settings.Hang);
    }

    /// <summary>Samples taken and not left waiting for a whole step.</summary>
    private long Position => _segmenter.Position + _tail;

    public async ValueTask AcceptAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation)
    {
        while (!samples.IsEmpty)
        {
            var take = Math.Min(_step.Length - _inStep, samples.Length);
            samples[..take].CopyTo(_step.AsMemory(_inStep));
            samples = samples[take..];
            _inStep += take;
            if (_inStep == _step.Length)
            {
                _inStep = 0;
                await StepAsync(cancellation);
            }
        }
    }

    /// <summary>Answers what was taken so far: with a final result in any case.</summary>
    public async ValueTask FinalizeAsync(CancellationToken cancellation)
    {
        await EndUtteranceAsync(cancellation);
        await EmitFinalAsync(speechFinal: true, fromFinalize: true, cancellation);
    }

    /// <summary>No more audio comes: passes on the rest.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellation)
    {
        _utterance?.Append(_step.AsSpan(0, _inStep));
        _tail = _inStep;
        _inStep = 0;
        await EndUtteranceAsync(cancellation);
        if (Position > _windowStart)
        {
            await EmitFinalAsync(speechFinal: true, fromFinalize: false, cancellation);
        }
    }

    public void Dispose()
    {
        _utterance?.Dispose();
        _segmenter.Dispose();
    }

    private async ValueTask StepAsync(CancellationToken cancellation)
    {
        var change = _segmenter.Step(_step);
        if (change.Onset && _settings.VadEvents)
        {
            var onset = Math.Max(Position - _segmenter.OnsetDelay, 0);
            await _sink.SpeechStartedAsync(_index, Seconds(onset), cancellation);
        }

        if (change.Began)
        {
            Begin();
        }
        else
        {
            _utterance?.Append(_step);
        }

        if (change.End != SegmentEnd.None)
        {
            await EndAsync(change.End, cancellation);
        }
        else if (_utterance is { HasPiece: true })
        {
            await DecodePieceAsync(_utterance, cancellation);
        }
        else if (_utterance is null)
        {
            await StaySilentAsync(cancellation);
        }

        await CheckUtteranceEndAsync(cancellation);
    }

    private void Begin()
    {
        _utterance = new LiveUtterance(_segmenter.Start, _owner, _loudness, _state, _pool, _threads);
        Span<short> beginning = stackalloc short[Segmenter.PreRoll];
        _utterance.Append(beginning[.._segmenter.CopyBeginning(beginning)]);
    }

    private async ValueTask DecodePieceAsync(LiveUtterance utterance, CancellationToken cancellation)
    {
        var before = _hypothesis;
        _hypothesis = await utterance.DecodeAsync(cancellation);
        var changed = !_hypothesis.Select(word => word.Text).SequenceEqual(before.Select(word => word.Text));
        if (_settings.InterimResults && (changed || Position - _lastInterim >= Second))
        {
            await EmitInterimAsync(cancellation);
        }
    }

    private async ValueTask EndAsync(SegmentEnd end, CancellationToken cancellation)
    {
        await EndUtteranceAsync(cancellation);
        var bySilence = end == SegmentEnd.Silence;
        if (_settings.Endpointing is null)
        {
            // Nothing but a request ends a window, as long as it stays within reason.
            if (_held.Count >= MostHeldWords)
            {
                await EmitFinalAsync(speechFinal: false, fromFinalize: false, cancellation);
            }
        }
        else if (_held.Count > 0 || Position - _lastEmpty >= Second)
        {
            await EmitFinalAsync(bySilence, fromFinalize: false, cancellation);
        }
    }

    private async ValueTask EndUtteranceAsync(CancellationToken cancellation)
    {
        if (_utterance is not { } utterance)
        {
            return;
        }

        var (words, state) = await utterance.EndAsync(cancellation);
        utterance.Dispose();
        _utterance = null;
        _segmenter.Close();
        (_state, _hypothesis) = (state, []);
        _held.AddRange(words);
    }

    private async ValueTask StaySilentAsync(CancellationToken cancellation)
    {
        var quietEnd = Position - SilenceLag;
        if (_settings.Endpointing is not null && _held.Count == 0 && quietEnd - _windowStart >= SilenceWindow)
        {
            await EmitFinalAsync(speechFinal: true, fromFinalize: false, cancellation, quietEnd);
        }
        else if (_settings.InterimResults && Position - _lastInterim >= Second && Position - _lastEmpty >= Second)
        {
            await EmitInterimAsync(cancellation);
        }
    }

    // By the words' times: noise that the detector takes for speech does not hold it up.
    private async ValueTask CheckUtteranceEndAsync(CancellationToken cancellation)
    {
        if (_settings.UtteranceEnd is not { } gap)
        {
            return;
        }

        var now = Seconds(Position);
        if (_hypothesis is [.., { } last] && now - last.End >= gap.TotalSeconds && _utterance is not null && _settings.Endpointing is not null)
        {
            await EndUtteranceAsync(cancellation);
            await EmitFinalAsync(speechFinal: true, fromFinalize: false, cancellation);
        }

        if (!_utteranceEndReported && _hypothesis.IsEmpty && _lastWordEnd is { } end && now - end >= gap.TotalSeconds)
        {
            _utteranceEndReported = true;
            await _sink.UtteranceEndAsync(_index, end, cancellation);
        }
    }

    private ValueTask EmitInterimAsync(CancellationToken cancellation)
    {
        _lastInterim = Position;
        ImmutableArray<RecognizedWord> words = [.. _held, .. _hypothesis];
        if (words.IsEmpty)
        {
            if (Position - _lastEmpty < Second)
            {
                return ValueTask.CompletedTask;
            }

            _lastEmpty = Position;
        }

        return _sink.ResultAsync(new LiveResult(_index, _windowStart, Position, words, IsFinal: false, SpeechFinal: false), cancellation);
    }

    private async ValueTask EmitFinalAsync(bool speechFinal, bool fromFinalize, CancellationToken cancellation, long? end = null)
    {
        ImmutableArray<RecognizedWord> words = [.. _held];
        _held.Clear();
        var start = _windowStart;
        _windowStart = end ?? Position;
        _lastInterim = Position;
        if (words.IsEmpty)
        {
            _lastEmpty = Position;
        }
        else
        {
            _lastWordEnd = words[^1].End;
            _utteranceEndReported = false;
        }

        await _sink.ResultAsync(new LiveResult(_index, start, _windowStart, words, IsFinal: true, speechFinal, fromFinalize), cancellation);
    }

    private static double Seconds(long samples) => (double)samples / Resampler.Rate;
}
