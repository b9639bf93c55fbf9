using System.Buffers;
using System.Collections.Immutable;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Live;
using Switchboard.Speech.Recognition.Transcripts;

namespace Switchboard.Speech.Recognition.Files;

/// <summary>
/// Recognises an upload: cuts every channel into utterances and decodes them whole, as many at a time as there are decoders for files,
/// while the upload still comes. Only so many wait in memory; then the upload waits. One call at a time.
/// </summary>
internal sealed class FileTranscriber(Recognizer recognizer, Guid owner) : ISampleSink, IDisposable
{
    private readonly SemaphoreSlim _room = new(recognizer.Whole.Maximum + 1);
    private readonly List<Channel> _channels = [];

    public async ValueTask AcceptAsync(SampleBlock block, CancellationToken cancellation)
    {
        using (block)
        {
            while (_channels.Count < block.Channels)
            {
                _channels.Add(new Channel(recognizer.Segment(LiveSettings.NaturalHang)));
            }

            for (var index = 0; index < block.Channels; index++)
            {
                await AcceptAsync(_channels[index], block.Channel(index), cancellation);
            }
        }
    }

    /// <summary>No more audio comes: the utterances of every channel; no channel without audio.</summary>
    public async Task<ImmutableArray<ImmutableArray<RecognizedUtterance>>> CompleteAsync(CancellationToken cancellation)
    {
        var results = ImmutableArray.CreateBuilder<ImmutableArray<RecognizedUtterance>>();
        foreach (var channel in _channels)
        {
            channel.Segment.Write(channel.Step.AsSpan(0, channel.InSegment ? channel.InStep : 0));
            await EnqueueAsync(channel, endsSentence: true, cancellation);
        }

        foreach (var channel in _channels)
        {
            var utterances = ImmutableArray.CreateBuilder<RecognizedUtterance>();
            foreach (var (words, endsSentence) in channel.Utterances)
            {
                utterances.Add(new RecognizedUtterance(await words.WaitAsync(cancellation), endsSentence));
            }

            results.Add(utterances.ToImmutable());
        }

        return results.ToImmutable();
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private async ValueTask AcceptAsync(Channel channel, ReadOnlyMemory<short> samples, CancellationToken cancellation)
    {
        while (!samples.IsEmpty)
        {
            var take = Math.Min(channel.Step.Length - channel.InStep, samples.Length);
            samples[..take].CopyTo(channel.Step.AsMemory(channel.InStep));
            samples = samples[take..];
            channel.InStep += take;
            if (channel.InStep < channel.Step.Length)
            {
                return;
            }

            channel.InStep = 0;
            var end = channel.TakeStep();
            if (end != SegmentEnd.None)
            {
                await EnqueueAsync(channel, end == SegmentEnd.Silence, cancellation);
            }
        }
    }

    private async ValueTask EnqueueAsync(Channel channel, bool endsSentence, CancellationToken cancellation)
    {
        var length = channel.Segment.WrittenCount;
        if (length == 0)
        {
            return;
        }

        await _room.WaitAsync(cancellation);
        var audio = ArrayPool<short>.Shared.Rent(length);
        Loudness.Apply(channel.Loudness.Gain, channel.Segment.WrittenSpan, audio);
        channel.Loudness.Settle();
        channel.Segment.ResetWrittenCount();
        channel.Utterances.Add((DecodeAsync(audio, length, channel.SegmentStart, cancellation), endsSentence));
    }

    private async Task<ImmutableArray<RecognizedWord>> DecodeAsync(short[] audio, int length, long start, CancellationToken cancellation)
    {
        try
        {
            using var lease = await recognizer.Whole.LeaseAsync(owner, cancellation);
            try
            {
                return RecognizedWord.From(await recognizer.WholeThreads.RunAsync(() => lease.Decoder.DecodeWhole(audio.AsSpan(0, length))), start);
            }
            catch
            {
                lease.Broken = true;
                throw;
            }
        }
        finally
        {
            ArrayPool<short>.Shared.Return(audio);
            _room.Release();
        }
    }

    private sealed class Channel(Segmenter segmenter) : IDisposable
    {
        public short[] Step { get; } = new short[IVoiceActivity.StepSamples];

        public int InStep { get; set; }

        public ArrayBufferWriter<short> Segment { get; } = new();

        public long SegmentStart { get; private set; }

        public bool InSegment => segmenter.InSegment;

        public Loudness Loudness { get; } = new();

        public List<(Task<ImmutableArray<RecognizedWord>> Words, bool EndsSentence)> Utterances { get; } = [];

        public SegmentEnd TakeStep()
        {
            var change = segmenter.Step(Step);
            if (change.Began)
            {
                SegmentStart = segmenter.Start;
                Span<short> beginning = stackalloc short[Segmenter.PreRoll];
                Add(beginning[..segmenter.CopyBeginning(beginning)]);
            }
            else if (Segment.WrittenCount > 0)
            {
                Add(Step);
            }

            return change.End;
        }

        public void Dispose() => segmenter.Dispose();

        private void Add(ReadOnlySpan<short> samples)
        {
            Segment.Write(samples);
            for (; samples.Length >= IVoiceActivity.StepSamples; samples = samples[IVoiceActivity.StepSamples..])
            {
                Loudness.Listen(samples[..IVoiceActivity.StepSamples]);
            }
        }
    }
}
