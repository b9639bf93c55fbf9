using System.Buffers;

namespace Switchboard.Speech.Audio;

/// <summary>Up to <see cref="MaximumLength"/> samples at <see cref="Resampler.Rate"/> of each channel, in a pooled array. Disposed once.</summary>
internal readonly struct SampleBlock : IDisposable
{
    /// <summary>100 ms: what the decoder is fed at a time.</summary>
    public const int MaximumLength = Resampler.Rate / 10;

    private readonly short[] _samples;

    public SampleBlock(int channels, int length)
    {
        (Channels, Length) = (channels, length);
        _samples = ArrayPool<short>.Shared.Rent(channels * length);
    }

    public int Channels { get; }

    /// <summary>Samples of each channel.</summary>
    public int Length { get; }

    public Memory<short> Channel(int channel) => _samples.AsMemory(channel * Length, Length);

    public void Dispose() => ArrayPool<short>.Shared.Return(_samples);
}

/// <summary>Takes the samples of one stream, in order. The receiver disposes the blocks; when it waits, the stream waits.</summary>
internal interface ISampleSink
{
    ValueTask AcceptAsync(SampleBlock block, CancellationToken cancellation);
}
