using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>A live result: what was heard in the window that begins at <see cref="Start"/> (speech API specification, section 2.4).</summary>
public sealed record ResultsMessage
{
    /// <summary>The message's type.</summary>
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = MessageTypes.Results;

    /// <summary>The channel and how many there are: always two numbers.</summary>
    public required ImmutableArray<int> ChannelIndex { get; init; }

    /// <summary>Length of the window in seconds.</summary>
    public required double Duration { get; init; }

    /// <summary>Start of the window in seconds of the stream; windows of successive final results join without gap or overlap.</summary>
    public required double Start { get; init; }

    /// <summary>Whether this window will not be changed any more.</summary>
    public required bool IsFinal { get; init; }

    /// <summary>Whether an endpoint was detected; implies <see cref="IsFinal"/>.</summary>
    public required bool SpeechFinal { get; init; }

    /// <summary>What was heard.</summary>
    public required ChannelResult Channel { get; init; }

    /// <summary>Who heard it.</summary>
    public required ResultsMetadata Metadata { get; init; }

    /// <summary>Whether a <c>Finalize</c> brought this result about.</summary>
    public bool FromFinalize { get; init; }
}

/// <summary>Hypotheses for one channel: at least one, best first.</summary>
public sealed record ChannelResult
{
    /// <summary>The hypotheses.</summary>
    public required ImmutableArray<Alternative> Alternatives { get; init; }

    /// <summary>Hits of the searched phrases (files), or null when none were asked for.</summary>
    public ImmutableArray<SearchResult>? Search { get; init; }

    /// <summary>The detected language (files), or null when not asked for.</summary>
    public string? DetectedLanguage { get; init; }

    /// <summary>How sure the detection is, 0 to 1.</summary>
    public double? LanguageConfidence { get; init; }
}

/// <summary>One hypothesis.</summary>
public sealed record Alternative
{
    /// <summary>The text, formatted as asked for.</summary>
    public required string Transcript { get; init; }

    /// <summary>0 to 1; 0 for an empty transcript.</summary>
    public required double Confidence { get; init; }

    /// <summary>The words in order; never null.</summary>
    public required ImmutableArray<Word> Words { get; init; }

    /// <summary>Paragraphs (files), or null when not asked for.</summary>
    public ParagraphsResult? Paragraphs { get; init; }
}

/// <summary>A word; times are seconds from the beginning of the stream.</summary>
public sealed record Word
{
    /// <summary>The word in lower case, without punctuation.</summary>
    [JsonPropertyName("word")]
    public required string Text { get; init; }

    /// <summary>Where it begins.</summary>
    public required double Start { get; init; }

    /// <summary>Where it ends.</summary>
    public required double End { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>The word as written in the transcript, or null without punctuation.</summary>
    public string? PunctuatedWord { get; init; }

    /// <summary>Who spoke, from 0, or null without diarization.</summary>
    public int? Speaker { get; init; }

    /// <summary>How sure the speaker is, 0 to 1.</summary>
    public double? SpeakerConfidence { get; init; }
}

/// <summary>Where a searched phrase was heard.</summary>
/// <param name="Query">The phrase.</param>
/// <param name="Hits">The occurrences in order.</param>
public sealed record SearchResult(string Query, ImmutableArray<SearchHit> Hits);

/// <summary>One occurrence of a phrase; times in seconds.</summary>
public sealed record SearchHit(double Confidence, double Start, double End, string Snippet);

/// <summary>The transcript in paragraphs.</summary>
public sealed record ParagraphsResult(string Transcript, ImmutableArray<Paragraph> Paragraphs);

/// <summary>A paragraph; times in seconds.</summary>
public sealed record Paragraph(ImmutableArray<Sentence> Sentences, int NumWords, double Start, double End, int? Speaker = null);

/// <summary>A sentence; times in seconds.</summary>
public sealed record Sentence(string Text, double Start, double End);

/// <summary>The part of the metadata that comes with every live result.</summary>
public sealed record ResultsMetadata
{
    /// <summary>The session's id: the same as in the response header <c>dg-request-id</c>.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>The model.</summary>
    public required ModelInfo ModelInfo { get; init; }

    /// <summary>The model's id.</summary>
    public required Guid ModelUuid { get; init; }

    /// <summary>The client's own pairs.</summary>
    public ImmutableSortedDictionary<string, string>? Extra { get; init; }
}

/// <summary>The true name of what recognised.</summary>
/// <param name="Name">The model's name, for instance <c>embedded-en-us</c>.</param>
/// <param name="Version">Its version.</param>
/// <param name="Arch">The kind of engine, for instance <c>pocketsphinx</c>.</param>
public sealed record ModelInfo(string Name, string Version, string Arch);
