using System.Buffers;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Audio.Ffmpeg;

namespace Switchboard.Speech.Audio;

/// <summary>
/// Takes the bytes of one stream and passes its samples on at 16 kHz. What the stream is, its first bytes decide. Memory does not
/// depend on its length; when the receiver waits, <see cref="WriteAsync"/> waits. One call at a time.
/// </summary>
internal sealed class AudioIntake(AudioRequest request, FfmpegDecoder? ffmpeg, ISampleSink sink) : IAsyncDisposable
{
    private readonly byte[] _first = new byte[ContainerSniffer.BytesWanted];
    private readonly ArrayBufferWriter<short> _samples = new();
    private int _firstLength;
    private bool _chosen;
    private SampleDecoder? _raw;
    private WavReader? _wav;
    private SampleFront? _front;
    private FfmpegStream? _child;

    /// <summary>Seconds of audio passed on so far.</summary>
    public double Seconds => (double)Samples / Resampler.Rate;

    /// <summary>Samples of each channel passed on so far.</summary>
    public long Samples => _front?.Samples ?? _child?.Samples ?? 0;

    /// <summary>Channels that come out; 1 until the audio has told.</summary>
    public int Channels => _front?.Channels ?? _child?.Channels ?? 1;

    /// <exception cref="AudioRejectedException">The bytes are not audio that can be decoded.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (!_chosen)
        {
            var take = Math.Min(_first.Length - _firstLength, bytes.Length);
            bytes.Span[..take].CopyTo(_first.AsSpan(_firstLength));
            _firstLength += take;
            bytes = bytes[take..];
            if (_firstLength < _first.Length)
            {
                return;
            }

            await ChooseAsync(cancellation);
        }

        await DecodeAsync(bytes, cancellation);
    }

    /// <summary>No more bytes come: passes on the rest.</summary>
    /// <exception cref="AudioRejectedException">The bytes were not audio that can be decoded.</exception>
    public async ValueTask CompleteAsync(CancellationToken cancellation)
    {
        if (!_chosen)
        {
            if (_firstLength == 0)
            {
                return;
            }

            await ChooseAsync(cancellation);
        }

        if (_child is not null)
        {
            await _child.CompleteAsync(cancellation);
            return;
        }

        if (_front is null)
        {
            throw new AudioRejectedException("the WAV file ends before its samples");
        }

        await _front.CompleteAsync(cancellation);
    }

    public ValueTask DisposeAsync() => _child?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask ChooseAsync(CancellationToken cancellation)
    {
        _chosen = true;
        var first = _first.AsMemory(0, _firstLength);
        var container = ContainerSniffer.Sniff(first.Span);

        // Samples have any value: against what was declared only magic words count, not the few set bits of a frame header.
        var declared = container is AudioContainer.Mp3 or AudioContainer.Adts or AudioContainer.Mp4 ? request.Raw : null;
        if (container == AudioContainer.None)
        {
            if (request is { Raw: null, Codec: { } codec })
            {
                throw new AudioRejectedException(SpeechError.UnsupportedMedia(
                    $"headerless {codec} is not read by this engine; send it in a container (Ogg, WebM, AMR), or send linear16, linear32, mulaw or alaw"));
            }

            declared = request.Raw ?? request.Otherwise ?? throw new AudioRejectedException(
                "its first bytes are those of no known container; after a reconnect the container's header has to be sent again, and headerless audio needs encoding and sample_rate");
        }

        if (declared is { } raw)
        {
            _raw = new SampleDecoder(raw.Encoding);
            _front = new SampleFront(raw, request.Multichannel, sink);
        }
        else if (container == AudioContainer.Wav)
        {
            _wav = new WavReader();
        }
        else
        {
            var decoder = ffmpeg ?? throw new AudioRejectedException(SpeechError.UnsupportedMedia(
                $"{container} audio is decoded by ffmpeg, which this engine node does not have; send WAV, or raw linear16, mulaw or alaw"));
            _child = decoder.Open(container, request, sink);
        }

        await DecodeAsync(first, cancellation);
    }

    private async ValueTask DecodeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (_child is not null)
        {
            await _child.WriteAsync(bytes, cancellation);
            return;
        }

        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, 32 * 1024)];
            bytes = bytes[piece.Length..];
            _raw?.Decode(piece.Span, _samples);
            _wav?.Read(piece.Span, _samples);
            if (_wav?.Format is { } format)
            {
                _front ??= new SampleFront(format, request.Multichannel, sink);
            }

            if (_samples.WrittenCount > 0)
            {
                await _front!.AcceptAsync(_samples.WrittenMemory, cancellation);
                _samples.ResetWrittenCount();
            }
        }
    }
}
