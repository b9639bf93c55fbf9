using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Switchboard.Grains.EventStore;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>
/// What one connection is told live: every event of its organisation after <see cref="From"/>, in the log's order, until it falls too
/// far behind; then the subscription ends and the connection goes on from the log. Written by the tail, read by one connection.
/// </summary>
internal sealed class TailSubscription(Guid orgId, int mostEvents, long mostBytes, Action<TailSubscription> leave) : IDisposable
{
    private readonly Channel<StreamedEvent> _events =
        Channel.CreateUnbounded<StreamedEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource<FeedPosition> _from = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;
    private long _bytes;
    private Place? _reached;
    private bool _overflowed;

    public Guid OrgId => orgId;

    /// <summary>After which place the subscription misses nothing; known once the tail has taken note of it.</summary>
    public Task<FeedPosition> From => _from.Task;

    /// <summary>Up to which place everything has been handed over.</summary>
    public FeedPosition? Reached => Volatile.Read(ref _reached)?.Position;

    /// <summary>The tail begins to serve it.</summary>
    public void Begin(FeedPosition from) => _from.TrySetResult(from);

    /// <summary>Hands over an event; ends the subscription when too much waits already.</summary>
    public void Offer(StreamedEvent streamed)
    {
        if (_overflowed || Interlocked.Increment(ref _waiting) > mostEvents || Interlocked.Add(ref _bytes, streamed.Size) > mostBytes)
        {
            _overflowed = true;
            End();
        }
        else
        {
            _events.Writer.TryWrite(streamed);
        }
    }

    /// <summary>Everything up to this place has been offered; not noted once something was left out, which lies before it.</summary>
    public void Reach(Place place)
    {
        if (!_overflowed)
        {
            Volatile.Write(ref _reached, place);
        }
    }

    /// <summary>Nothing more is offered. What waits can still be taken.</summary>
    public void End() => _events.Writer.TryComplete();

    /// <summary>The next event, if one waits.</summary>
    public bool TryTake([NotNullWhen(true)] out StreamedEvent? streamed)
    {
        if (!_events.Reader.TryRead(out streamed))
        {
            return false;
        }

        Interlocked.Decrement(ref _waiting);
        Interlocked.Add(ref _bytes, -streamed.Size);
        return true;
    }

    /// <summary>Completes with true when an event waits, with false when the subscription has ended.</summary>
    public Task<bool> WaitAsync(CancellationToken cancellationToken) => _events.Reader.WaitToReadAsync(cancellationToken).AsTask();

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _from.TrySetCanceled();
        leave(this);
    }

    /// <summary>A place as an object, so that it is read whole.</summary>
    internal sealed record Place(FeedPosition Position);
}
