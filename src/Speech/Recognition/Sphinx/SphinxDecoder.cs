using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Switchboard.Speech.Recognition.Sphinx;

/// <summary>A word as decoded; frames of 10 ms from the utterance's beginning, the end exclusive.</summary>
internal readonly record struct DecodedWord(string Text, int Start, int End, double Confidence);

/// <summary>What a decoder is made for: the two are made with different settings and cannot change places.</summary>
internal enum DecoderKind
{
    /// <summary>Audio in pieces, hypotheses meanwhile.</summary>
    Live,

    /// <summary>Whole utterances, normalised over the whole; more hypotheses are followed, for nobody waits for the next word.</summary>
    Whole,
}

/// <summary>One native recogniser: about 92 MiB, made in a third of a second. For one thread at a time.</summary>
internal sealed unsafe class SphinxDecoder : IDisposable
{
    /// <summary>Samples of a frame.</summary>
    public const int FrameSamples = 160;

    /// <summary>What is said of a word that may still change: the library knows no better before the end.</summary>
    public const double InterimConfidence = 0.5;

    private static readonly Lock _making = new();

    private readonly SphinxArguments _arguments;
    private readonly nint _handle;
    private readonly nint _logmath;
    private readonly nint _cmn;
    private readonly CmnState? _initial;
    private bool _open;

    private SphinxDecoder(SphinxArguments arguments, nint handle, bool trustLayout)
    {
        (_arguments, _handle) = (arguments, handle);
        _logmath = SphinxNative.ps_get_logmath(handle);
        _cmn = trustLayout ? CmnAccess.Find(SphinxNative.ps_get_feat(handle)) : 0;
        _initial = _cmn == 0 ? null : CmnAccess.Get(_cmn);
    }

    /// <summary>Whether state can be put in and taken out, so that one decoder serves many sessions.</summary>
    public bool CanBeShared => _initial is not null;

    /// <exception cref="SphinxException">The libraries or the model are missing or broken.</exception>
    public static SphinxDecoder Create(string modelFolder, DecoderKind kind, bool trustLayout = true)
    {
        // One pass in both: a second one over the words of the first costs more than it mends. With room for a third more hypotheses one pass
        // hears recorded speech better than two passes without (24.6 of 100 words wrong against 25.2) for four fifths of the CPU.
        return Create(modelFolder, ["-maxhmmpf", kind == DecoderKind.Live ? "3000" : "4000", "-fwdflat", "no"], trustLayout);
    }

    /// <summary>Makes one that searches in another way.</summary>
    /// <exception cref="SphinxException">The libraries or the model are missing or broken.</exception>
    internal static SphinxDecoder Create(string modelFolder, string[] search, bool trustLayout = true)
    {
        if (!SphinxNative.IsAvailable)
        {
            throw new SphinxException("libpocketsphinx.so.3 is not installed. Install the packages libpocketsphinx3 and pocketsphinx-en-us");
        }

        // Silence stays in, or the times are wrong. Making and freeing touch what decoders share.
        lock (_making)
        {
            var arguments = new SphinxArguments(SphinxNative.ps_args(),
            [
                "-hmm", Path.Combine(modelFolder, "en-us"),
                "-lm", Path.Combine(modelFolder, "en-us.lm.bin"),
                "-dict", Path.Combine(modelFolder, "cmudict-en-us.dict"),
                "-remove_silence", "no", .. search,
            ]);
            var handle = SphinxNative.ps_init(arguments.Handle);
            if (handle == 0)
            {
                arguments.Dispose();
                throw new SphinxException(
                    $"PocketSphinx found no usable model in {modelFolder} (en-us/, en-us.lm.bin, cmudict-en-us.dict). Install the package pocketsphinx-en-us or set Recognition:ModelFolder");
            }

            return new SphinxDecoder(arguments, handle, trustLayout);
        }
    }

    /// <summary>Begins an utterance where an earlier one of the same channel left off, or anew.</summary>
    public void Begin(CmnState? state)
    {
        if (_open)
        {
            _ = SphinxNative.ps_end_utt(_handle);
        }

        if (_cmn != 0)
        {
            CmnAccess.Set(_cmn, state ?? _initial!);
        }

        // Frames count from the stream's start, so each utterance is a stream.
        Check(SphinxNative.ps_start_stream(_handle), "start a stream");
        Check(SphinxNative.ps_start_utt(_handle), "start an utterance");
        _open = true;
    }

    /// <summary>Decodes a piece of a live utterance.</summary>
    public void Process(ReadOnlySpan<short> samples) => Process(samples, whole: false);

    /// <summary>Decodes an utterance at once.</summary>
    public ImmutableArray<DecodedWord> DecodeWhole(ReadOnlySpan<short> samples, CmnState? state = null)
    {
        Begin(state);
        Process(samples, whole: true);
        return End();
    }

    /// <summary>The words so far; all may change.</summary>
    public ImmutableArray<DecodedWord> Hypothesis() =>
        SphinxNative.ps_get_hyp(_handle, null) == 0 ? [] : Words(final: false);

    /// <summary>Ends the utterance.</summary>
    public ImmutableArray<DecodedWord> End()
    {
        _open = false;
        Check(SphinxNative.ps_end_utt(_handle), "end an utterance");
        return SphinxNative.ps_get_hyp(_handle, null) == 0 ? [] : Words(final: true);
    }

    /// <summary>What the next utterance of the same channel begins with; null when this build does not show it.</summary>
    public CmnState? State() => _cmn == 0 ? null : CmnAccess.Get(_cmn);

    public void Dispose()
    {
        lock (_making)
        {
            _ = SphinxNative.ps_free(_handle);
            _arguments.Dispose();
        }
    }

    private void Process(ReadOnlySpan<short> samples, bool whole)
    {
        fixed (short* from = samples)
        {
            Check(SphinxNative.ps_process_raw(_handle, from, (nuint)samples.Length, noSearch: 0, whole ? 1 : 0), "decode");
        }
    }

    private ImmutableArray<DecodedWord> Words(bool final)
    {
        var words = ImmutableArray.CreateBuilder<DecodedWord>();
        int? first = null;
        for (var segment = SphinxNative.ps_seg_iter(_handle); segment != 0; segment = SphinxNative.ps_seg_next(segment))
        {
            int start, end;
            SphinxNative.ps_seg_frames(segment, &start, &end);
            first ??= start;
            var text = Marshal.PtrToStringUTF8(SphinxNative.ps_seg_word(segment)) ?? "";
            if (text.Length == 0 || text[0] is '<' or '[' or '+')
            {
                continue;
            }

            // A word that is pronounced in more than one way has its number behind it.
            var variant = text.IndexOf('(', StringComparison.Ordinal);
            var confidence = InterimConfidence;
            if (final)
            {
                int acoustic, language, back;
                confidence = SphinxNative.logmath_exp(_logmath, SphinxNative.ps_seg_prob(segment, &acoustic, &language, &back));
            }

            words.Add(new DecodedWord(
                variant > 0 ? text[..variant] : text, start - first.Value, end + 1 - first.Value, Math.Round(Math.Clamp(confidence, 0, 1), 4)));
        }

        return words.ToImmutable();
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new SphinxException($"PocketSphinx could not {what} (result {result})");
        }
    }
}
