using System.Net.WebSockets;
using Switchboard.Gateway.Speech.Callbacks.Live;
using Switchboard.Gateway.Speech.Calls;
using Switchboard.Gateway.Speech.Listen.Journal;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>What a live session is made of once everything has agreed to it.</summary>
/// <param name="Row">The session's row.</param>
/// <param name="Parameters">What was asked for.</param>
/// <param name="Slot">The place among the organisation's sessions.</param>
/// <param name="Watch">The watch on the key.</param>
/// <param name="Origin">Bytes from the session's beginning where this process begins.</param>
/// <param name="Call">Where final results go besides, or null.</param>
/// <param name="Callback">Where all results go instead of to the client, or null.</param>
internal sealed record LiveStart(
    SessionSnapshot Row,
    ListenParameters Parameters,
    ISlot Slot,
    IKeyWatch Watch,
    long Origin,
    CallWriter? Call = null,
    LiveCallback? Callback = null);

/// <summary>
/// A live session in this process: a client's connection on one side, which may break and come back, an engine on the other, which may
/// fail and be replaced. Between them the queue of audio; results go the other way.
/// </summary>
internal sealed class LiveSession : IClientAudience, IDisposable
{
    private static readonly TimeSpan LongestCallEnd = TimeSpan.FromSeconds(5);

    private readonly LiveParts _parts;
    private readonly LiveStart _start;
    private readonly EngineRelay _relay;
    private readonly SessionReporter _reporter;
    private readonly KeptResults? _kept;
    private readonly JournalEntry? _journal;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _delivery = new(1, 1);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _onRevoked;
    private readonly CancellationTokenRegistration _onLost;
    private readonly CancellationTokenRegistration _onCallbackLost;
    private readonly long _openedAt;

    private Ending? _ending;
    private ClientLink? _client;
    private Task<bool> _receiving = Task.FromResult(true);
    private long _lastHeard;
    private long _flushSince;
    private bool _hasClient;

    public LiveSession(LiveParts parts, LiveStart start)
    {
        (_parts, _start) = (parts, start);
        Clock = new AudioClock(start.Parameters);
        _journal = parts.Journal.Open(start.Row, Clock);
        Audio = new AudioQueue(start.Origin, Math.Max(1, Clock.FrameBytes), parts.Options.QueueBytes, parts.Options.ReplayBytes, _journal);
        Packets = OpusStream.For(start.Parameters);
        _kept = start.Row.Request.Resumable
            ? new KeptResults(parts.Options.KeptResultBytes, Clock.IsExact ? Clock.SecondsAt(start.Origin) : 0)
            : null;
        _relay = new EngineRelay(parts, this, start, Clock, _stop.Token);
        _reporter = new SessionReporter(parts, start.Row);
        _openedAt = _lastHeard = parts.Time.GetTimestamp();
        _onRevoked = start.Watch.Revoked.Register(() => End(Ending.KeyRevoked));
        _onLost = start.Slot.Lost.Register(() => End(Ending.SlotLost));
        _onCallbackLost = start.Callback?.Lost.Register(() => End(Ending.CallbackLost)) ?? default;
    }

    public Guid OrgId => _start.Row.OrgId;

    public Guid Id => _start.Row.Id;

    /// <summary>The call that the session is of, or null.</summary>
    public Guid? CallId => _start.Row.Request.CallId;

    public Guid KeyId => _start.Row.Request.KeyId;

    public AudioQueue Audio { get; }

    public AudioClock Clock { get; }

    /// <summary>What counts the audio of a client that sends packets, and puts it in a container; null for all others.</summary>
    public OpusStream? Packets { get; }

    /// <summary>Completes when the session is over and its row says so.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Why a client cannot come back with an offset; null when it can.</summary>
    public SpeechError? ResumeRefusal(long offset)
    {
        if (_kept is null || Volatile.Read(ref _ending) is not null)
        {
            return SpeechError.InvalidParameter("session_id: the session is over, or was not opened with resume=true");
        }

        var written = Audio.Written;
        return offset > written || offset % Clock.FrameBytes != 0 || Clock.SecondsAt(offset) + 0.0005 < _kept.From
            ? SpeechError.InvalidParameter(
                $"offset: the session has {written} bytes and can be resumed from {Clock.PositionOf(_kept.From)} up to there, at whole samples")
            : null;
    }

