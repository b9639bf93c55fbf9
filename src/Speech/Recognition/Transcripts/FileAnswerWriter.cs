using System.Collections.Immutable;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Recognition.Transcripts;

/// <summary>Arranges what was heard in a file as a request wants it: channels, utterances, paragraphs, hits. Pure.</summary>
internal static class FileAnswerWriter
{
    private const double ParagraphPause = 1.5;
    private const int SentencesOfParagraph = 5;

    public static FileResults Write(ListenParameters parameters, ImmutableArray<ImmutableArray<RecognizedUtterance>> channels)
    {
        var formatter = new TranscriptFormatter(parameters);
        var results = ImmutableArray.CreateBuilder<ChannelResult>();
        var utterances = ImmutableArray.CreateBuilder<Utterance>();
        for (var index = 0; index < channels.Length; index++)
        {
            var sentences = Format(formatter, channels[index]);
            var words = sentences.SelectMany(sentence => sentence.Words).ToImmutableArray();
            results.Add(new ChannelResult
            {
                Alternatives =
                [
                    new Alternative
                    {
                        Transcript = string.Join(' ', sentences.Select(sentence => sentence.Transcript)),
                        Confidence = Confidence(words),
                        Words = words,
                        Paragraphs = parameters.Paragraphs ? Paragraphs(sentences) : null,
                    },
                ],
                Search = parameters.Search.IsEmpty ? null : Search(parameters, [.. channels[index].SelectMany(utterance => utterance.Words)]),
                DetectedLanguage = parameters.DetectLanguage ? "en" : null,
            });
            if (parameters.Utterances)
            {
                utterances.AddRange(Split(words, parameters.UtteranceSplitSeconds, index));
            }
        }

        return new FileResults(results.ToImmutable(), parameters.Utterances ? [.. utterances.OrderBy(utterance => utterance.Start)] : null);
    }

    private static ImmutableArray<Alternative> Format(TranscriptFormatter formatter, ImmutableArray<RecognizedUtterance> utterances)
    {
        var result = ImmutableArray.CreateBuilder<Alternative>();
        var begins = true;
        foreach (var utterance in utterances)
        {
            if (formatter.Format(utterance.Words, begins, utterance.EndsSentence) is { Words.IsEmpty: false } written)
            {
                result.Add(written);
                begins = utterance.EndsSentence;
            }
        }

        return result.ToImmutable();
    }

    // By pauses, whatever the utterances of the recogniser were: its own are cut by length too.
    private static IEnumerable<Utterance> Split(ImmutableArray<Word> words, double pause, int channel)
    {
        for (var from = 0; from < words.Length;)
        {
            var to = from + 1;
            while (to < words.Length && words[to].Start - words[to - 1].End <= pause)
            {
                to++;
            }

            var part = words[from..to];
            yield return new Utterance(Guid.CreateVersion7(), part[0].Start, part[^1].End, Confidence(part), channel, Text(part), part);
            from = to;
        }
    }

    private static ParagraphsResult Paragraphs(ImmutableArray<Alternative> sentences)
    {
        var paragraphs = ImmutableArray.CreateBuilder<Paragraph>();
        for (var from = 0; from < sentences.Length;)
        {
            var to = from + 1;
            while (to < sentences.Length && to - from < SentencesOfParagraph && sentences[to].Words[0].Start - sentences[to - 1].Words[^1].End < ParagraphPause)
            {
                to++;
            }

            var part = sentences[from..to];
            paragraphs.Add(new Paragraph(
                [.. part.Select(sentence => new Sentence(sentence.Transcript, sentence.Words[0].Start, sentence.Words[^1].End))],
                part.Sum(sentence => sentence.Words.Length),
                part[0].Words[0].Start,
                part[^1].Words[^1].End));
            from = to;
        }

        var transcript = string.Concat(paragraphs.Select(paragraph => "\n" + string.Join(' ', paragraph.Sentences.Select(sentence => sentence.Text)) + "\n"));
        return new ParagraphsResult(transcript.TrimEnd('\n'), paragraphs.ToImmutable());
    }

    // A phrase is looked for as it was said; what is to be hidden cannot be found.
    private static ImmutableArray<SearchResult> Search(ListenParameters parameters, ImmutableArray<RecognizedWord> words)
    {
        var visible = parameters.Redact.IsEmpty ? words : WordRules.WithoutNumbers(words);
        return [.. parameters.Search.Select(phrase => new SearchResult(phrase, Hits(visible, WordRules.Split(phrase))))];
    }

    private static ImmutableArray<SearchHit> Hits(ImmutableArray<RecognizedWord> words, string[] phrase)
    {
        var hits = ImmutableArray.CreateBuilder<SearchHit>();
        for (var i = 0; phrase.Length > 0 && i < words.Length; i++)
        {
            if (WordRules.StartsWith(words, i, phrase))
            {
                var found = words.AsSpan(i, phrase.Length).ToArray();
                hits.Add(new SearchHit(
                    Math.Round(found.Average(word => word.Confidence), 4), found[0].Start, found[^1].End, string.Join(' ', found.Select(word => word.Text))));
            }
        }

        return hits.ToImmutable();
    }

    private static double Confidence(ImmutableArray<Word> words) => words.IsEmpty ? 0 : Math.Round(words.Average(word => word.Confidence), 4);

    private static string Text(ImmutableArray<Word> words) => string.Join(' ', words.Select(word => word.PunctuatedWord ?? word.Text));
}
