using System.Collections.Immutable;
using Switchboard.Events;

namespace Switchboard.Grains.DeadLetters;

/// <summary>A record that a flavor could not handle: everything needed to judge it, to replay it and to drop it.</summary>
public sealed record DeadLetter
{
    /// <summary><c>case-management</c> or <c>on-call</c>: whose database keeps it.</summary>
    public required string Tenant { get; init; }

    /// <summary>The flavor that failed.</summary>
    public required string Flavor { get; init; }

    /// <summary>Why it is here.</summary>
    public required DeadLetterReason Reason { get; init; }

    /// <summary>
    /// Where the record came from, so that it can be found there again: <c>log:{epoch}/{tx}/{seq}</c>,
    /// <c>kafka:{topic}/{partition}/{offset}</c>. A record whose event id cannot be read is told from others by this.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>What went wrong, for a person; at most <see cref="MostErrorLength"/> characters are kept.</summary>
    public required string Error { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>The organisation, if it can be told.</summary>
    public Guid? OrgId { get; init; }

    /// <summary>The aggregate's kind, if it can be told.</summary>
    public string? StreamType { get; init; }

    /// <summary>The aggregate, if it can be told.</summary>
    public Guid? StreamId { get; init; }

    /// <summary>The event's number within its aggregate, if it can be told.</summary>
    public long? Version { get; init; }

    /// <summary>The event's id, if it can be told.</summary>
    public Guid? EventId { get; init; }

    /// <summary>The stored type name, if it can be told.</summary>
    public string? Type { get; init; }

    /// <summary>The schema version, if it can be told.</summary>
    public int? Schema { get; init; }

    /// <summary>The record's value as it came: an event's JSON, or bytes that could not be read.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The record's headers: by these and the ids the <see cref="EventRecord"/> is put together again.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The length of an error that is kept.</summary>
    public const int MostErrorLength = 8000;

    /// <summary>A letter about an event that travelled well but could not be handled.</summary>
    public static DeadLetter About(EventRecord record, string flavor, DeadLetterReason reason, string error, int attempts) => new()
    {
        Tenant = record.Tenant,
        Flavor = flavor,
        Reason = reason,
        Source = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"log:{record.Epoch}/{record.Tx}/{record.Seq}"),
        Error = error,
        Attempts = attempts,
        OrgId = record.OrgId,
        StreamType = record.StreamType,
        StreamId = record.StreamId,
        Version = record.Version,
        EventId = record.EventId,
        Type = record.Type,
        Schema = record.Schema,
        Payload = System.Text.Encoding.UTF8.GetBytes(record.Payload),
        Headers = RecordHeaders.Of(record),
    };
}

/// <summary>Why a record was parked. The names are stored.</summary>
public enum DeadLetterReason
{
    /// <summary>The handler failed at every attempt.</summary>
    HandlerFailed = 0,

    /// <summary>The bytes are not a record, or the payload is not the JSON of its type.</summary>
    Undecodable = 1,

    /// <summary>No release up to this one has an event of this type.</summary>
    UnknownType = 2,

    /// <summary>The type is known, but a newer release wrote it in a newer schema.</summary>
    FutureSchema = 3,

    /// <summary>An earlier event of the same case is parked, and the flavor keeps the order.</summary>
    BehindAnother = 4,
}

/// <summary>What has become of a dead letter. The names are stored.</summary>
public enum DeadLetterStatus
{
    /// <summary>It waits for somebody to decide.</summary>
    Parked = 0,

    /// <summary>A replay was asked for; the process that serves the flavor does it.</summary>
    ReplayRequested = 1,

    /// <summary>It was handled in the end.</summary>
    Replayed = 2,

    /// <summary>Somebody decided that it is not to be handled.</summary>
    Dropped = 3,
}

/// <summary>A dead letter as it is kept.</summary>
/// <param name="Id">Its number within the tenant's database.</param>
/// <param name="Letter">The letter. In lists without its payload.</param>
/// <param name="Status">What has become of it.</param>
/// <param name="ParkedAt">Since when it is here.</param>
/// <param name="Replays">How often a replay has failed.</param>
/// <param name="ChangedBy">Who asked for the last change of its status, or null.</param>
/// <param name="ChangedAt">When the status changed last, or null.</param>
public sealed record StoredDeadLetter(
    long Id, DeadLetter Letter, DeadLetterStatus Status, DateTimeOffset ParkedAt, int Replays, string? ChangedBy, DateTimeOffset? ChangedAt);

/// <summary>Which dead letters to list.</summary>
/// <param name="Flavor">Of this flavor only, or of all.</param>
/// <param name="Status">In this status only, or in all.</param>
/// <param name="StreamId">About this case only, or about all.</param>
/// <param name="After">Those with larger ids than this.</param>
/// <param name="Limit">At most so many, 1 to 1000.</param>
public sealed record DeadLetterQuery(
    string? Flavor = null, DeadLetterStatus? Status = DeadLetterStatus.Parked, Guid? StreamId = null, long After = 0, int Limit = 100);
