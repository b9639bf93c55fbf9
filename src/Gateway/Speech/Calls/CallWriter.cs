using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Calls;

namespace Switchboard.Gateway.Speech.Calls;

/// <summary>
/// Brings what is said in a call to its case while the call goes on. What comes together, or while earlier lines are being written, goes in
/// one event; while the database is away lines wait in memory.
/// </summary>
internal sealed class CallWriter
{
    /// <summary>How long a final result of a stream that can be resumed waits for its lines to be written before it goes to the client.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(400);

    /// <summary>The pause between two events of one call.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LongestRetryPause = TimeSpan.FromSeconds(5);

    /// <summary>Lines that may wait; an hour and more of speech.</summary>
    private const int MostWaiting = 5_000;

    private readonly CallParts _parts;
    private readonly CallLines _lines;
    private readonly CommandContext _context;
    private readonly CaseCall _call;
    private readonly int _epoch;
    private readonly bool _holds;
    private readonly Channel<CallLine> _waiting = Channel.CreateBounded<CallLine>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = false, FullMode = BoundedChannelFullMode.Wait });

    private readonly TaskCompletionSource _closing = New();
    private readonly Lock _gate = new();
    private readonly Task _running;
    private TaskCompletionSource _written = New();
    private int _lastWritten;
    private bool _refused;
    private Guid _caseId;

    /// <summary>A writer for a call that has begun.</summary>
    /// <param name="parts">What it needs.</param>
    /// <param name="call">The call as it is.</param>
    /// <param name="epoch">The session's epoch.</param>
    /// <param name="byChannel">Whether every channel is a speaker.</param>
    /// <param name="holds">
    /// Whether a final result goes to the client only when its lines are written: a client that comes back to another process asks for what it
    /// has not got, and so nothing is missing in the case.
    /// </param>
    /// <param name="actor">Who speaks for the audio.</param>
    public CallWriter(CallParts parts, CaseCall call, int epoch, bool byChannel, bool holds, Actor actor)
    {
        (_parts, _call, _epoch, _holds, _caseId, _lastWritten) = (parts, call, epoch, holds, call.CaseId, call.Lines);
        _lines = new CallLines(call, byChannel);
        _context = new CommandContext(call.OrgId, actor, (call.SessionId ?? call.Id).ToString("N"));
        _running = Task.Run(RunAsync);
    }

    /// <summary>Takes a final result in, before it goes to the client.</summary>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> result)
    {
        Task written;
        lock (_gate)
        {
            var lines = _lines.OfResult(result);
            if (lines.IsEmpty || _refused)
            {
                return;
            }

            foreach (var line in lines)
            {
                if (!_waiting.Writer.TryWrite(line))
                {
                    _refused = true;
                    _parts.Log.CallOverflowed(_call.Id, MostWaiting);
                    return;
                }
            }

            written = WhenWrittenAsync(lines[^1].Number);
        }

        if (_holds && !written.IsCompleted)
        {
            try
            {
                await written.WaitAsync(LongestHold, _parts.Time);
            }
            catch (TimeoutException)
            {
                // The client is not kept waiting for the case.
            }
        }
    }

    /// <summary>No more lines come: writes the rest, and then the record. What cannot be written for <paramref name="patience"/> goes on in the background.</summary>
    public async Task CloseAsync(TimeSpan patience)
    {
        _waiting.Writer.TryComplete();
        _closing.TrySetResult();
        var finishing = FinishAsync();
        try
        {
            await finishing.WaitAsync(patience, _parts.Time);
        }
        catch (TimeoutException)
        {
            _parts.Log.CallIsLate(_call.Id);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task FinishAsync()
    {
        await _running;
        try
        {
            _ = await _parts.Recorder.FinishAsync(_call.OrgId, _call.Id, null, CancellationToken.None);
        }
        catch (Exception error)
        {
            // The sweep comes to it.
            _parts.Log.CallNotEnded(_call.Id, error);
        }
    }

    private async Task WhenWrittenAsync(int number)
    {
        while (Volatile.Read(ref _lastWritten) < number && !_refused)
        {
            var next = Volatile.Read(ref _written);
            if (Volatile.Read(ref _lastWritten) >= number)
            {
                return;
            }

            await next.Task;
        }
    }

    private async Task RunAsync()
    {
        var batch = new List<CallLine>(Switchboard.Limits.CallLinesAtOnce);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var length = 0;
            while (batch.Count < Switchboard.Limits.CallLinesAtOnce && _waiting.Reader.TryPeek(out var next)
                && (length += next.Text.Length) <= Switchboard.Limits.CallTextAtOnce)
            {
                batch.Add(next);
                _ = _waiting.Reader.TryRead(out _);
            }

            await WriteAsync([.. batch]);
            Volatile.Write(ref _lastWritten, batch[^1].Number);
            batch.Clear();
            Interlocked.Exchange(ref _written, New()).TrySetResult();
            if (!_holds)
            {
                await Task.WhenAny(Task.Delay(Pause, _parts.Time), _closing.Task);
            }
        }
    }

    private async Task WriteAsync(System.Collections.Immutable.ImmutableArray<CallLine> lines)
    {
        for (var tries = 1; !_refused; tries++)
        {
            try
            {
                (var outcome, _caseId) = await _parts.Grains.SendCallAsync(_caseId, new HearCall(_call.Id, _epoch, lines), _context);
                if (!outcome.Succeeded)
                {
                    _refused = true;
                    _parts.Log.CallRefused(_call.Id, outcome.Error.Detail ?? outcome.Error.Title);
                }

                return;
            }
            catch (Exception error) when (error is StorageUnavailableException or TimeoutException or OrleansException)
            {
                _parts.Log.CallWaits(_call.Id, error.Message);
                var pause = TimeSpan.FromMilliseconds(100 << Math.Min(tries, 6));
                await Task.Delay(pause < LongestRetryPause ? pause : LongestRetryPause, _parts.Time);
            }
            catch (Exception error)
            {
                _refused = true;
                _parts.Log.CallFailed(_call.Id, error);
            }
        }
    }
}

/// <summary>What all writers of a process share.</summary>
internal sealed record CallParts(IGrainFactory Grains, CallRecorder Recorder, TimeProvider Time, ILogger<CallWriter> Log);