    /// <summary>Runs the session to its end.</summary>
    public async Task RunAsync(ILiveEngine engine)
    {
        _parts.Instruments.Opened();
        try
        {
            await _relay.RunAsync(engine);
        }
        catch (Exception error)
        {
            _parts.Log.SessionFailed(Id, error);
            End(Ending.Failed);
        }

        await FinishAsync();
    }

    /// <summary>Serves a client's connection to its end, which need not be the session's.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="offset">What the client sends first, in bytes from the session's beginning.</param>
    public async Task ServeAsync(WebSocket socket, long offset)
    {
        await LeaveAsync();
        using var link = new ClientLink(socket, this, Audio.Written - offset, _parts.Options.MaxFrameBytes, _parts.Time, Packets);
        await _delivery.WaitAsync();
        try
        {
            if (_hasClient && _kept is { } kept)
            {
                _parts.Instruments.Resumed();
                foreach (var missed in kept.After(Clock.SecondsAt(offset)))
                {
                    await link.SendAsync(missed);
                }
            }

            (_client, _hasClient) = (link, true);
            Volatile.Write(ref _lastHeard, _parts.Time.GetTimestamp());
            _receiving = link.ReceiveAsync();
        }
        finally
        {
            _delivery.Release();
        }

        var closed = await _receiving;
        if (Volatile.Read(ref _ending) is { } ending)
        {
            if (ending.Flush && _start.Callback is null)
            {
                End(Ending.ClientLeft); // nobody waits for the last results any more
            }
        }
        else if (ReferenceEquals(Interlocked.CompareExchange(ref _client, null, link), link))
        {
            ClientIsGone(closed);
        }

        if (Volatile.Read(ref _ending) is not null)
        {
            await _finished.Task;
        }
    }

    /// <inheritdoc/>
    public void Heard(int audioBytes)
    {
        Volatile.Write(ref _lastHeard, _parts.Time.GetTimestamp());
        if (audioBytes > 0)
        {
            _parts.Instruments.Audio(audioBytes);
            if (Packets is { IsCounted: true } packets)
            {
                _journal?.Hear(packets.Milliseconds);
            }
        }
    }

    /// <inheritdoc/>
    public void NotUnderstood() => _parts.Instruments.NotUnderstood("client");

    /// <inheritdoc/>
    public void End(Ending ending)
    {
        if (Interlocked.CompareExchange(ref _ending, ending, null) is null && ending.Flush)
        {
            Volatile.Write(ref _flushSince, _parts.Time.GetTimestamp());
            Audio.Complete();
        }
        else if (!ending.Flush)
        {
            // Also when the last results were being waited for: this end is harder.
            _stop.Cancel();
        }
    }

    /// <summary>A message for the client. A final one is kept for a client that is away.</summary>
    public async ValueTask DeliverAsync(ReadOnlyMemory<byte> message, bool isFinal, double start, double end)
    {
        if (isFinal && _start.Call is { } call)
        {
            await call.TakeAsync(message);
        }

        if (!Clock.IsExact)
        {
            _journal?.Hear(AcceptedMilliseconds);
        }

        await _delivery.WaitAsync();
        try
        {
            if (isFinal)
            {
                _kept?.Add(start, end, message.Span);
            }

            if (_start.Callback is { } callback)
            {
                callback.Take(message, isInterim: !isFinal && end > 0); // events have no window
            }
            else if (_client is { } client && await client.SendAsync(message))
            {
                _parts.Instruments.Result();
            }
        }
        finally
        {
            _delivery.Release();
        }
    }

