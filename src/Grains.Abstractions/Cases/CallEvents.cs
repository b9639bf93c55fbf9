using System.Collections.Immutable;
using Orleans;
using Switchboard.Events;

namespace Switchboard.Cases;

/// <summary>A call is expected for the case.</summary>
[EventType("case.call_announced"), GenerateSerializer, Immutable, Alias("switchboard.CallAnnounced")]
public sealed record CallAnnounced(
    [property: Id(0)] Guid CallId,
    [property: Id(1)] string Title,
    [property: Id(2)] ImmutableSortedDictionary<string, string> Speakers) : CaseEvent;

/// <summary>The audio of a call began to come.</summary>
/// <param name="CallId">The call.</param>
/// <param name="SessionId">The live session, or the request of a file.</param>
/// <param name="IsFile">Whether it is a file.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Speakers">Names by channel or label.</param>
[EventType("case.call_started"), GenerateSerializer, Immutable, Alias("switchboard.CallStarted")]
public sealed record CallStarted(
    [property: Id(0)] Guid CallId,
    [property: Id(1)] Guid SessionId,
    [property: Id(2)] bool IsFile,
    [property: Id(3)] string Title,
    [property: Id(4)] ImmutableSortedDictionary<string, string> Speakers) : CaseEvent;

/// <summary>A call goes on in another process.</summary>
[EventType("case.call_resumed"), GenerateSerializer, Immutable, Alias("switchboard.CallResumed")]
public sealed record CallResumed([property: Id(0)] Guid CallId, [property: Id(1)] int Epoch) : CaseEvent;

/// <summary>A call that began for a case that was merged into this one goes on here.</summary>
/// <param name="Call">The call as it came.</param>
[EventType("case.call_taken"), GenerateSerializer, Immutable, Alias("switchboard.CallTaken")]
public sealed record CallTaken([property: Id(0)] CaseCall Call) : CaseEvent;

/// <summary>Something was said in a call.</summary>
/// <param name="CallId">The call.</param>
/// <param name="Lines">What was said, together at most <see cref="Limits.CallTextAtOnce"/> long; empty when the call has become too long.</param>
/// <param name="Truncated">Whether the call has become too long, and the rest is left out.</param>
[EventType("case.call_said"), GenerateSerializer, Immutable, Alias("switchboard.CallSaid")]
public sealed record CallSaid(
    [property: Id(0)] Guid CallId,
    [property: Id(1)] ImmutableArray<CallLine> Lines,
    [property: Id(2)] bool Truncated = false) : CaseEvent;

/// <summary>A call is over, and its record is there.</summary>
[EventType("case.call_ended"), GenerateSerializer, Immutable, Alias("switchboard.CallEnded")]
public sealed record CallEnded([property: Id(0)] Guid CallId, [property: Id(1)] CallRecord Record) : CaseEvent;
