using Orleans;

namespace Switchboard.Events;

/// <summary>
/// A fact about one aggregate. Events are stored for ever as JSON under the name and version of their
/// <see cref="EventTypeAttribute"/>; members are added, never renamed or removed.
/// </summary>
[GenerateSerializer, Alias("switchboard.DomainEvent")]
public abstract record DomainEvent;

/// <summary>The stable name and schema version under which an event is stored and published.</summary>
/// <param name="name">Lower case, <c>aggregate.what_happened</c>; never changed once released.</param>
/// <param name="version">The schema's version; raised when old readers could misread the payload.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventTypeAttribute(string name, int version = 1) : Attribute
{
    /// <summary>The stable name.</summary>
    public string Name { get; } = name;

    /// <summary>The schema version.</summary>
    public int Version { get; } = version;
}
