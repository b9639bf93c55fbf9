using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Files;
using Switchboard.Speech.Recognition.Live;
using Switchboard.Testing.Speech;

namespace Switchboard.Speech.Tests.Recognition;

public sealed class GoldenTranscriptTests(SpeechFixture speech)
{
    private static readonly LiveSettings _settings = new(false, TimeSpan.FromMilliseconds(500), null, false);

    [Theory]
    [InlineData("all-circuits-busy-now", "all circuits are busy now")]
    [InlineData("pm-invalid-option", "that option is invalid please try again")]
    [InlineData("vm-nobodyavail", "nobody is available to take your call at the moment")]
    [InlineData("transfer", "please hold while i try that extension")]
    [InlineData("privacy-incorrect", "i'm sorry that number is not valid")]
    [InlineData("number-not-answering", "the number is not answering")]
    public async Task A_recorded_prompt_is_transcribed_word_for_word(string prompt, string expected)
    {
        SpeechFixture.Need();
        (await FileAsync(RecordedSpeech.Prompt(prompt))).ShouldBe(expected);
    }

    [Theory]
    [InlineData("slt", "the children were playing in the garden until it got dark")]
    [InlineData("rms", "please send the documents to my office by friday")]
    [InlineData("awb", "i think we should wait and see what happens next")]
    public async Task A_synthetic_voice_is_transcribed_word_for_word(string voice, string sentence)
    {
        SpeechFixture.Need();
        (await FileAsync(RecordedSpeech.Flite(voice, sentence))).ShouldBe(sentence);
    }

    [Fact]
    public async Task A_live_stream_yields_the_words_of_a_recording()
    {
        SpeechFixture.Need();
        var heard = await LiveAsync(RecordedSpeech.GoForward(), _settings);
        heard.Text.ShouldBe("go forward ten meters");
    }

    [Fact]
    public async Task Read_speech_has_no_more_errors_than_were_measured()
    {
        SpeechFixture.Need();
        List<(string, string)> pairs = [];
        foreach (var (number, text) in RecordedSpeech.Novel)
        {
            var heard = await LiveAsync(RecordedSpeech.Librivox(number), _settings);
            TestContext.Current.TestOutputHelper!.WriteLine($"{number}: {heard.Text}");
            pairs.Add((text, heard.Text));
        }

        WordErrors.Rate(pairs).ShouldBeLessThanOrEqualTo(0.24);
    }

    internal async Task<ListeningSink> LiveAsync(short[] audio, LiveSettings settings)
    {
        var sink = new ListeningSink();
        using var channel = speech.Recognizer.Channel(0, settings, Guid.NewGuid(), sink);
        await channel.AcceptAsync(audio, TestContext.Current.CancellationToken);
        await channel.CompleteAsync(TestContext.Current.CancellationToken);
        return sink;
    }

    private async Task<string> FileAsync(short[] audio)
    {
        using var transcriber = new FileTranscriber(speech.Recognizer, Guid.NewGuid());
        for (var at = 0; at < audio.Length; at += SampleBlock.MaximumLength)
        {
            var block = new SampleBlock(1, Math.Min(SampleBlock.MaximumLength, audio.Length - at));
            audio.AsMemory(at, block.Length).CopyTo(block.Channel(0));
            await transcriber.AcceptAsync(block, TestContext.Current.CancellationToken);
        }

        var channels = await transcriber.CompleteAsync(TestContext.Current.CancellationToken);
        return string.Join(' ', channels[0].SelectMany(utterance => utterance.Words).Select(word => word.Text));
    }
}
