using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Live;
using Switchboard.Testing.Speech;

namespace Switchboard.Speech.Tests.Recognition;

public sealed class LiveChannelTests(SpeechFixture speech)
{
    private static readonly LiveSettings _usual = new(true, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1), true);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Windows_of_final_results_join_and_interims_come_before_their_final()
    {
        SpeechFixture.Need();
        var sink = new ListeningSink();
        using var channel = speech.Recognizer.Channel(0, _usual, Guid.NewGuid(), sink);
        short[] audio =
        [
            .. RecordedSpeech.Silence(2), .. RecordedSpeech.Prompt("transfer"), .. RecordedSpeech.Silence(1.5),
            .. RecordedSpeech.Prompt("all-circuits-busy-now"), .. RecordedSpeech.Silence(2.003),
        ];

        // Frames of an odd length: their borders mean nothing.
        foreach (var frame in audio.Chunk(777))
        {
            await channel.AcceptAsync(frame, Cancelled);
        }

        await channel.CompleteAsync(Cancelled);

        sink.Text.ShouldContain("extension");
        sink.Text.ShouldEndWith("busy now");
        long at = 0;
        foreach (var final in sink.Finals)
        {
            final.Start.ShouldBe(at);
            at = final.End;
            final.Words.ShouldAllBe(word => word.Start >= (final.Start / 16000.0) - 0.001 && word.End <= (final.End / 16000.0) + 0.021);
        }

        at.ShouldBe(audio.Length);
        foreach (var (interim, following) in sink.Results.Zip(sink.Results.Skip(1)).Where(pair => !pair.First.IsFinal))
        {
            following.Start.ShouldBe(interim.Start);
            interim.SpeechFinal.ShouldBeFalse();
        }

        sink.Results.Count(result => !result.IsFinal && result.Words.Length > 0).ShouldBeGreaterThan(3);
        sink.Starts.Count.ShouldBeGreaterThanOrEqualTo(2);
        sink.Starts[0].ShouldBeInRange(1.9, 2.6);
        sink.UtteranceEnds[^1].At.ShouldBe(sink.Words[^1].End);
    }

    [Fact]
    public async Task Without_endpointing_nothing_is_final_before_it_is_asked_for()
    {
        SpeechFixture.Need();
        var sink = new ListeningSink();
        using var channel = speech.Recognizer.Channel(0, _usual with { Endpointing = null, UtteranceEnd = null }, Guid.NewGuid(), sink);
        await channel.AcceptAsync((short[])[.. RecordedSpeech.Prompt("transfer"), .. RecordedSpeech.Silence(7), .. RecordedSpeech.Prompt("all-circuits-busy-now"), .. RecordedSpeech.Silence(2)], Cancelled);
        sink.Finals.ShouldBeEmpty();
        await channel.FinalizeAsync(Cancelled);
        var final = sink.Finals.ShouldHaveSingleItem();
        final.FromFinalize.ShouldBeTrue();
        final.Start.ShouldBe(0);
        sink.Text.ShouldStartWith("please hold while i");
        sink.Text.ShouldEndWith("all circuits are busy now");
    }

    [Fact]
    public async Task Finalize_is_answered_in_the_middle_of_a_word_and_in_silence()
    {
        SpeechFixture.Need();
        var sink = new ListeningSink();
        using var channel = speech.Recognizer.Channel(0, _usual with { UtteranceEnd = null }, Guid.NewGuid(), sink);
        await channel.FinalizeAsync(Cancelled);
        sink.Finals.ShouldHaveSingleItem().Words.ShouldBeEmpty();
        var prompt = RecordedSpeech.GoForward();
        await channel.AcceptAsync(prompt.AsMemory(0, prompt.Length / 2), Cancelled);
        await channel.FinalizeAsync(Cancelled);
        var first = sink.Finals.Last();
        first.FromFinalize.ShouldBeTrue();
        first.Words.ShouldNotBeEmpty();
        await channel.AcceptAsync(prompt.AsMemory(prompt.Length / 2), Cancelled);
        await channel.FinalizeAsync(Cancelled);
        sink.Words[^1].Text.ShouldBe("meters");
        sink.Words.Zip(sink.Words.Skip(1)).ShouldAllBe(pair => pair.Second.Start >= pair.First.End - 0.011);
        sink.Words[^1].End.ShouldBeLessThanOrEqualTo((prompt.Length / 16000.0) + 0.05);
    }

    [Fact]
    public async Task Silence_costs_at_most_one_empty_result_a_second_and_no_decoder()
    {
        SpeechFixture.Need();
        var sink = new ListeningSink();
        using var channel = speech.Recognizer.Channel(0, _usual, Guid.NewGuid(), sink);
        var before = speech.Recognizer.Live.Leased;
        var second = RecordedSpeech.Silence(1);
        for (var i = 0; i < 120; i++)
        {
            await channel.AcceptAsync(second, Cancelled);
        }

        speech.Recognizer.Live.Leased.ShouldBeLessThanOrEqualTo(before + 2);
        sink.Results.Count.ShouldBeLessThanOrEqualTo(121);
        sink.Results.ShouldAllBe(result => result.Words.IsEmpty);
        sink.UtteranceEnds.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_utterance_without_pauses_is_cut_at_the_cap_and_no_sample_is_lost()
    {
        SpeechFixture.Need();
        var sink = new ListeningSink();
        using var channel = speech.Recognizer.Channel(0, _usual with { Endpointing = TimeSpan.FromSeconds(5), InterimResults = false }, Guid.NewGuid(), sink);
        var read = RecordedSpeech.Librivox("0870");
        short[] audio = [.. read, .. read, .. read, .. read];
        await channel.AcceptAsync(audio, Cancelled);
        await channel.CompleteAsync(Cancelled);
        var finals = sink.Finals.ToArray();
        finals.Length.ShouldBeGreaterThan(1);
        finals.ShouldAllBe(final => final.End - final.Start <= 15.1 * Resampler.Rate);
        finals[0].SpeechFinal.ShouldBeFalse();
        finals[^1].End.ShouldBe(audio.Length);
        sink.Words.Count(word => word.Text == "john").ShouldBe(4);
    }

    [Fact]
    public async Task Sessions_that_speak_at_the_same_time_share_the_decoders()
    {
        SpeechFixture.Need();
        var prompt = RecordedSpeech.GoForward();
        var texts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var sink = new ListeningSink();
            using var channel = speech.Recognizer.Channel(0, _usual, Guid.NewGuid(), sink);
            await channel.AcceptAsync(prompt, Cancelled);
            await channel.CompleteAsync(Cancelled);
            return sink.Text;
        })));
        texts.Distinct().ShouldHaveSingleItem().ShouldBe("go forward ten meters");
        speech.Recognizer.Live.Made.ShouldBeLessThanOrEqualTo(speech.Recognizer.Live.Maximum);
    }
}
