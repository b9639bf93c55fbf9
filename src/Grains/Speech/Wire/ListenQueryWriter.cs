using System.Globalization;
using System.Text;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>Writes what an engine has to know, in one fixed order, defaults left out.</summary>
internal static class ListenQueryWriter
{
    public static string Write(ListenParameters parameters)
    {
        var usual = new ListenParameters();
        var query = new StringBuilder(256);
        Add(query, "model", parameters.Model);
        Add(query, "language", parameters.Language);
        Add(query, "encoding", parameters.Encoding);
        Add(query, "sample_rate", Text(parameters.SampleRate));
        Add(query, "channels", parameters.Channels == usual.Channels ? null : Text(parameters.Channels));

        // Written always: dialects differ in their defaults.
        Add(query, "interim_results", parameters.InterimResults ? "true" : "false");
        Add(query, "endpointing", parameters.EndpointingMilliseconds == 0 ? "false" : Text(parameters.EndpointingMilliseconds));
        Add(query, "utterance_end_ms", Text(parameters.UtteranceEndMilliseconds));
        foreach (var (name, on) in Flags(parameters))
        {
            Add(query, name, on ? "true" : null);
        }

        if (parameters.UtteranceSplitSeconds != usual.UtteranceSplitSeconds)
        {
            Add(query, "utt_split", parameters.UtteranceSplitSeconds.ToString(CultureInfo.InvariantCulture));
        }

        AddAll(query, "redact", parameters.Redact);
        AddAll(query, "replace", parameters.Replace);
        AddAll(query, "search", parameters.Search);
        AddAll(query, "keyterm", parameters.Keyterms);
        AddAll(query, "extra", parameters.Extra.Select(static pair => $"{pair.Key}:{pair.Value}"));
        return query.ToString();
    }

    public static IEnumerable<string> Features(ListenParameters parameters)
    {
        foreach (var (name, on) in Flags(parameters))
        {
            if (on)
            {
                yield return name;
            }
        }

        if (parameters.InterimResults)
        {
            yield return "interim_results";
        }

        if (!parameters.Redact.IsEmpty)
        {
            yield return "redact";
        }

        if (!parameters.Replace.IsEmpty)
        {
            yield return "replace";
        }

        if (!parameters.Search.IsEmpty)
        {
            yield return "search";
        }

        if (!parameters.Keyterms.IsEmpty)
        {
            yield return "keyterm";
        }
    }

    private static (string Name, bool On)[] Flags(ListenParameters parameters) =>
    [
        ("multichannel", parameters.Multichannel),
        ("vad_events", parameters.VadEvents),
        ("punctuate", parameters.Punctuate),
        ("smart_format", parameters.SmartFormat),
        ("numerals", parameters.Numerals),
        ("dictation", parameters.Dictation),
        ("profanity_filter", parameters.ProfanityFilter),
        ("filler_words", parameters.FillerWords),
        ("diarize", parameters.Diarize),
        ("utterances", parameters.Utterances),
        ("paragraphs", parameters.Paragraphs),
        ("detect_language", parameters.DetectLanguage),
    ];

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static void AddAll(StringBuilder query, string name, IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            Add(query, name, value);
        }
    }

    private static void Add(StringBuilder query, string name, string? value)
    {
        if (value is not null)
        {
            query.Append(query.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }
}
