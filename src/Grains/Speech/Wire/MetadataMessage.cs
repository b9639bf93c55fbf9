using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>The last message of a live stream, and the <c>metadata</c> of a file's answer.</summary>
public sealed record MetadataMessage
{
    /// <summary>The message's type; null inside a file's answer.</summary>
    [JsonPropertyOrder(-1)]
    public string? Type { get; init; }

    /// <summary>Kept by the wire format, of no use.</summary>
    public string TransactionKey { get; init; } = "deprecated";

    /// <summary>The session's or request's id.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>Hash of the audio in hexadecimal; <c>incomplete</c> when the stream did not end in good order.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When the audio began to come, UTC with milliseconds.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Seconds of audio.</summary>
    public required double Duration { get; init; }

    /// <summary>Channels of the audio.</summary>
    public required int Channels { get; init; }

    /// <summary>Ids of the models; null when no audio came.</summary>
    public ImmutableArray<Guid>? Models { get; init; }

    /// <summary>The models by their ids: a map, which the Go and .NET clients insist on.</summary>
    public ImmutableDictionary<Guid, ModelInfo>? ModelInfo { get; init; }

    /// <summary>The request's labels, where it gave any.</summary>
    public ImmutableArray<string>? Tags { get; init; }

    /// <summary>The client's own pairs.</summary>
    public ImmutableSortedDictionary<string, string>? Extra { get; init; }

    /// <summary>Parameters that were asked for and not done (files).</summary>
    public ImmutableArray<ParameterWarning>? Warnings { get; init; }
}

/// <summary>A parameter that was asked for and not done.</summary>
public sealed record ParameterWarning(string Parameter, string Type, string Message);

/// <summary>Speech began (asked for by <c>vad_events</c>).</summary>
public sealed record SpeechStartedMessage(ImmutableArray<int> Channel, double Timestamp)
{
    /// <summary>The message's type.</summary>
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = MessageTypes.SpeechStarted;
}

/// <summary>No word for <c>utterance_end_ms</c> after the last final one.</summary>
/// <param name="Channel">The channel and how many there are.</param>
/// <param name="LastWordEnd">Seconds of the stream; -1 when there was no word.</param>
public sealed record UtteranceEndMessage(ImmutableArray<int> Channel, double LastWordEnd)
{
    /// <summary>The message's type.</summary>
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = MessageTypes.UtteranceEnd;
}

/// <summary>The answer to a file.</summary>
public sealed record FileAnswer(MetadataMessage Metadata, FileResults Results);

/// <summary>What was heard in a file.</summary>
public sealed record FileResults(ImmutableArray<ChannelResult> Channels, ImmutableArray<Utterance>? Utterances = null);

/// <summary>Words between two pauses; times in seconds.</summary>
public sealed record Utterance(
    Guid Id, double Start, double End, double Confidence, int Channel, string Transcript, ImmutableArray<Word> Words, int? Speaker = null);

/// <summary>Values of <c>type</c>.</summary>
public static class MessageTypes
{
    /// <summary>A result.</summary>
    public const string Results = "Results";

    /// <summary>The last message.</summary>
    public const string Metadata = "Metadata";

    /// <summary>Speech began.</summary>
    public const string SpeechStarted = "SpeechStarted";

    /// <summary>An utterance ended.</summary>
    public const string UtteranceEnd = "UtteranceEnd";

    /// <summary>Client: the connection is still wanted.</summary>
    public const string KeepAlive = "KeepAlive";

    /// <summary>Client: answer what is buffered.</summary>
    public const string Finalize = "Finalize";

    /// <summary>Client: no more audio.</summary>
    public const string CloseStream = "CloseStream";
}

/// <summary>How the wire's records are written: snake case, nothing that is null, no reflection at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResultsMessage))]
[JsonSerializable(typeof(MetadataMessage))]
[JsonSerializable(typeof(SpeechStartedMessage))]
[JsonSerializable(typeof(UtteranceEndMessage))]
[JsonSerializable(typeof(FileAnswer))]
public sealed partial class WireJson : JsonSerializerContext;
