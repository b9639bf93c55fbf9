using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Switchboard.Gateway.Speech.Callbacks.Live;

/// <summary>
/// Where the messages of a live stream go that named a callback, one after the other and in their order. Whoever has one never waits: what
/// the receiver has not taken yet waits here, up to a limit, and interim results are left out while anything waits. One thread at a time.
/// </summary>
internal sealed class LiveCallback : IAsyncDisposable
{
    private readonly Channel<byte[]> _waiting = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Guid _sessionId;
    private readonly ICallbackLine _line;
    private readonly CallbackInstruments _instruments;
    private readonly CallbackOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Task _sending;
    private readonly Task _watching;
    private long _bytes;
    private int _code;
    private int _isLost;

    public LiveCallback(
        Guid sessionId, ICallbackLine line, CallbackInstruments instruments, CallbackOptions options, TimeProvider time, ILogger log)
    {
        (_sessionId, _line, _instruments, _options, _time, _log) = (sessionId, line, instruments, options, time, log);
        _sending = SendAsync();
        _watching = WatchAsync();
    }

    /// <summary>Cancelled when the receiver does not take what is sent to it: then nothing more is.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes a message over.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isInterim">Whether a later message will say the same better.</param>
    public void Take(ReadOnlyMemory<byte> message, bool isInterim)
    {
        var waiting = Volatile.Read(ref _bytes);
        if (_lost.IsCancellationRequested || (isInterim && waiting > 0))
        {
            return;
        }

        if (waiting + message.Length > _options.LiveQueueBytes)
        {
            Lose($"more than {_options.LiveQueueBytes} bytes wait for the receiver (Speech:Callbacks:LiveQueueBytes)");
            return;
        }

        Interlocked.Add(ref _bytes, message.Length);
        _waiting.Writer.TryWrite(message.ToArray());
    }

    /// <summary>Sends what waits and a last message, and says that it was the last.</summary>
    /// <param name="last">The last message.</param>
    /// <param name="code">How the stream ended.</param>
    /// <returns>Whether the receiver has taken all of it.</returns>
    public async Task<bool> EndAsync(ReadOnlyMemory<byte> last, int code)
    {
        Take(last, isInterim: false);
        Volatile.Write(ref _code, code);
        _waiting.Writer.TryComplete();
        try
        {
            await _sending.WaitAsync(_options.LiveGiveUpAfter, _time);
        }
        catch (TimeoutException)
        {
            Lose($"the receiver had not taken everything {_options.LiveGiveUpAfter} after the stream's end");
        }

        return !_lost.IsCancellationRequested;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sending;
        await _line.DisposeAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task SendAsync()
    {
        await Task.Yield();
        try
        {
            await foreach (var message in _waiting.Reader.ReadAllAsync(_stop.Token))
            {
                await _line.SendAsync(message, _stop.Token);
                Interlocked.Add(ref _bytes, -message.Length);
            }

            await _line.CloseAsync(Volatile.Read(ref _code), _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Given up.
        }
        catch (CallbackLostException error)
        {
            Lose(error.Message);
        }
        catch (Exception error)
        {
            _log.LiveCallbackFailed(_sessionId, error);
            Lose("something here failed");
        }
    }

    private async Task WatchAsync()
    {
        if (await Task.WhenAny(_line.Gone, _sending) == _line.Gone && !_waiting.Reader.Completion.IsCompleted && !_stop.IsCancellationRequested)
        {
            Lose("the receiver has closed its connection");
        }
    }

    private void Lose(string reason)
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            _log.LiveCallbackLost(_sessionId, reason);
            _instruments.Count("live_given_up");
            _waiting.Writer.TryComplete();
            _lost.Cancel();
            _stop.Cancel();
        }
    }
}
