using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition;
using Switchboard.Speech.Recognition.Live;
using Switchboard.Speech.Recognition.Sphinx;
using Switchboard.Testing.Speech;

namespace Switchboard.Speech.Tests.Recognition;

/// <summary>What goes wrong with PocketSphinx when it is used as its documentation suggests; each was measured.</summary>
public sealed class NativeTrapTests(SpeechFixture speech)
{
    private const string Model = "/usr/share/pocketsphinx/model/en-us";

    [Fact]
    public async Task Words_after_long_pauses_have_the_time_at_which_they_were_said()
    {
        SpeechFixture.Need();
        var prompt = RecordedSpeech.GoForward();
        short[] audio = [.. prompt, .. RecordedSpeech.Silence(3), .. prompt, .. RecordedSpeech.Silence(3), .. prompt];
        var sink = await ListenAsync(audio, new LiveSettings(false, TimeSpan.FromMilliseconds(800), null, false));

        var forward = sink.Words.Where(word => word.Text == "forward").ToArray();
        forward.Length.ShouldBe(3);
        var period = (prompt.Length / (double)Resampler.Rate) + 3;
        forward[0].Start.ShouldBeLessThan(1);
        (forward[1].Start - forward[0].Start).ShouldBe(period, 0.1);
        (forward[2].Start - forward[1].Start).ShouldBe(period, 0.1);
    }

    [Fact]
    public void Frames_count_from_the_utterance_and_not_from_the_decoders_first()
    {
        SpeechFixture.Need();
        using var decoder = SphinxDecoder.Create(Model, DecoderKind.Live);
        var audio = RecordedSpeech.GoForward();
        var first = Decode(decoder, audio, null);
        var second = Decode(decoder, audio, null);
        second.Select(word => (word.Text, word.Start)).ShouldBe(first.Select(word => (word.Text, word.Start)));
        second[0].Start.ShouldBeInRange(1, 100);
    }

