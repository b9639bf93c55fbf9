using System.Buffers;
using System.Collections.Immutable;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Sphinx;

namespace Switchboard.Speech.Recognition.Live;

/// <summary>An utterance that goes on: its audio waits here for the gain, for a decoder and for a piece to be complete.</summary>
internal sealed class LiveUtterance(long start, Guid owner, Loudness loudness, CmnState? state, DecoderPool pool, DecodeThreads threads) : IDisposable
{
    // Long enough to know how loud somebody speaks, where nothing was heard of them yet.
    private const int FirstPiece = Resampler.Rate * 6 / 10;

    private readonly ArrayBufferWriter<short> _pending = new(FirstPiece);
    private short[] _scaled = [];
    private DecoderLease? _lease;
    private double _gain;

    public long Start => start;

    /// <summary>Whether there is enough to decode some of it.</summary>
    public bool HasPiece => _pending.WrittenCount >= (_lease is null && !loudness.IsSettled ? FirstPiece : SampleBlock.MaximumLength);

    public void Append(ReadOnlySpan<short> samples)
    {
        _pending.Write(samples);
        loudness.Listen(samples);
    }

    /// <summary>Decodes what is there; the words so far.</summary>
    public async Task<ImmutableArray<RecognizedWord>> DecodeAsync(CancellationToken cancellation)
    {
        var decoder = await DecoderAsync(cancellation);
        return await GuardAsync(() =>
        {
            Feed(decoder);
            return RecognizedWord.From(decoder.Hypothesis(), start);
        });
    }

    /// <summary>Decodes the rest and ends; the words, and what the channel's next utterance begins with.</summary>
    public async Task<(ImmutableArray<RecognizedWord> Words, CmnState? State)> EndAsync(CancellationToken cancellation)
    {
        var decoder = await DecoderAsync(cancellation);
        var result = await GuardAsync(() =>
        {
            Feed(decoder);
            var words = RecognizedWord.From(decoder.End(), start);
            return (words, decoder.State());
        });
        loudness.Settle();
        return result;
    }

    public void Dispose() => _lease?.Dispose();

    private async ValueTask<SphinxDecoder> DecoderAsync(CancellationToken cancellation)
    {
        if (_lease is null)
        {
            _lease = await pool.LeaseAsync(owner, cancellation);
            _gain = loudness.Gain;
            _lease.Decoder.Begin(state);
        }

        return _lease.Decoder;
    }

    private void Feed(SphinxDecoder decoder)
    {
        var pending = _pending.WrittenSpan;
        if (_scaled.Length < pending.Length)
        {
            _scaled = new short[pending.Length];
        }

        Loudness.Apply(_gain, pending, _scaled);
        decoder.Process(_scaled.AsSpan(0, pending.Length));
        _pending.ResetWrittenCount();
    }

    private async Task<T> GuardAsync<T>(Func<T> work)
    {
        try
        {
            return await threads.RunAsync(work);
        }
        catch
        {
            _lease!.Broken = true;
            throw;
        }
    }
}
