using System.Collections.Immutable;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Recognition;
using Switchboard.Speech.Recognition.Transcripts;

namespace Switchboard.Speech.Tests.Recognition.Transcripts;

public sealed class TranscriptFormatterTests
{
    [Fact]
    public void Plain_words_stay_as_they_were_heard()
    {
        var alternative = Format(new ListenParameters(), "i have twenty five calls");
        alternative.Transcript.ShouldBe("i have twenty five calls");
        alternative.Words.ShouldAllBe(word => word.PunctuatedWord == null);
        alternative.Confidence.ShouldBe(0.9);
    }

    [Fact]
    public void Sentences_get_capitals_and_full_stops()
    {
        var alternative = Format(new ListenParameters { Punctuate = true }, "so i think i'm late");
        alternative.Transcript.ShouldBe("So I think I'm late.");
        alternative.Words[0].Text.ShouldBe("so");
        alternative.Words[^1].PunctuatedWord.ShouldBe("late.");
    }

    [Fact]
    public void A_sentence_that_was_cut_goes_on_without_a_capital()
    {
        var formatter = new TranscriptFormatter(new ListenParameters { Punctuate = true });
        formatter.Format(Words("the meeting has"), begins: true, ends: false).Transcript.ShouldBe("The meeting has");
        formatter.Format(Words("been moved"), begins: false, ends: true).Transcript.ShouldBe("been moved.");
    }

    [Theory]
    [InlineData("five", "5")]
    [InlineData("twenty five calls", "25 calls")]
    [InlineData("two hundred and five", "205")]
    [InlineData("three thousand four hundred", "3400")]
    [InlineData("two million and six", "2000006")]
    [InlineData("nineteen eighty four", "1984")]
    [InlineData("twenty twenty six", "2026")]
    [InlineData("nineteen hundred", "1900")]
    [InlineData("five five one two", "5 5 1 2")]
    [InlineData("one of them", "one of them")]
    [InlineData("room one zero one", "room 1 0 1")]
    [InlineData("ten and eleven", "10 and 11")]
    [InlineData("one hundred and", "100 and")]
    [InlineData("a hundred times", "a hundred times")]
    [InlineData("and so on", "and so on")]
    [InlineData("two thousand five thousand", "2005 thousand")]
    public void Numbers_are_written_in_digits(string spoken, string written) =>
        Format(new ListenParameters { Numerals = true }, spoken).Transcript.ShouldBe(written);

    [Fact]
    public void A_number_lasts_from_its_first_word_to_its_last()
    {
        var word = Format(new ListenParameters { Numerals = true }, "call twenty five now").Words[1];
        (word.Text, word.Start, word.End).ShouldBe(("25", 1.0, 2.5));
    }

    [Theory]
    [InlineData("my card is four one one two please", "my card is [NUMBER_1] please")]
    [InlineData("from two to ten", "from [NUMBER_1] to [NUMBER_2]")]
    [InlineData("five oh five", "[NUMBER_1]")]
    [InlineData("oh well", "oh well")]
    public void Numbers_are_redacted_also_from_words_and_hits(string spoken, string written)
    {
        var parameters = new ListenParameters { Redact = ["numbers"], Numerals = true, Search = ["four one"] };
        var alternative = Format(parameters, spoken);
        alternative.Transcript.ShouldBe(written);
        string.Join(' ', alternative.Words.Select(word => word.Text)).ShouldBe(written);
        FileAnswerWriter.Write(parameters, [[new RecognizedUtterance(Words(spoken), true)]]).Channels[0].Search!.Value[0].Hits.ShouldBeEmpty();
    }

    [Fact]
    public void What_cannot_be_redacted_is_refused() =>
        TranscriptFormatter.Check(new ListenParameters { Redact = ["pii"] }).ShouldNotBeNull().Status.ShouldBe(400);

    [Fact]
    public void Profanity_is_masked_and_fillers_are_dropped()
    {
        Format(new ListenParameters { ProfanityFilter = true }, "um this damn phone").Transcript.ShouldBe("this d*** phone");
        Format(new ListenParameters { FillerWords = true }, "um yes").Transcript.ShouldBe("um yes");
        Format(new ListenParameters(), "uh um").ShouldSatisfyAllConditions(
            alternative => alternative.Transcript.ShouldBe(""), alternative => alternative.Words.ShouldBeEmpty(), alternative => alternative.Confidence.ShouldBe(0));
    }

    [Fact]
    public void Words_and_phrases_are_replaced_or_removed()
    {
        var parameters = new ListenParameters { Replace = ["switch board:Switchboard", "please:", "empty", ":x"] };
        Format(parameters, "please call switch board").Transcript.ShouldBe("call Switchboard");
    }

    [Fact]
    public void Spoken_punctuation_is_set()
    {
        var parameters = new ListenParameters { Dictation = true, Punctuate = true };
        Format(parameters, "dear anna comma thank you period new paragraph see you question mark").Transcript
            .ShouldBe("Dear anna, thank you.\n\nSee you?");
    }

    [Fact]
    public void A_file_is_split_into_utterances_paragraphs_and_hits()
    {
        var parameters = new ListenParameters { Punctuate = true, Utterances = true, Paragraphs = true, Search = ["thank you", "never"] };
        var results = FileAnswerWriter.Write(parameters,
        [
            [new(Words("thank you for calling"), true), new(Words("how can i", 4.2), false), new(Words("help you", 7.2), true), new(Words("thank you", 20), true)],
            [],
        ]);
        var alternative = results.Channels[0].Alternatives[0];
        alternative.Transcript.ShouldBe("Thank you for calling. How can I help you. Thank you.");
        alternative.Paragraphs!.Paragraphs.Select(paragraph => paragraph.NumWords).ShouldBe([9, 2]);
        alternative.Paragraphs.Transcript.ShouldBe("\nThank you for calling. How can I help you.\n\nThank you.");
        results.Utterances!.Value.Select(utterance => utterance.Transcript).ShouldBe(["Thank you for calling. How can I help you.", "Thank you."]);
        results.Channels[0].Search!.Value.Select(search => search.Hits.Length).ShouldBe([2, 0]);
        results.Channels[0].Search!.Value[0].Hits[1].Start.ShouldBe(20);
        results.Channels[1].Alternatives[0].Transcript.ShouldBe("");
        results.Channels[1].Alternatives[0].Words.ShouldBeEmpty();
    }

    private static Alternative Format(ListenParameters parameters, string text) => new TranscriptFormatter(parameters).Format(Words(text));

    // A word each second, half a second long.
    private static ImmutableArray<RecognizedWord> Words(string text, double from = 0) =>
        [.. text.Split(' ').Select((word, index) => new RecognizedWord(word, from + index, from + index + 0.5, 0.9))];
}
