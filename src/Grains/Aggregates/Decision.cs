using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Grains.Aggregates;

/// <summary>What deciding on a command came to: the facts that follow from it (none for a command that changes nothing), or a refusal.</summary>
internal readonly struct Decision<TEvent>
    where TEvent : DomainEvent
{
    private readonly ImmutableArray<TEvent> _events;

    private Decision(ImmutableArray<TEvent> events, DomainError? error)
    {
        _events = events;
        Error = error;
    }

    /// <summary>The command is fine and changes nothing.</summary>
    public static Decision<TEvent> None => default;

    public DomainError? Error { get; }

    public ImmutableArray<TEvent> Events => _events.IsDefault ? [] : _events;

    public static implicit operator Decision<TEvent>(TEvent fact) => new([fact], null);

    public static implicit operator Decision<TEvent>(ImmutableArray<TEvent> facts) => new(facts, null);

    public static implicit operator Decision<TEvent>(DomainError error) => new(default, error);
}
