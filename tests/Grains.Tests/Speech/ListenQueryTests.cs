using System.Text.Json;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Grains.Tests.Speech;

public sealed class ListenQueryTests
{
    [Fact]
    public void The_query_of_the_javascript_client_is_read_as_it_was_captured()
    {
        var read = Live("?model=nova-3&language=en&encoding=linear16&sample_rate=16000&interim_results=true&endpointing=300"
            + "&keyterm=foo&keyterm=bar%20baz&tag=t1");

        read.Model.ShouldBe("nova-3");
        read.Language.ShouldBe("en");
        read.Encoding.ShouldBe("linear16");
        read.SampleRate.ShouldBe(16_000);
        read.InterimResults.ShouldBeTrue();
        read.EndpointingMilliseconds.ShouldBe(300);
        read.Keyterms.ShouldBe(["foo", "bar baz"]);
        read.Tags.ShouldBe(["t1"]);
    }

    [Theory]
    [InlineData("keyterm=bar+baz")]
    [InlineData("keyterm=bar%20baz")]
    [InlineData("KEYTERM=bar%20baz")]
    public void A_space_comes_as_plus_or_escaped(string query) => Live(query).Keyterms.ShouldBe(["bar baz"]);

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("1", true)]
    [InlineData("%22true%22", true)]
    [InlineData("FALSE", false)]
    [InlineData("0", false)]
    public void Booleans_are_read_in_any_case(string text, bool expected) =>
        Live($"punctuate={text}").Punctuate.ShouldBe(expected);

    [Theory]
    [InlineData("true", 10)]
    [InlineData("false", 0)]
    [InlineData("0", 0)]
    [InlineData("%22300%22", 300)]
    [InlineData("300.0", 300)]
    public void Endpointing_is_a_number_or_a_boolean(string text, int expected) =>
        Live($"endpointing={text}").EndpointingMilliseconds.ShouldBe(expected);

    [Fact]
    public void What_nobody_knows_is_ignored()
    {
        var read = Live("is_final=true&speech_final=true&=&&x&token=secret&punctuate=true");

        read.ShouldBe(new ListenParameters { Punctuate = true }, new ByQuery());
    }

    [Theory]
    [InlineData("punctuate=maybe", "punctuate")]
    [InlineData("punctuate", "punctuate")]
    [InlineData("sample_rate=fast", "sample_rate")]
    [InlineData("sample_rate=-1", "sample_rate")]
    [InlineData("sample_rate=99999999999999999999", "sample_rate")]
    [InlineData("sample_rate=16000.5", "sample_rate")]
    [InlineData("channels=0", "channels")]
    [InlineData("channels=17", "channels")]
    [InlineData("endpointing=soon", "endpointing")]
    [InlineData("endpointing=-5", "endpointing")]
    [InlineData("utterance_end_ms=999", "utterance_end_ms")]
    [InlineData("utterance_end_ms=5001", "utterance_end_ms")]
    [InlineData("encoding=mp7", "encoding")]
    [InlineData("language=%00", "language")]
    [InlineData("extra=nocolon", "extra")]
    [InlineData("redact=names", "redact")]
    [InlineData("diarize_model=v2", "diarize_model")]
    [InlineData("callback=ftp%3A%2F%2Fx", "callback")]
    [InlineData("callback=nonsense", "callback")]
    [InlineData("callback_method=GET", "callback_method")]
    [InlineData("utt_split=NaN", "utt_split")]
    [InlineData("session_id=7", "session_id")]
    [InlineData("offset=4", "offset")]
    [InlineData("output=pdf", "output")]
    [InlineData("tag=a%0ab", "tag")]
    public void A_known_parameter_with_a_value_that_cannot_be_read_is_refused_by_name(string query, string name)
    {
        var error = ListenQuery.Read(query, ListenDialect.LiveDefaults).Error.ShouldNotBeNull();

        error.Status.ShouldBe(400);
        error.Code.ShouldBe("INVALID_QUERY_PARAMETER");
        error.Message.ShouldStartWith($"Failed to deserialize query parameters: {name}:");
    }

    [Fact]
    public void A_refused_callback_does_not_repeat_the_password_in_it() =>
        ListenQuery.Read("callback=ftp%3A%2F%2Fme%3Asecret%40x", ListenDialect.LiveDefaults).Error!.Message.ShouldNotContain("secret");

    [Fact]
    public void More_repeats_than_bearable_are_refused() =>
        ListenQuery.Read(string.Join('&', Enumerable.Repeat("keyterm=a", 101)), ListenDialect.LiveDefaults).Error!.Message
            .ShouldContain("more than 100 times");

    [Fact]
    public void A_query_longer_than_bearable_is_refused() =>
        ListenQuery.Read(new string('a', ListenQuery.LongestQuery + 1), ListenDialect.LiveDefaults).Error.ShouldNotBeNull();

    [Theory]
    [InlineData("lang=es-ES&codec=pcm&diarization=true", "language=es-ES&encoding=linear16&diarize=true")]
    [InlineData("format=pcm", "encoding=linear16&sample_rate=16000")]
    [InlineData("encoding=mulaw", "encoding=mulaw&sample_rate=8000")]
    [InlineData("encoding=wav&sample_rate=44100", "")]
    [InlineData("encoding=m4a", "")]
    [InlineData("keywords=a%3A2&keywords=b", "keyterm=a&keyterm=b")]
    [InlineData("diarize_model=latest", "diarize=true")]
    [InlineData("format=srt", "output=srt")]
    public void Aliases_of_the_other_dialect_mean_the_same(string alias, string plain) => Live(alias).ShouldBe(Live(plain), new ByQuery());

    [Fact]
    public void The_path_decides_what_holds_where_nothing_is_said()
    {
        var aldea = new ListenDialect { Live = true, InterimResults = true, EndpointingMilliseconds = 300, Encoding = "linear16" };

        var silent = ListenQuery.Read("", aldea).Parameters.ShouldNotBeNull();
        var spoken = ListenQuery.Read("interim_results=false&endpointing=false&encoding=wav", aldea).Parameters.ShouldNotBeNull();

        silent.ShouldSatisfyAllConditions(
            () => silent.InterimResults.ShouldBeTrue(),
            () => silent.EndpointingMilliseconds.ShouldBe(300),
            () => silent.Encoding.ShouldBe("linear16"),
            () => silent.SampleRate.ShouldBe(16_000));
        spoken.ShouldSatisfyAllConditions(
            () => spoken.InterimResults.ShouldBeFalse(),
            () => spoken.EndpointingMilliseconds.ShouldBe(0),
            () => spoken.Encoding.ShouldBeNull());
    }

    [Fact]
    public void What_nothing_here_can_do_is_noted_once()
    {
        var read = ListenQuery.Read(
            "summarize=v2&topics=true&topics=true&intents=false&detect_entities=1&alternatives=3&sentiment=false", ListenDialect.FileDefaults);

        read.Parameters!.Unsupported.ShouldBe(["summarize", "topics", "detect_entities", "alternatives"]);
    }

    [Fact]
    public void A_session_is_resumed_with_its_id_and_an_offset()
    {
        var session = Guid.NewGuid();

        var read = Live($"session_id={session}&offset=3200");

        read.SessionId.ShouldBe(session);
        read.Offset.ShouldBe(3200);
    }

    [Fact]
    public void What_is_written_for_an_engine_asks_for_the_same()
    {
        var asked = Live(
            "model=nova-3&language=en-US&encoding=linear16&sample_rate=8000&channels=2&multichannel=true&interim_results=true&endpointing=false"
            + "&utterance_end_ms=1200&vad_events=true&punctuate=1&smart_format=1&numerals=1&dictation=1&profanity_filter=1&filler_words=1"
            + "&diarize=1&redact=pci&redact=ssn&replace=a%3Ab&search=x%26y&keyterm=a%20b&utterances=1&utt_split=1.5&paragraphs=1&extra=k:v:w");

        var again = Live(ListenQuery.Write(asked));

        JsonSerializer.Serialize(again).ShouldBe(JsonSerializer.Serialize(asked));
    }

    [Fact]
    public void An_engine_is_told_neither_labels_nor_callbacks_nor_cases()
    {
        var asked = Live("tag=a&callback=https%3A%2F%2Fu%3Ap%40x%2F&case_id=c&resume=true&metadata=%7B%7D");

        ListenQuery.Write(asked).ShouldBe("language=en&interim_results=false&endpointing=10");
    }

    private static ListenParameters Live(string query)
    {
        var reading = ListenQuery.Read(query, ListenDialect.LiveDefaults);
        reading.Error.ShouldBeNull();
        return reading.Parameters.ShouldNotBeNull();
    }

    private sealed class ByQuery : IEqualityComparer<ListenParameters>
    {
        public bool Equals(ListenParameters? x, ListenParameters? y) =>
            ListenQuery.Write(x!) == ListenQuery.Write(y!) && x!.Output == y!.Output;

        public int GetHashCode(ListenParameters parameters) => 0;
    }
}
