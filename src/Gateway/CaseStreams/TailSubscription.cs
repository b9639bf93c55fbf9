using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using System.Threading.Tasks.Sources;
using Switchboard.Grains.EventStore;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>
/// What one connection is told live: every event of its organisation after <see cref="From"/>, in the log's order, until it falls too
/// far behind; then the subscription ends and the connection goes on from the log. Written by the tail, read by one connection.
/// </summary>
internal sealed class TailSubscription(Guid orgId, int mostEvents, long mostBytes, Action<TailSubscription> leave) : IValueTaskSource, IDisposable
{
    private const int Idle = 0, Signalled = 1, Waiting = 2;

    private readonly Channel<StreamedEvent> _events =
        Channel.CreateUnbounded<StreamedEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource<FeedPosition> _from = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ManualResetValueTaskSourceCore<bool> _woken;
    private int _state;
    private volatile bool _ended;
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

    /// <summary>Hands over an event, ends the subscription when too much waits already; <see cref="Wake"/> is to follow.</summary>
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

    /// <summary>Nothing more is offered. What waits can still be taken. <see cref="Wake"/> is to follow.</summary>
    public void End()
    {
        _events.Writer.TryComplete();
        _ended = true;
    }

    /// <summary>Whether it has ended: nothing is offered any more once this was seen.</summary>
    public bool IsEnded => _ended;

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

    /// <summary>Completes with the next <see cref="Wake"/>, or at once when there was one since the last wait. Awaited by the one reader.</summary>
    public ValueTask WaitAsync()
    {
        _woken.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, _woken.Version);
        }

        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Lets the reader look: there are events, or it is over, or it has something else to do. The reader goes on within this call until it
    /// has to wait, so that thousands are woken without thousands of hand-overs between threads.
    /// </summary>
    public void Wake()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == Signalled || (state == Idle && Interlocked.CompareExchange(ref _state, Signalled, Idle) == Idle))
            {
                return;
            }

            if (state == Waiting && Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
            {
                _woken.SetResult(true);
                return;
            }
        }
    }

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => _woken.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _woken.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _woken.OnCompleted(continuation, state, token, flags);

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
