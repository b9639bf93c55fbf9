using System.Collections.Immutable;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Contract;

/// <summary>Live and file transcription, as the document describes it.</summary>
internal static class ListenContract
{
    private const string Group = "Speech";
    private const string Same = "The same as /v1/listen.";

    private static readonly ImmutableArray<SpeechParameter> Common =
    [
        new("model", Schema.Text, "Chooses the engines."),
        new("language", Schema.Text with { Default = "en" }),
        new("lang", Schema.Text, "The same as language."),
        new("encoding", Schema.Text, "The codec of audio without a header: linear16, mulaw, alaw, flac, opus, ..."),
        new("codec", Schema.Text, "The same as encoding."),
        new("format", Schema.Text, "The same as encoding."),
        new("sample_rate", Schema.Integer with { Minimum = 4000, Maximum = 192_000 }, "Of audio without a header, in hertz; 16000 unless given, for telephone codecs 8000."),
        new("channels", Schema.Integer with { Minimum = 1, Maximum = 16, Default = 1 }),
        On("multichannel", "Each channel on its own."),
        On("punctuate"), On("smart_format"), On("numerals"), On("dictation"), On("profanity_filter"), On("filler_words"), On("diarize"),
        On("diarization", "The same as diarize."),
        new("diarize_model", Schema.OneOf("latest", "v1", "v2")),
        new("redact", Schema.ListOf(Schema.Text)),
        new("replace", Schema.ListOf(Schema.Text), "find:replacement"),
        new("search", Schema.ListOf(Schema.Text), "Phrases whose occurrences are listed."),
        new("keyterm", Schema.ListOf(Schema.Text), "Words and phrases that are more likely than elsewhere."),
        new("keywords", Schema.ListOf(Schema.Text), "word:boost; the boost is not looked at."),
        new("alternatives", Schema.Integer, "One is given."),
        new("tag", Schema.ListOf(Schema.Text), "Labels for usage reports."),
        new("extra", Schema.ListOf(Schema.Text), "key:value, which comes back in the metadata."),
        new("mip_opt_out", Schema.Boolean, "Taken; nothing that is sent is learnt from."),
        new("version", Schema.Text, "Taken and not looked at."), new("tier", Schema.Text, "Taken and not looked at."),
        new("diarize_version", Schema.Text, "Taken and not looked at."), new("no_delay", Schema.Boolean, "Taken and not looked at."),
        Not("detect_entities"), Not("measurements"), Not("sentiment"), Not("topics"), Not("intents"), Not("summarize"),
        Not("custom_topic"), Not("custom_topic_mode"), Not("custom_intent"), Not("custom_intent_mode"),
        new("case_id", Schema.Text, "The case, by id or key, that this is a call of. Needs a key of role member or higher."),
        new("call_id", Schema.Uuid, "The announced call that this is the audio of."),
        new("callback", Schema.Text, "Where the answer is sent instead: an http or https address, or for a live stream ws or wss, too."),
        new("callback_method", Schema.OneOf("POST", "PUT")),
        new("metadata", Schema.Text, "JSON that comes back in the metadata."),
    ];

    private static readonly ImmutableArray<SpeechParameter> Files =
    [
        .. Common,
        On("utterances"), new("utt_split", Schema.Number with { Default = 0.8 }, "The pause in seconds that splits utterances."),
        On("paragraphs"), On("detect_language"), new("output", Schema.OneOf("json", "srt", "vtt"), "How the transcript is written."),
    ];

    private static readonly ImmutableArray<SpeechParameter> Live =
    [
        .. Common,
        On("interim_results"), On("vad_events"),
        new("endpointing", Schema.Text, "Milliseconds of silence that end an utterance, or false."),
        new("utterance_end_ms", Schema.Integer, "The gap after the last word that is reported as UtteranceEnd."),
        On("resume", "Whether the session waits for its client when the connection breaks."),
        new("session_id", Schema.Uuid, "The session that is gone on with."),
        new("offset", Schema.Integer, "With session_id: bytes of audio from the session's beginning that are sent next."),
    ];

    /// <summary>All of them.</summary>
    public static ImmutableArray<SpeechOperation> All { get; } =
    [
        File("TranscribeFile", "/v1/listen", null),
        File("TranscribeFileAtListen", "/listen", Same),
        File("TranscribeFileAtListenV1", "/listen/v1", Same),
        File("TranscribeFileAtTranscribe", "/transcribe", Same),
        File("TranscribeFileAtAsr", "/asr/transcribe", Same),
        Stream("ListenLive", "/v1/listen", null),
        Stream("ListenLivePcm", "/v1/listen/pcm", "The same as /v1/listen, for audio without a header."),
        Stream("ListenLiveAtListen", "/listen", Same),
        Stream("ListenLiveAtListenV1", "/listen/v1", Same),
    ];

    private static SpeechOperation File(string id, string path, string? description) => new(id, "POST", path, SpeechScopes.UsageWrite, "Transcribe a file")
    {
        Tag = Group,
        Description = description
            ?? "The body is the media itself, whatever its content type says, or JSON that names its address. With callback the answer is the request's id, and the transcript is sent later.",
        Query = Files,
        Body = [(MediaTypes.Json, SpeechSchemas.Media), ("*/*", Schema.Text with { Format = "binary" })],
        Answers = [(MediaTypes.Json, SpeechSchemas.Transcript), ("application/x-subrip", Schema.Text), ("text/vtt", Schema.Text)],
        Refusals = [402, 403, 404, 409, 413, 415, 502, 504],
    };

    private static SpeechOperation Stream(string id, string path, string? description) => new(id, "GET", path, SpeechScopes.UsageWrite, "Transcribe live")
    {
        Tag = Group,
        Description = description
            ?? "A WebSocket: audio goes out as binary messages, KeepAlive, Finalize and CloseStream as text; Results, SpeechStarted, UtteranceEnd and Metadata come back. "
            + "What is refused is refused before the upgrade.",
        Query = Live,
        Success = 101,
        Refusals = [402, 403, 404, 409],
    };

    private static SpeechParameter On(string name, string? description = null) => new(name, Schema.Boolean with { Default = false }, description);

    private static SpeechParameter Not(string name) => new(name, Schema.Text, "Not done here: ignored, with a warning.");
}
