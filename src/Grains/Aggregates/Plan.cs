using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Aggregates;

/// <summary>The state after an event; null after the last event of a deleted aggregate.</summary>
internal delegate TSnapshot? Evolver<TSnapshot, in TEvent>(TSnapshot? state, TEvent fact, in EventStamp stamp)
    where TSnapshot : class
    where TEvent : DomainEvent;

/// <summary>For whom, by whom and when a command is planned.</summary>
/// <param name="Stream">The aggregate.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Now">The present in whole microseconds.</param>
internal readonly record struct PlanOrigin(StreamName Stream, Actor Actor, DateTimeOffset Now);

/// <summary>A decided command, ready to append: either refused, or with the events and rows to write and the answer to give.</summary>
internal readonly struct Plan<TSnapshot, TAnswer>
    where TSnapshot : class
    where TAnswer : class
{
    private Plan(DomainError error) => Error = error;

    public Plan(TSnapshot? next, TAnswer answer, ImmutableArray<NewEvent> events, ImmutableArray<StateChange> changes)
    {
        Next = next;
        Answer = answer;
        Events = events;
        Changes = changes;
    }

    public DomainError? Error { get; }

    /// <summary>The state after the events; null when the aggregate is gone then.</summary>
    public TSnapshot? Next { get; }

    /// <summary>What the caller gets; null only when refused.</summary>
    public TAnswer? Answer { get; }

    public ImmutableArray<NewEvent> Events { get; }

    public ImmutableArray<StateChange> Changes { get; }

    public static implicit operator Plan<TSnapshot, TAnswer>(DomainError error) => new(error);

    /// <summary>The command is fine and changes nothing.</summary>
    public static Plan<TSnapshot, TAnswer> Unchanged(TSnapshot? state, TAnswer answer) => new(state, answer, [], []);
}

/// <summary>Applies the events of a decision, one after the other.</summary>
internal static class Folding
{
    /// <summary>
    /// The state after the events, and the events as they are stored. <paramref name="trace"/> sees each with its stamp.
    /// </summary>
    public static TSnapshot? Fold<TSnapshot, TEvent>(
        TSnapshot? state,
        long version,
        ImmutableArray<TEvent> facts,
        in PlanOrigin origin,
        Evolver<TSnapshot, TEvent> evolve,
        out ImmutableArray<NewEvent> events,
        Action<TEvent, EventStamp>? trace = null)
        where TSnapshot : class
        where TEvent : DomainEvent
    {
        var stored = ImmutableArray.CreateBuilder<NewEvent>(facts.Length);
        foreach (var fact in facts)
        {
            var stamp = new EventStamp(origin.Stream, ++version, Guid.CreateVersion7(origin.Now), origin.Actor, origin.Now);
            state = evolve(state, fact, stamp);
            stored.Add(new NewEvent(stamp.EventId, fact, origin.Now));
            trace?.Invoke(fact, stamp);
        }

        events = stored.MoveToImmutable();
        return state;
    }
}
