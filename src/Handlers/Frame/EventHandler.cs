using Switchboard.Events;
using Switchboard.Handlers.Running;

namespace Switchboard.Handlers;

/// <summary>
/// One flavor's logic. A single object serves all cases at once; the events of one case come one after the other, in order, each
/// at least once. The frame does the rest: it decodes, recognises repetitions, retries, parks.
/// </summary>
public abstract class EventHandler
{
    private protected EventHandler()
    {
    }

    /// <summary>Name and policy.</summary>
    public abstract Flavor Flavor { get; }

    /// <summary>Whether events of this stored type mean anything to the flavor; others pass undecoded and unmarked. Must be pure and cheap.</summary>
    public virtual bool Wants(EventRecord record) => true;

    /// <summary>How the frame brings events to it.</summary>
    internal abstract EventPipe PipeTo(PipeParts parts);
}

/// <summary>
/// A flavor whose effect is a call to the outside (a search engine, a push to clients). The mark is recorded after the call has
/// succeeded, so the call may be made twice: it carries a key derived from the event's id.
/// </summary>
public abstract class OutsideHandler : EventHandler
{
    /// <summary>
    /// Whether the call costs nothing and may be made any number of times: its events are neither looked up nor marked then. Not for a
    /// flavor that parks whole cases.
    /// </summary>
    public virtual bool IsRepeatable => false;

    /// <summary>
    /// Makes the call. Throws when it failed; it will be tried again. Throws <see cref="DependencyUnavailableException"/> when what it
    /// calls is away, so that no event is parked for it.
    /// </summary>
    public abstract ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken);

    internal sealed override EventPipe PipeTo(PipeParts parts) => new OutsidePipe(this, parts);
}
