using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Speech;

/// <summary>Where a live session stands.</summary>
[GenerateSerializer, Alias("switchboard.SessionState")]
public enum SessionState
{
    /// <summary>Admitted; its client is not yet connected.</summary>
    Opening = 0,

    /// <summary>Audio may come.</summary>
    Live = 1,

    /// <summary>The client's connection broke and may be resumed.</summary>
    Interrupted = 2,

    /// <summary>Over. Nothing of it changes any more, except that the ledger may still have to be told.</summary>
    Ended = 3,
}

/// <summary>A live session as its row says it. Amounts only ever grow, whoever reports them and however often.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.SessionSnapshot")]
public sealed record SessionSnapshot
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The session's id: the response headers <c>dg-request-id</c> and <c>dg-session-id</c>.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>How often the row was written.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>Which process may report: raised when another one takes the session over; reports of an earlier one are refused.</summary>
    [Id(3)] public required int Epoch { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(4)] public required SessionState State { get; init; }

    /// <summary>What was asked for, as usage reports list it.</summary>
    [Id(5)] public required SessionRequest Request { get; init; }

    /// <summary>When it was opened.</summary>
    [Id(6)] public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When its process last said anything; one that is silent for long is taken for dead.</summary>
    [Id(7)] public required DateTimeOffset AliveAt { get; init; }

    /// <summary>The engine node that listens.</summary>
    [Id(8)] public string? Engine { get; init; }

    /// <summary>Bytes of audio accepted.</summary>
    [Id(9)] public long AcceptedBytes { get; init; }

    /// <summary>Milliseconds of audio accepted, whatever the number of channels.</summary>
    [Id(10)] public long AcceptedMilliseconds { get; init; }

    /// <summary>Milliseconds of audio that final results cover.</summary>
    [Id(11)] public long CoveredMilliseconds { get; init; }

    /// <summary>Milliseconds of audio that the usage ledger is known to have.</summary>
    [Id(12)] public long MeteredMilliseconds { get; init; }

    /// <summary>Final results that held words.</summary>
    [Id(13)] public long Finals { get; init; }

    /// <summary>How often another engine node had to take over.</summary>
    [Id(14)] public int Failovers { get; init; }

    /// <summary>When it ended, or null.</summary>
    [Id(15)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The WebSocket's close code, or null while it runs; 1006 when nobody was left to close it.</summary>
    [Id(16)] public int? Code { get; init; }

    /// <summary>Whether the usage ledger has the request as ended.</summary>
    [Id(17)] public bool Settled { get; init; }
}

/// <summary>What a session was opened with.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.SessionRequest")]
public sealed record SessionRequest
{
    /// <summary>The key.</summary>
    [Id(0)] public required Guid KeyId { get; init; }

    /// <summary>Path and query, without secrets.</summary>
    [Id(1)] public required string Path { get; init; }

    /// <summary>The model.</summary>
    [Id(2)] public required string Model { get; init; }

    /// <summary>Channels that are billed: one, unless every channel is transcribed on its own.</summary>
    [Id(3)] public required int BilledChannels { get; init; }

    /// <summary>Labels of the request and of its key.</summary>
    [Id(4)] public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Features that were asked for.</summary>
    [Id(5)] public ImmutableArray<string> Features { get; init; } = [];

    /// <summary>The case that the call belongs to, or null.</summary>
    [Id(6)] public Guid? CaseId { get; init; }

    /// <summary>Whether the client may come back after its connection broke.</summary>
    [Id(7)] public bool Resumable { get; init; }

    /// <summary>The call, where there is a case.</summary>
    [Id(8)] public Guid? CallId { get; init; }

    /// <summary>Where results go instead of to the client, without credentials, or null.</summary>
    [Id(9)] public string? Callback { get; init; }
}

/// <summary>What a session came to so far: absolute amounts from its beginning, so that a repeated or late report changes nothing.</summary>
/// <param name="Epoch">The reporter's.</param>
/// <param name="AcceptedBytes">Bytes of audio accepted.</param>
/// <param name="AcceptedMilliseconds">Milliseconds of audio accepted.</param>
/// <param name="CoveredMilliseconds">Milliseconds that final results cover.</param>
/// <param name="Finals">Final results that held words.</param>
/// <param name="Failovers">How often another engine took over.</param>
/// <param name="Engine">The engine node.</param>
/// <param name="Connected">Whether the client is there.</param>
[GenerateSerializer, Immutable, Alias("switchboard.SessionReport")]
public sealed record SessionReport(
    [property: Id(0)] int Epoch,
    [property: Id(1)] long AcceptedBytes,
    [property: Id(2)] long AcceptedMilliseconds,
    [property: Id(3)] long CoveredMilliseconds,
    [property: Id(4)] long Finals,
    [property: Id(5)] int Failovers,
    [property: Id(6)] string? Engine,
    [property: Id(7)] bool Connected);
