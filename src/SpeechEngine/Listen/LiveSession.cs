using System.Buffers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Audio;
using Switchboard.SpeechEngine.Hosting;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>
/// One live connection. Three loops: frames are received and decoded to samples, samples are recognised, results are sent. Between them
/// are bounded queues, so a slow recogniser slows the client down, a client that does not read is disconnected, and neither takes memory.
/// </summary>
internal sealed class LiveSession : ISampleSink, IAsyncDisposable
{
    private const int MostTextBytes = 64 * 1024;

    private static readonly TimeSpan _goodbyeWithin = TimeSpan.FromSeconds(10);

    // 100 ms each.
    private const int BlocksAhead = 200;

    private readonly WebSocket _socket;
    private readonly Guid _id;
    private readonly SpeechEngineOptions _options;
    private readonly EngineInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AudioIntake _intake;
    private readonly OpusStream? _packets;
    private readonly ArrayBufferWriter<byte> _pages = new();
    private readonly LiveAnswers _answers;
    private readonly LiveRecognition _recognition;
    private readonly Channel<LiveWork> _work = Channel.CreateBounded<LiveWork>(
        new BoundedChannelOptions(BlocksAhead) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private Task<ValueWebSocketReceiveResult>? _receiving;
    private long _given;
    private bool _heard;

    public LiveSession(
        WebSocket socket,
        Guid id,
        ListenParameters parameters,
        AudioRequest audio,
        SpeechEngineOptions options,
        Decoding decoding,
        EngineInstruments instruments,
        TimeProvider time,
        ILogger logger)
    {
        (_socket, _id, _options, _instruments, _time, _logger) = (socket, id, options, instruments, time, logger);
        _packets = OpusStream.For(parameters);
        _intake = new AudioIntake(_packets is null ? audio : audio with { Codec = null }, decoding.Ffmpeg, this);
        _answers = new LiveAnswers(socket, id, parameters, options.SendWithin, instruments, time);
        _recognition = new LiveRecognition(id, parameters, decoding.Recognizer, _answers, time.GetUtcNow());
    }

    /// <summary>Listens until the client, the clock or the node ends it; the close code.</summary>
    public async Task<WebSocketCloseStatus> RunAsync(CancellationToken draining, CancellationToken gone)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(gone, _stop.Token);
        var recognising = _recognition.RunAsync(_work.Reader, abandoned.Token);
        var sending = _answers.RunAsync(abandoned.Token);
        var ending = LiveEnding.Gone;
        try
        {
            ending = await ReceiveAsync(Task.WhenAny(recognising, sending), draining, abandoned.Token);
            ending = await FlushAsync(ending, recognising, abandoned.Token);
            _answers.Complete();
            await sending;
            await CloseAsync(ending, abandoned.Token);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
        {
            // The client has gone, or did not read: there is nobody to tell.
            ending = LiveEnding.Gone;
        }
        finally
        {
            await _stop.CancelAsync();
            _work.Writer.TryComplete();
            _answers.Complete();
            await Task.WhenAll(recognising, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _instruments.Audio("live", _intake.Seconds * _intake.Channels);
            ListenLog.SessionEnded(_logger, _id, ending.Code, ending.Reason, _intake.Seconds);
        }

        return ending.Code;
    }

    async ValueTask ISampleSink.AcceptAsync(SampleBlock block, CancellationToken cancellation)
    {
        try
        {
            await GiveAsync(new LiveWork(LiveWorkKind.Audio, block), cancellation);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _intake.DisposeAsync();
        _recognition.Dispose();
        while (_work.Reader.TryRead(out var left))
        {
            if (left.Kind == LiveWorkKind.Audio)
            {
                left.Block.Dispose();
            }
        }

        // A receive that is still under way may write into the buffer: then it is not given back.
        if (_receiving is null or { IsCompleted: true })
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _hash.Dispose();
        _stop.Dispose();
    }

    private async ValueTask GiveAsync(LiveWork work, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _given);
        await _work.Writer.WriteAsync(work, cancellation);
    }

    private async Task<LiveEnding> ReceiveAsync(Task failed, CancellationToken draining, CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onDrain = draining.Register(drained.SetResult);
        var message = new LiveMessage(_options.MaximumFrameBytes, MostTextBytes);
        while (true)
        {
            _receiving ??= _socket.ReceiveAsync(_buffer.AsMemory(), cancellation).AsTask();
            if (!_receiving.IsCompleted)
            {
                using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                var (patience, end) = Patience(_time.GetElapsedTime(started));
                var silence = Task.Delay(patience, _time, idle.Token);
                var first = await Task.WhenAny(_receiving, silence, drained.Task, failed);
                await idle.CancelAsync();
                if (first == drained.Task)
                {
                    return LiveEnding.GoingAway;
                }

                if (first == failed)
                {
                    return LiveEnding.Failed;
                }

                if (first == silence)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (_heard && _recognition.Done < Interlocked.Read(ref _given))
                    {
                        // Whoever waits for an answer that we owe is not the one who says nothing.
                        continue;
                    }

                    return end;
                }
            }

            var received = await _receiving;
            _receiving = null;
            if (await TakeAsync(message, received, cancellation) is { } ending)
            {
                return ending;
            }

            var elapsed = _time.GetElapsedTime(started);
            if (elapsed > _options.LongestSession)
            {
                return LiveEnding.GoingAway;
            }

            if (IsWithoutAudio(elapsed))
            {
                return LiveEnding.NoAudio;
            }
        }
    }

    private bool IsWithoutAudio(TimeSpan elapsed) => !_heard && elapsed >= _options.AudioWithin;

    /// <summary>How long the client may be silent now, and what it is told then: a timer may be a little early, so the time is not asked again.</summary>
    private (TimeSpan Patience, LiveEnding End) Patience(TimeSpan elapsed)
    {
        var left = _options.AudioWithin - elapsed;
        return _heard || left > _options.IdleAfter ? (_options.IdleAfter, LiveEnding.Idle) : (left > TimeSpan.Zero ? left : TimeSpan.Zero, LiveEnding.NoAudio);
    }

    private async ValueTask<LiveEnding?> TakeAsync(LiveMessage message, ValueWebSocketReceiveResult received, CancellationToken cancellation)
    {
        if (received.MessageType == WebSocketMessageType.Close)
        {
            return LiveEnding.Left;
        }

        if (!message.Take(received, _buffer))
        {
            return LiveEnding.TooBig;
        }

        if (received.MessageType == WebSocketMessageType.Binary)
        {
            return message.IsEmptyBinary ? LiveEnding.Closed : await TakeAudioAsync(_buffer.AsMemory(0, received.Count), received.EndOfMessage, cancellation);
        }

        return received.EndOfMessage ? await TakeTextAsync(message, cancellation) : null;
    }

    private async ValueTask<LiveEnding?> TakeAudioAsync(ReadOnlyMemory<byte> bytes, bool endOfMessage, CancellationToken cancellation)
    {
        _heard |= !bytes.IsEmpty;
        _hash.AppendData(bytes.Span);
        if (_packets is not null)
        {
            _pages.ResetWrittenCount();
            if (!_packets.Take(bytes.Span, endOfMessage, _pages))
            {
                return LiveEnding.Undecodable("with encoding=opus each message is one packet of Opus");
            }

            bytes = _pages.WrittenMemory;
        }

        try
        {
            await _intake.WriteAsync(bytes, cancellation);
            return null;
        }
        catch (AudioRejectedException rejected)
        {
            return LiveEnding.Undecodable(rejected.Message);
        }
        catch (ChannelClosedException)
        {
            return LiveEnding.Failed;
        }
    }

    private async ValueTask<LiveEnding?> TakeTextAsync(LiveMessage message, CancellationToken cancellation)
    {
        var (type, channel) = message.Read();
        switch (type)
        {
            case MessageTypes.KeepAlive:
                return null;
            case MessageTypes.Finalize:
                try
                {
                    await GiveAsync(new LiveWork(LiveWorkKind.Finalize, default, channel), cancellation);
                    return null;
                }
                catch (ChannelClosedException)
                {
                    return LiveEnding.Failed;
                }

            case MessageTypes.CloseStream:
                return LiveEnding.Closed;
            default:
                _instruments.Ignored();
                return null;
        }
    }

    // Everything that was taken is recognised and answered, then comes the metadata. Not for somebody who has left, or who failed.
    private async Task<LiveEnding> FlushAsync(LiveEnding ending, Task recognising, CancellationToken cancellation)
    {
        if (ending.Answers)
        {
            try
            {
                await _intake.CompleteAsync(cancellation);
            }
            catch (AudioRejectedException rejected)
            {
                ending = LiveEnding.Undecodable(rejected.Message);
            }
            catch (ChannelClosedException)
            {
                // Recognition has failed, which is seen below.
            }
        }

        _work.Writer.TryComplete();
        if (!ending.Answers)
        {
            if (ending.Code == WebSocketCloseStatus.NormalClosure)
            {
                await _stop.CancelAsync();
            }

            return ending;
        }

        try
        {
            await recognising;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            ListenLog.SessionFailed(_logger, error, _id);
            return LiveEnding.Failed;
        }

        var hash = ending.Clean ? Convert.ToHexStringLower(_hash.GetHashAndReset()) : "incomplete";
        await _recognition.DescribeAsync(hash, _intake.Seconds, _intake.Channels, cancellation);
        return ending;
    }

    private async Task CloseAsync(LiveEnding ending, CancellationToken cancellation)
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var patience = new CancellationTokenSource(_options.SendWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        await _socket.CloseOutputAsync(ending.Code, ending.Reason, either.Token);

        // The client's own close frame ends it well; what it still sends until then is not heard.
        using var brief = new CancellationTokenSource(_goodbyeWithin, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(brief.Token, cancellation);
        while (_socket.State == WebSocketState.CloseSent)
        {
            _receiving ??= _socket.ReceiveAsync(_buffer.AsMemory(), any.Token).AsTask();
            await _receiving.WaitAsync(any.Token);
            _receiving = null;
        }
    }
}
