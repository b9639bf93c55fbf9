using System.Collections.Immutable;
using Orleans;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Grains.EventStore;

/// <summary>
/// The log that everything else rests on. An append is one transaction: events, state rows and idempotency record are all
/// there or none is. Appends of many grains share a transaction (group commit), each atomic on its own.
/// </summary>
public interface IEventStore
{
    /// <summary>
    /// Appends strictly after <see cref="AppendRequest.ExpectedVersion"/>; completes when the commit is durable.
    /// A version conflict, a taken unique value or a known idempotency key is an answer, not an exception.
    /// When the connection is lost at the commit, the store finds out by the events' ids whether it happened.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached, or the outcome could not be found out in time.</exception>
    /// <exception cref="ArgumentException">The request contradicts itself, or holds a value that cannot be stored (U+0000 in a text).</exception>
    ValueTask<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken);

    /// <summary>The stored answer for an idempotency key, or null when the key is new (or older than the retention time).</summary>
    ValueTask<StoredAnswer?> FindAnswerAsync(Guid orgId, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>The events of one stream in order, from a version on.</summary>
    IAsyncEnumerable<RecordedEvent> ReadStreamAsync(Guid orgId, Guid streamId, long fromVersion, CancellationToken cancellationToken);
}

/// <summary>One command's effect.</summary>
/// <param name="Stream">The aggregate.</param>
/// <param name="ExpectedVersion">The version the decision was made on; 0 for a new aggregate.</param>
/// <param name="Events">The facts, in order; empty when a command changed nothing but its idempotency key must be kept.</param>
/// <param name="Changes">The state rows to write in the same transaction.</param>
/// <param name="Metadata">Who, why, and in which trace.</param>
/// <param name="Answer">The answer to keep under the command's idempotency key, or null.</param>
public sealed record AppendRequest(
    StreamName Stream,
    long ExpectedVersion,
    ImmutableArray<NewEvent> Events,
    ImmutableArray<StateChange> Changes,
    EventMetadata Metadata,
    StoredAnswer? Answer = null);

/// <summary>Names an aggregate's stream.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="Type"><c>case</c>, <c>project</c>, <c>user</c>, <c>key</c>, <c>org</c>.</param>
/// <param name="Id">The aggregate's id.</param>
public readonly record struct StreamName(Guid OrgId, string Type, Guid Id);

/// <summary>An event before it is stored.</summary>
/// <param name="Id">Made by the writer; by it a lost commit is recognised.</param>
/// <param name="Body">The fact.</param>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="Author">Who caused it, where that is another than the append's actor: a history that is brought in has many authors.</param>
public sealed record NewEvent(Guid Id, DomainEvent Body, DateTimeOffset OccurredAt, Actor? Author = null);

/// <summary>What is known about the cause of events.</summary>
/// <param name="Actor">Who.</param>
/// <param name="CorrelationId">The outermost request.</param>
/// <param name="CausationId">The event or command that led to it, or null.</param>
/// <param name="TraceParent">W3C trace context, or null.</param>
/// <param name="ImportedBy">Who brought the event in from elsewhere, where that is another than <paramref name="Actor"/>; else null.</param>
public sealed record EventMetadata(
    Actor Actor, string CorrelationId, string? CausationId = null, string? TraceParent = null, Actor? ImportedBy = null)
{
    /// <summary>What is kept with an event of an append.</summary>
    public EventMetadata Of(NewEvent one) => one.Author is { } author && author != Actor ? this with { Actor = author, ImportedBy = Actor } : this;
}

/// <summary>An event as it was stored.</summary>
public sealed record RecordedEvent(
    FeedPosition Position,
    StreamName Stream,
    long Version,
    Guid Id,
    DomainEvent Body,
    EventMetadata Metadata,
    DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt);

/// <summary>What an append came to.</summary>
/// <param name="Status">Done, or why not.</param>
/// <param name="Constraint">The unique constraint's name for <see cref="AppendStatus.UniqueConflict"/>, else null.</param>
public readonly record struct AppendResult(AppendStatus Status, string? Constraint = null);

/// <summary>The ways an append can end.</summary>
public enum AppendStatus
{
    /// <summary>Committed.</summary>
    Appended = 0,

    /// <summary>Somebody else appended first: load again and decide again.</summary>
    VersionConflict = 1,

    /// <summary>The idempotency key is taken: somebody else ran this command; read its answer.</summary>
    DuplicateCommand = 2,

    /// <summary>A value that must be unique is taken.</summary>
    UniqueConflict = 3,
}

/// <summary>The answer of a command as it is kept for repetitions of the same request.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="Key">The idempotency key with its scope.</param>
/// <param name="RequestHash">Hash of the first request's body.</param>
/// <param name="Json">The first answer's value as JSON.</param>
public sealed record StoredAnswer(Guid OrgId, string Key, string RequestHash, string Json);

/// <summary>The database cannot be reached or did not answer in time; nothing was promised to the caller, who may try again.</summary>
[GenerateSerializer, Alias("switchboard.StorageUnavailableException")]
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