    [Fact]
    public async Task Decoders_can_be_made_and_freed_at_the_same_time()
    {
        SpeechFixture.Need();
        var made = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var decoder = SphinxDecoder.Create(Model, DecoderKind.Live);
            return decoder.CanBeShared;
        })).ToArray();
        var all = await Task.WhenAll(made).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        all.ShouldAllBe(shared => shared);
    }

    [Fact]
    public void A_session_hears_the_same_whoever_spoke_before_it()
    {
        SpeechFixture.Need();
        using var decoder = SphinxDecoder.Create(Model, DecoderKind.Live);
        var own = RecordedSpeech.Librivox("0890");
        var fresh = Decode(decoder, own, null);
        var afterwards = decoder.State();
        Decode(decoder, RecordedSpeech.Prompt("vm-nobodyavail"), null);
        Decode(decoder, RecordedSpeech.GoForward(), null);
        var again = Decode(decoder, own, null);
        again.Select(word => (word.Text, word.Start, word.End)).ShouldBe(fresh.Select(word => (word.Text, word.Start, word.End)));
        again.Zip(fresh).ShouldAllBe(pair => Math.Abs(pair.First.Confidence - pair.Second.Confidence) < 0.1);
        decoder.State()!.Means.Zip(afterwards!.Means).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 0.01);

        // Carried over, it would have been heard with another voice's mean.
        Decode(decoder, RecordedSpeech.Prompt("vm-nobodyavail"), null);
        decoder.State()!.Means.Zip(afterwards.Means).ShouldContain(pair => Math.Abs(pair.First - pair.Second) > 1);
    }

    [Fact]
    public void A_sessions_next_utterance_begins_where_its_last_left_off()
    {
        SpeechFixture.Need();
        using var decoder = SphinxDecoder.Create(Model, DecoderKind.Live);
        Decode(decoder, RecordedSpeech.Librivox("0880"), null);
        var carried = decoder.State()!;
        var uninterrupted = Decode(decoder, RecordedSpeech.Librivox("0930"), carried);
        Decode(decoder, RecordedSpeech.Prompt("vm-sorry"), null);
        Decode(decoder, RecordedSpeech.Librivox("0930"), carried).Select(word => (word.Text, word.Start)).ShouldBe(
            uninterrupted.Select(word => (word.Text, word.Start)));
        carried.Means[0].ShouldNotBe(41.0f);
    }

    [Fact]
    public async Task A_decoder_of_another_build_serves_one_session_only()
    {
        SpeechFixture.Need();
        using var pool = new DecoderPool(Model, DecoderKind.Live, 1, NullLogger<DecoderPool>.Instance, trustLayout: false);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        var first = await LeaseAsync(pool, one);
        (await LeaseAsync(pool, one)).ShouldBeSameAs(first);
        (await LeaseAsync(pool, other)).ShouldNotBeSameAs(first);
        pool.Made.ShouldBe(1);
    }

    [Fact]
    public async Task Quiet_speech_is_heard_like_loud_speech()
    {
        SpeechFixture.Need();
        var prompt = RecordedSpeech.Prompt("vm-nobodyavail");
        short[] quiet = [.. prompt.Select(sample => (short)(sample / 12))];
        short[] loud = [.. prompt.Select(sample => (short)Math.Clamp(sample * 3, short.MinValue, short.MaxValue))];
        var settings = new LiveSettings(false, TimeSpan.FromMilliseconds(800), null, false);
        var heard = (await ListenAsync(prompt, settings)).Text;
        (await ListenAsync(quiet, settings)).Text.ShouldBe(heard);
        WordErrors.Count(heard, (await ListenAsync(loud, settings)).Text).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public void A_whole_utterance_is_normalised_over_the_whole()
    {
        SpeechFixture.Need();
        using var whole = SphinxDecoder.Create(Model, DecoderKind.Whole);
        var audio = RecordedSpeech.Prompt("transfer");
        var heard = whole.DecodeWhole(audio);
        Text(heard).ShouldBe("please hold while i try that extension");

        // Normalised over the utterance, nothing of an earlier one has a part in it.
        whole.DecodeWhole(RecordedSpeech.GoForward());
        whole.DecodeWhole(audio).ShouldBe(heard);
        heard.ShouldAllBe(word => word.Confidence > 0 && word.Confidence <= 1 && word.End > word.Start);
    }

    [Fact]
    public void A_missing_model_is_said_clearly()
    {
        SpeechFixture.Need();
        Should.Throw<SphinxException>(() => SphinxDecoder.Create("/nowhere", DecoderKind.Live)).Message.ShouldContain("pocketsphinx-en-us");
    }

    [Fact]
    public void Nothing_and_almost_nothing_can_be_decoded()
    {
        SpeechFixture.Need();
        using var decoder = SphinxDecoder.Create(Model, DecoderKind.Live);
        Decode(decoder, [], null).ShouldBeEmpty();
        Decode(decoder, [1], null).ShouldBeEmpty();
        decoder.Begin(null);
        decoder.Begin(null);
        decoder.Process([]);
        decoder.Hypothesis().ShouldBeEmpty();
        decoder.End().ShouldBeEmpty();
        Should.Throw<SphinxException>(() => decoder.End());
    }

    private async Task<ListeningSink> ListenAsync(short[] audio, LiveSettings settings)
    {
        var sink = new ListeningSink();
        using var channel = speech.Recognizer.Channel(0, settings, Guid.NewGuid(), sink);
        await channel.AcceptAsync(audio, TestContext.Current.CancellationToken);
        await channel.CompleteAsync(TestContext.Current.CancellationToken);
        return sink;
    }

    private static async Task<SphinxDecoder> LeaseAsync(DecoderPool pool, Guid owner)
    {
        using var lease = await pool.LeaseAsync(owner, TestContext.Current.CancellationToken);
        return lease.Decoder;
    }

    private static ImmutableArray<DecodedWord> Decode(SphinxDecoder decoder, short[] audio, CmnState? state)
    {
        decoder.Begin(state);
        foreach (var piece in audio.Chunk(SampleBlock.MaximumLength))
        {
            decoder.Process(piece);
        }

        return decoder.End();
    }

    private static string Text(ImmutableArray<DecodedWord> words) => string.Join(' ', words.Select(word => word.Text));
}
