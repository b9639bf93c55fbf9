using System.Buffers;

namespace Switchboard.Speech.Audio;

/// <summary>From interleaved samples of any rate to blocks of 16 kHz for each channel. For one stream, one call at a time.</summary>
internal sealed class SampleFront
{
    private readonly ISampleSink _sink;
    private readonly ChannelSplitter _splitter;
    private readonly Resampler[] _resamplers;
    private readonly ArrayBufferWriter<short>[] _split;
    private readonly ArrayBufferWriter<short>[] _ready;

    public SampleFront(SampleFormat format, bool multichannel, ISampleSink sink)
    {
        _sink = sink;
        _splitter = new ChannelSplitter(format.Channels, multichannel);
        _resamplers = Make(() => new Resampler(format.SampleRate));
        _split = Make(() => new ArrayBufferWriter<short>());
        _ready = Make(() => new ArrayBufferWriter<short>());

        T[] Make<T>(Func<T> one) => [.. Enumerable.Range(0, _splitter.Outputs).Select(_ => one())];
    }

    /// <summary>Channels that come out.</summary>
    public int Channels => _splitter.Outputs;

    /// <summary>Samples of each channel that were passed on.</summary>
    public long Samples { get; private set; }

    /// <summary>Passes on what is complete.</summary>
    public async ValueTask AcceptAsync(ReadOnlyMemory<short> interleaved, CancellationToken cancellation)
    {
        // In pieces, so that a large frame of a fast client does not grow the buffers for good.
        while (!interleaved.IsEmpty)
        {
            var piece = interleaved[..Math.Min(interleaved.Length, 16 * 1024)];
            interleaved = interleaved[piece.Length..];
            _splitter.Split(piece.Span, _split);
            for (var channel = 0; channel < Channels; channel++)
            {
                _resamplers[channel].Resample(_split[channel].WrittenSpan, _ready[channel]);
                _split[channel].ResetWrittenCount();
            }

            await PassOnAsync(cancellation);
        }
    }

    /// <summary>Passes on the rest.</summary>
    public ValueTask CompleteAsync(CancellationToken cancellation)
    {
        for (var channel = 0; channel < Channels; channel++)
        {
            _resamplers[channel].Flush(_ready[channel]);
        }

        return PassOnAsync(cancellation);
    }

    private async ValueTask PassOnAsync(CancellationToken cancellation)
    {
        var total = _ready[0].WrittenCount;
        for (var at = 0; at < total;)
        {
            var length = Math.Min(SampleBlock.MaximumLength, total - at);
            var block = new SampleBlock(Channels, length);
            for (var channel = 0; channel < Channels; channel++)
            {
                _ready[channel].WrittenSpan.Slice(at, length).CopyTo(block.Channel(channel).Span);
            }

            at += length;
            Samples += length;
            await _sink.AcceptAsync(block, cancellation);
        }

        foreach (var writer in _ready)
        {
            writer.ResetWrittenCount();
        }
    }
}
