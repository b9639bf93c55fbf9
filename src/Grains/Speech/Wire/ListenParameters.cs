using System.Collections.Immutable;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>
/// What a client asked for in the query of <c>/v1/listen</c>, live or with a file, after its aliases were resolved and every
/// value was checked. The names and defaults are Deepgram's (speech API specification, sections 2.2 and 3.2); where its dialect
/// and Aldea's disagree, the reader of the query decides by the path that was called.
/// </summary>
public sealed record ListenParameters
{
    /// <summary>The model as the client wrote it; null leaves the choice to the configured default.</summary>
    public string? Model { get; init; }

    /// <summary>BCP-47 language of the speech, or <c>multi</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Codec of headerless audio, or null: the audio carries a container whose first bytes tell.</summary>
    public string? Encoding { get; init; }

    /// <summary>Samples per second and channel of headerless audio, in hertz; null with containers.</summary>
    public int? SampleRate { get; init; }

    /// <summary>Interleaved channels of headerless audio.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Whether every channel is transcribed on its own; otherwise they are mixed.</summary>
    public bool Multichannel { get; init; }

    /// <summary>Whether hypotheses are sent before they are final.</summary>
    public bool InterimResults { get; init; }

    /// <summary>Silence in milliseconds that ends an utterance; 0 never does.</summary>
    public int EndpointingMilliseconds { get; init; } = 10;

    /// <summary>Gap in milliseconds after the last final word that is reported as the end of the utterance; null reports none.</summary>
    public int? UtteranceEndMilliseconds { get; init; }

    /// <summary>Whether the start of speech is reported.</summary>
    public bool VadEvents { get; init; }

    /// <summary>Whether capitals and full stops are set.</summary>
    public bool Punctuate { get; init; }

    /// <summary>Whether the transcript is formatted for reading; implies <see cref="Punctuate"/> and <see cref="Numerals"/>.</summary>
    public bool SmartFormat { get; init; }

    /// <summary>Whether spoken numbers become digits.</summary>
    public bool Numerals { get; init; }

    /// <summary>Whether spoken punctuation ("comma", "new paragraph") becomes punctuation.</summary>
    public bool Dictation { get; init; }

    /// <summary>Whether profanity is masked.</summary>
    public bool ProfanityFilter { get; init; }

    /// <summary>Whether "uh" and "um" stay.</summary>
    public bool FillerWords { get; init; }

    /// <summary>Whether words carry a speaker.</summary>
    public bool Diarize { get; init; }

    /// <summary>Kinds of things that are replaced in the transcript by a token.</summary>
    public ImmutableArray<string> Redact { get; init; } = [];

    /// <summary>Pairs <c>find:replacement</c>, as written.</summary>
    public ImmutableArray<string> Replace { get; init; } = [];

    /// <summary>Phrases whose occurrences are listed.</summary>
    public ImmutableArray<string> Search { get; init; } = [];

    /// <summary>Words and phrases that are more likely than elsewhere: <c>keywords</c> (without their boost) and <c>keyterm</c>.</summary>
    public ImmutableArray<string> Keyterms { get; init; } = [];

    /// <summary>Whether words are grouped into utterances (files).</summary>
    public bool Utterances { get; init; }

    /// <summary>Pause in seconds that splits utterances (files).</summary>
    public double UtteranceSplitSeconds { get; init; } = 0.8;

    /// <summary>Whether the transcript is split into paragraphs and sentences (files).</summary>
    public bool Paragraphs { get; init; }

    /// <summary>Whether the language is detected (files).</summary>
    public bool DetectLanguage { get; init; }

    /// <summary>Where results go instead of to the caller.</summary>
    public Uri? Callback { get; init; }

    /// <summary>The HTTP method of <see cref="Callback"/>: <c>POST</c> or <c>PUT</c>.</summary>
    public string CallbackMethod { get; init; } = "POST";

    /// <summary>Labels for usage reports.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Pairs that come back in the metadata.</summary>
    public ImmutableSortedDictionary<string, string> Extra { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Aldea's <c>metadata</c>: JSON that comes back with the callback, as written.</summary>
    public string? CallbackMetadata { get; init; }

    /// <summary>How a file's transcript is written.</summary>
    public TranscriptForm Output { get; init; }

    /// <summary>A case that the call belongs to.</summary>
    public string? CaseId { get; init; }

    /// <summary>An announced call that the audio is of.</summary>
    public Guid? CallId { get; init; }

    /// <summary>Whether a live session waits for its client after the connection broke, to be resumed.</summary>
    public bool Resume { get; init; }

    /// <summary>The live session that is resumed, or null for a new one.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>With <see cref="SessionId"/>: bytes of audio from the session's beginning that the client sends next.</summary>
    public long? Offset { get; init; }

    /// <summary>Known parameters that were asked for and that nothing here can do; answered as warnings where the form allows it.</summary>
    public ImmutableArray<string> Unsupported { get; init; } = [];
}

/// <summary>Forms of a file's answer.</summary>
public enum TranscriptForm
{
    /// <summary>The whole answer as JSON.</summary>
    Json = 0,

    /// <summary>SubRip subtitles.</summary>
    Srt = 1,

    /// <summary>WebVTT subtitles.</summary>
    Vtt = 2,
}
