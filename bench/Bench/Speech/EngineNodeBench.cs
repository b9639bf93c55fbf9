using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition;
using Switchboard.Speech.Recognition.Files;
using Switchboard.Speech.Recognition.Live;
using Switchboard.Speech.Recognition.Sphinx;
using Switchboard.Testing.Speech;

namespace Switchboard.Bench.Speech;

/// <summary>
/// What the CPU recogniser understands of recorded speech and what it costs: the studio prompts of at least five words, each as a file of
/// its own, and all of them as one live stream with pauses; and read speech, each recording as a session of its own. The bounds are what was
/// measured of PocketSphinx before it was built in. Costs are CPU time for each second of audio, not the time on the wall. What a second costs
/// depends on the machine and on who else uses it: so each file is also decoded by PocketSphinx alone, as it was when it was measured, beside
/// the node's own way, and the node may take no longer.
/// </summary>
internal static class EngineNodeBench
{
    private const int WordsOfPrompts = 5;

    // Two passes over the file as it was recorded, in one call: 25.1 of 100 words wrong at 0.09 s a second, on the machine of that time.
    private static readonly string[] ReferenceSearch = ["-maxhmmpf", "3000"];

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        if (RecordedSpeech.Missing is { } missing)
        {
            throw new InvalidOperationException($"{missing}; the bench hears recorded speech.");
        }

        using var recognizer = new Recognizer(new RecognitionOptions(), NullLogger<DecoderPool>.Instance);
        await recognizer.Live.WarmAsync(cancellationToken);
        await recognizer.Whole.WarmAsync(cancellationToken);
        var prompts = RecordedSpeech.PromptsOf(WordsOfPrompts).Select(prompt => (prompt.Text, Audio: RecordedSpeech.Prompt(prompt.Name))).ToArray();
        var files = await FilesAsync(recognizer, prompts, cancellationToken);
        var (streamErrors, streamCost) = await StreamAsync(recognizer, prompts, cancellationToken);
        var novel = await NovelAsync(recognizer, cancellationToken);
        return
        [
            new Figure("recorded prompts", prompts.Length, "files", null, null),
            new Figure("word error rate, prompts as files (measured before: 25.1)", files.Errors * 100, "%", null, 25.1),
            new Figure("the same by PocketSphinx alone (measured before: 25.1)", files.ReferenceErrors * 100, "%", null, null),
            new Figure("word error rate, prompts as one live stream (measured before: 23.1 of 24 prompts)", streamErrors * 100, "%", null, 25.1),
            new Figure("word error rate, read speech live, fresh sessions (measured before: 23.9)", novel * 100, "%", null, 23.9),
            new Figure("CPU for a second of a file (measured before: 0.09)", files.Cost, "s", null, null),
            new Figure("the same by PocketSphinx alone (measured before: 0.09)", files.ReferenceCost, "s", null, null),
            new Figure("CPU for a file against PocketSphinx alone", files.Cost / files.ReferenceCost, "times", null, 1),
            new Figure("CPU for a second of live audio (measured before: 0.065 to 0.08)", streamCost, "s", null, 0.08),
        ];
    }

    private static async Task<(double Errors, double Cost, double ReferenceErrors, double ReferenceCost)> FilesAsync(
        Recognizer recognizer, (string Text, short[] Audio)[] prompts, CancellationToken cancellationToken)
    {
        using var reference = SphinxDecoder.Create(new RecognitionOptions().ModelFolder, ReferenceSearch);
        List<(string, string)> pairs = [], referencePairs = [];
        TimeSpan cost = default, referenceCost = default;
        foreach (var (number, (text, audio)) in prompts.Index())
        {
            // First one, then the other way around: what comes second finds the caches warm.
            for (var turn = 0; turn < 2; turn++)
            {
                var before = Environment.CpuUsage.TotalTime;
                if ((number + turn) % 2 == 0)
                {
                    pairs.Add((text, await FileAsync(recognizer, audio, cancellationToken)));
                    cost += Environment.CpuUsage.TotalTime - before;
                }
                else
                {
                    referencePairs.Add((text, string.Join(' ', reference.DecodeWhole(audio).Select(word => word.Text))));
                    referenceCost += Environment.CpuUsage.TotalTime - before;
                }
            }
        }

        var seconds = prompts.Sum(prompt => prompt.Audio.Length) / (double)Resampler.Rate;
        return (WordErrors.Rate(pairs), cost.TotalSeconds / seconds, WordErrors.Rate(referencePairs), referenceCost.TotalSeconds / seconds);
    }

    private static async Task<string> FileAsync(Recognizer recognizer, short[] audio, CancellationToken cancellationToken)
    {
        using var transcriber = new FileTranscriber(recognizer, Guid.CreateVersion7());
        for (var at = 0; at < audio.Length; at += SampleBlock.MaximumLength)
        {
            var block = new SampleBlock(1, Math.Min(SampleBlock.MaximumLength, audio.Length - at));
            audio.AsMemory(at, block.Length).CopyTo(block.Channel(0));
            await transcriber.AcceptAsync(block, cancellationToken);
        }

        var heard = (await transcriber.CompleteAsync(cancellationToken))[0];
        return string.Join(' ', heard.SelectMany(utterance => utterance.Words).Select(word => word.Text));
    }

    private static async Task<(double Errors, double Cost)> StreamAsync(
        Recognizer recognizer, (string Text, short[] Audio)[] prompts, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var before = Environment.CpuUsage.TotalTime;
        var sink = new Heard();
        using var channel = Open(recognizer, sink);
        var pairs = new List<(string, string)>();
        long samples = 0;
        foreach (var (text, audio) in prompts)
        {
            await channel.AcceptAsync(audio, cancellationToken);
            var pause = RecordedSpeech.Silence(1.2 + (1.3 * random.NextDouble()));
            await channel.AcceptAsync(pause, cancellationToken);
            samples += audio.Length + pause.Length;
            pairs.Add((text, sink.Take()));
        }

        await channel.CompleteAsync(cancellationToken);
        return (WordErrors.Rate(pairs), Cost(before, samples));
    }

    private static async Task<double> NovelAsync(Recognizer recognizer, CancellationToken cancellationToken)
    {
        var pairs = new List<(string, string)>();
        foreach (var (number, text) in RecordedSpeech.Novel)
        {
            var sink = new Heard();
            using var channel = Open(recognizer, sink);
            await channel.AcceptAsync(RecordedSpeech.Librivox(number), cancellationToken);
            await channel.CompleteAsync(cancellationToken);
            pairs.Add((text, sink.Take()));
        }

        return WordErrors.Rate(pairs);
    }

    private static LiveChannel Open(Recognizer recognizer, Heard sink) =>
        recognizer.Channel(0, new LiveSettings(true, TimeSpan.FromMilliseconds(800), null, false), Guid.CreateVersion7(), sink);

    private static double Cost(TimeSpan before, long samples) =>
        (Environment.CpuUsage.TotalTime - before).TotalSeconds / ((double)samples / Resampler.Rate);

    private sealed class Heard : ILiveSink
    {
        private readonly List<string> _words = [];

        public string Take()
        {
            var text = string.Join(' ', _words);
            _words.Clear();
            return text;
        }

        public ValueTask ResultAsync(LiveResult result, CancellationToken cancellation)
        {
            if (result.IsFinal)
            {
                _words.AddRange(result.Words.Select(word => word.Text));
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask SpeechStartedAsync(int channel, double seconds, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask UtteranceEndAsync(int channel, double lastWordEnd, CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
