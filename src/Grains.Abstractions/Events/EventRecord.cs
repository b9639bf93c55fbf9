using Orleans;
using Switchboard.Commands;

namespace Switchboard.Events;

/// <summary>
/// A stored event as it travels through streams and topics: the facts about it in the open, its body as the JSON that was stored.
/// Whoever needs the body decodes it, so that a transport carries types that it does not know.
/// </summary>
[GenerateSerializer, Immutable, Alias("switchboard.EventRecord")]
public sealed record EventRecord
{
    /// <summary><c>case-management</c> or <c>on-call</c>: whose log holds the event.</summary>
    [Id(0)] public required string Tenant { get; init; }

    /// <summary>The organisation.</summary>
    [Id(1)] public required Guid OrgId { get; init; }

    /// <summary>The aggregate's kind: <c>case</c>, <c>project</c>, <c>user</c>, <c>key</c>, <c>org</c>, ...</summary>
    [Id(2)] public required string StreamType { get; init; }

    /// <summary>The aggregate.</summary>
    [Id(3)] public required Guid StreamId { get; init; }

    /// <summary>The event's number within its aggregate, from 1 without gaps.</summary>
    [Id(4)] public required long Version { get; init; }

    /// <summary>The event's own id; by it a second delivery is recognised.</summary>
    [Id(5)] public required Guid EventId { get; init; }

    /// <summary>The stored type name, such as <c>case.opened</c>; see <see cref="EventTypeAttribute"/>.</summary>
    [Id(6)] public required string Type { get; init; }

    /// <summary>The schema version of <see cref="Payload"/>.</summary>
    [Id(7)] public required int Schema { get; init; }

    /// <summary>The body as JSON, as it was stored.</summary>
    [Id(8)] public required string Payload { get; init; }

    /// <summary>Who caused it.</summary>
    [Id(9)] public required Actor Actor { get; init; }

    /// <summary>The outermost request.</summary>
    [Id(10)] public required string CorrelationId { get; init; }

    /// <summary>The event or command that led to it, or null.</summary>
    [Id(11)] public string? CausationId { get; init; }

    /// <summary>W3C trace context, or null.</summary>
    [Id(12)] public string? TraceParent { get; init; }

    /// <summary>When it happened.</summary>
    [Id(13)] public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>When it was stored.</summary>
    [Id(14)] public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The epoch of the log's positions; positions of different epochs cannot be compared.</summary>
    [Id(15)] public required long Epoch { get; init; }

    /// <summary>The transaction that wrote it: first part of its position in the log.</summary>
    [Id(16)] public required ulong Tx { get; init; }

    /// <summary>Its number: second part of its position in the log.</summary>
    [Id(17)] public required long Seq { get; init; }
}
