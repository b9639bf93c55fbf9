using System.Collections.Immutable;

namespace Switchboard.Grains.Speech.Usage;

/// <summary>
/// An interval's quantity of one meter of one session. Rows are unique by (organisation, session, meter, interval), and a repeated
/// row keeps the larger quantity: flushed twice, replayed or written by two silos, a second of audio counts once.
/// </summary>
public sealed record UsageRow
{
    /// <summary>The organisation.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The session or file request.</summary>
    public required Guid SessionId { get; init; }

    /// <summary><see cref="UsageMeters.LiveAudio"/> or <see cref="UsageMeters.FileAudio"/>.</summary>
    public required string Meter { get; init; }

    /// <summary>Number of the interval of <see cref="UsageMeters.Interval"/> of audio, from 0.</summary>
    public required int Interval { get; init; }

    /// <summary>Milliseconds of accepted audio that fall into the interval, all channels that are billed counted.</summary>
    public required long Milliseconds { get; init; }

    /// <summary>When the session was opened: the month that it is billed in.</summary>
    public required DateTimeOffset OpenedAt { get; init; }
}

/// <summary>A session or file as usage reports list it: one row a request, written at its start and completed at its end.</summary>
public sealed record SpeechRequest
{
    /// <summary>The organisation.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The session's or request's id.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>The key.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Path and query as called, without secrets.</summary>
    public required string Path { get; init; }

    /// <summary><c>sync</c>, <c>async</c> (with a callback) or <c>streaming</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The model that was used.</summary>
    public required string Model { get; init; }

    /// <summary>The request's and the key's labels.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Names of the features that were asked for, for instance <c>punctuate</c>.</summary>
    public ImmutableArray<string> Features { get; init; } = [];

    /// <summary>HTTP status, or the WebSocket close code; null while it runs.</summary>
    public int? Code { get; init; }

    /// <summary>When it ended, or null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Milliseconds of audio metered, known at the end.</summary>
    public long? Milliseconds { get; init; }

    /// <summary>The callback's address without credentials, or null.</summary>
    public string? Callback { get; init; }
}

/// <summary>Where usage is written. What was written before a return survives the process.</summary>
public interface IUsageLedger
{
    /// <summary>Writes rows; any of them may have been written before.</summary>
    Task RecordAsync(IReadOnlyList<UsageRow> rows, CancellationToken cancellationToken);

    /// <summary>Writes a request, or completes it.</summary>
    Task RecordAsync(SpeechRequest request, CancellationToken cancellationToken);
}

/// <summary>Names of meters.</summary>
public static class UsageMeters
{
    /// <summary>Audio of live sessions.</summary>
    public const string LiveAudio = "live_audio";

    /// <summary>Audio of files.</summary>
    public const string FileAudio = "file_audio";

    /// <summary>The audio that one row covers at most.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(10);
}
