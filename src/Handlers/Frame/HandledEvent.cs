using Switchboard.Events;

namespace Switchboard.Handlers;

/// <summary>An event as a handler sees it.</summary>
/// <param name="Record">The facts about it.</param>
/// <param name="Body">Its decoded body.</param>
public sealed record HandledEvent(EventRecord Record, DomainEvent Body);