    /// <summary>Does what is due.</summary>
    public void Tick()
    {
        var options = _parts.Options;
        if (_client is { SendingSince: >= 0 and var since } stuck && Elapsed(since) > WritePatience)
        {
            stuck.Abort();
        }

        _client?.Tick();
        if (Volatile.Read(ref _ending) is { } ending)
        {
            if (ending.Flush && Elapsed(Volatile.Read(ref _flushSince)) > options.FlushTimeout)
            {
                Interlocked.CompareExchange(ref _ending, Ending.EngineLost, Ending.Normal);
                _stop.Cancel();
            }

            return;
        }

        var quiet = Elapsed(Volatile.Read(ref _lastHeard));
        if (_client is null)
        {
            if (quiet > options.ResumeWindow)
            {
                End(Ending.ClientLeft);
            }
        }
        else if (quiet > options.IdleTimeout && !Audio.IsFull)
        {
            End(Ending.Idle);
        }
        else if (Elapsed(_openedAt) > options.SilentTimeout && Audio.Written == _start.Origin)
        {
            End(Ending.NoAudio);
        }
        else if (Elapsed(_openedAt) > options.LongestSession)
        {
            End(Ending.TooLong);
        }

        _relay.Tick();
        if (_reporter.IsDue)
        {
            _reporter.Begin(Report(), superseded: () => End(Ending.Superseded));
        }
    }

    /// <summary>Gives the buffers back. The rest holds nothing of the system, and a late caller may still use it.</summary>
    public void Dispose() => Audio.Dispose();

    private void ClientIsGone(bool closed)
    {
        if (_kept is null || closed)
        {
            End(_start.Callback is null ? Ending.ClientLeft : Ending.ClientHungUp);
        }
        else
        {
            Volatile.Write(ref _lastHeard, _parts.Time.GetTimestamp());
        }
    }

    // A connection that is replaced is cut first: two would write into the same queue.
    private async Task LeaveAsync()
    {
        if (Interlocked.Exchange(ref _client, null) is { } old)
        {
            old.Abort();
        }

        await _receiving;
    }

    private long AcceptedMilliseconds =>
        Clock.IsExact ? Clock.MillisecondsAt(Audio.Written)
        : Packets is { IsCounted: true } packets ? packets.Milliseconds
        : (long)Math.Round(_relay.HeardUpTo * 1000);

    private SessionReport Report() => new(
        _start.Row.Epoch,
        Audio.Written,
        AcceptedMilliseconds,
        (long)Math.Round(_relay.CoveredUpTo * 1000),
        _relay.Finals,
        _relay.Failovers,
        _relay.Node,
        _client is not null);

    private async Task FinishAsync()
    {
        var ending = Volatile.Read(ref _ending) ?? Ending.Failed;
        var report = Report();
        var isTold = false;
        try
        {
            // Not awaited: one of them may be what is running this.
            _onRevoked.Unregister();
            _onLost.Unregister();
            _onCallbackLost.Unregister();
            await _start.Slot.DisposeAsync();
            _start.Watch.Dispose();
            var metadata = _relay.Metadata(ending);
            if (_start.Callback is { } callback && ending.Flush)
            {
                // First: who is told 1000 may rely on the receiver having it all.
                ending = await callback.EndAsync(metadata, ending.CloseCode) || ending != Ending.Normal ? ending : Ending.CallbackLost;
            }

            var client = Interlocked.Exchange(ref _client, null);
            if (client is not null && ending != Ending.ClientLeft)
            {
                await client.CloseAsync(metadata, ending, _receiving);
            }

            client?.Abort();
            await _receiving;
            if (_start.Callback is { } told && !ending.Flush)
            {
                await told.EndAsync(metadata, ending.CloseCode);
            }

            isTold = await _reporter.EndAsync(report, ending.Code);
            if (_start.Call is { } call)
            {
                await call.CloseAsync(LongestCallEnd);
            }

            _parts.Log.SessionEnded(Id, ending.Code, report.AcceptedMilliseconds / 1000d);
        }
        catch (Exception error)
        {
            _parts.Log.SessionFailed(Id, error);
        }
        finally
        {
            if (_start.Callback is { } callback)
            {
                await callback.DisposeAsync();
            }

            Dispose();
            _journal?.Close(isTold); // after the queue, which notes nothing any more
            _parts.Instruments.Ended(ending.Code);
            _finished.TrySetResult();
        }
    }

    // What ends hard ends at once: a client that reads nothing must not hold it up, and the relay waits for it.
    private TimeSpan WritePatience => Volatile.Read(ref _ending) is { Flush: false } && ClientLink.LastMessageTimeout < _parts.Options.WriteTimeout
        ? ClientLink.LastMessageTimeout
        : _parts.Options.WriteTimeout;

    private TimeSpan Elapsed(long since) => _parts.Time.GetElapsedTime(since);
}
