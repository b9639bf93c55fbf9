using System.Collections.Immutable;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Recognition.Transcripts;

/// <summary>
/// Writes the words of a window as a request wants them. The recogniser knows lower-case words only: capitals and full stops come from
/// where utterances begin and end, the rest from rules. Pure, safe for many threads.
/// </summary>
internal sealed class TranscriptFormatter(ListenParameters parameters)
{
    private readonly bool _punctuate = parameters.Punctuate || parameters.SmartFormat || parameters.Dictation;

    /// <summary>What the recogniser cannot leave out of a transcript, so that nobody reads what they were promised not to; null when all is well.</summary>
    public static SpeechError? Check(ListenParameters parameters) => parameters.Redact.Contains("pii")
        ? SpeechError.InvalidParameter("redact=pii: this engine does not recognise names and addresses; it redacts numbers, pci and ssn")
        : null;

    /// <param name="words">As recognised.</param>
    /// <param name="begins">Whether a sentence begins with them.</param>
    /// <param name="ends">Whether a sentence ends with them.</param>
    public Alternative Format(ImmutableArray<RecognizedWord> words, bool begins = true, bool ends = true)
    {
        if (!parameters.FillerWords)
        {
            words = WordRules.WithoutFillers(words);
        }

        if (!parameters.Redact.IsEmpty)
        {
            words = WordRules.WithoutNumbers(words);
        }
        else if (parameters.Numerals || parameters.SmartFormat)
        {
            words = WordRules.WithDigits(words);
        }

        if (parameters.ProfanityFilter)
        {
            words = WordRules.Masked(words);
        }

        words = WordRules.Replaced(words, parameters.Replace);
        if (words.IsEmpty)
        {
            return new Alternative { Transcript = "", Confidence = 0, Words = [] };
        }

        ImmutableArray<Word> result = _punctuate
            ? [.. Punctuation.Write(words, parameters.Dictation, begins, ends).Select(pair => Make(pair.Word, pair.Written))]
            : [.. words.Select(word => Make(word, null))];
        return new Alternative
        {
            Transcript = string.Join(' ', result.Select(word => word.PunctuatedWord ?? word.Text)).Replace("\n ", "\n", StringComparison.Ordinal),
            Confidence = result.IsEmpty ? 0 : Math.Round(result.Average(word => word.Confidence), 4),
            Words = result,
        };
    }

    private static Word Make(RecognizedWord word, string? written) => new()
    {
        Text = word.Text,
        Start = word.Start,
        End = word.End,
        Confidence = word.Confidence,
        PunctuatedWord = written,
    };
}
