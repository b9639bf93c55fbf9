using System.Buffers;
using System.Text.Json;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// The engine's side of a session: sends the queue's audio, takes results in, and goes on with another node when one fails, from the end
/// of the last final result. Messages pass through as they are; only the request's id is written over, and times are moved for an engine
/// that did not hear the beginning.
/// </summary>
internal sealed class EngineRelay(LiveParts parts, LiveSession session, LiveStart start, AudioClock clock, CancellationToken stop)
{
    private static readonly TimeSpan KeepAlivePause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly byte[] _requestId = System.Text.Encoding.ASCII.GetBytes(start.Row.Id.ToString());
    private readonly double[] _covered = [.. Enumerable.Repeat(clock.IsExact ? clock.SecondsAt(start.Origin) : 0, BilledChannels(start))];
    private readonly ArrayBufferWriter<byte> _shifted = new();
    private MetadataMessage? _metadata;
    private double _shift = clock.IsExact ? clock.SecondsAt(start.Origin) : 0;
    private double _repeatedUpTo;
    private long _sentAt = parts.Time.GetTimestamp();
    private bool _isKeepAliveDue;

    /// <summary>Seconds of the stream that final results cover.</summary>
    public double CoveredUpTo => _covered.Min();

    /// <summary>Seconds of the stream that any result reaches to.</summary>
    public double HeardUpTo { get; private set; }

    /// <summary>Final results that held words.</summary>
    public long Finals { get; private set; }

    /// <summary>How often another engine took over.</summary>
    public int Failovers { get; private set; }

    /// <summary>The node that listens.</summary>
    public string? Node { get; private set; }

    /// <summary>Relays until the stream is over.</summary>
    public async Task RunAsync(ILiveEngine engine)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        var fruitless = 0;
        while (true)
        {
            Node = engine.Node;
            var before = CoveredUpTo;
            string? fault;
            await using (engine)
            {
                fault = await TurnAsync(engine);
            }

            if (fault is null || stop.IsCancellationRequested)
            {
                return;
            }

            failed.Add(engine.Node);
            fruitless = CoveredUpTo > before ? 1 : fruitless + 1;
            parts.Log.EngineFailed(start.Row.Id, engine.Node, CoveredUpTo, fault);
            var canReplay = clock.IsExact || session.Audio.Kept == start.Origin;
            if (!canReplay || fruitless > parts.Options.MostFailovers || await ReplaceAsync(failed) is not { } next)
            {
                parts.Log.NoEngine(start.Row.Id, canReplay ? fault : "the audio from its beginning is no longer kept, and it cannot be cut elsewhere");
                session.End(Ending.EngineLost);
                return;
            }

            parts.Instruments.FailedOver();
            Failovers++;
            var position = session.Audio.Rewind();
            _shift = clock.IsExact ? clock.SecondsAt(position) : 0;
            _repeatedUpTo = clock.IsExact ? 0 : CoveredUpTo;
            engine = next;
        }
    }

    /// <summary>Does what is due.</summary>
    public void Tick()
    {
        if (parts.Time.GetElapsedTime(Volatile.Read(ref _sentAt)) > KeepAlivePause)
        {
            Volatile.Write(ref _isKeepAliveDue, true);
            session.Audio.Nudge();
        }
    }

    /// <summary>The last message: the whole session's, whichever engines had part in it.</summary>
    public byte[] Metadata(Ending ending)
    {
        var isWhole = ending.Code == Ending.Normal.Code && Failovers == 0 && start.Origin == 0 && session.Packets is not { IsCounted: true };
        var hasAudio = session.Audio.Written > 0;
        var message = new MetadataMessage
        {
            Type = MessageTypes.Metadata,
            RequestId = start.Row.Id,
            Sha256 = isWhole && _metadata is { } complete ? complete.Sha256 : "incomplete",
            Created = start.Row.OpenedAt,
            Duration = clock.IsExact
                ? Math.Round(clock.SecondsAt(session.Audio.Written), 6)
                : Math.Max(HeardUpTo, _metadata?.Duration ?? 0),
            Channels = clock.IsExact ? start.Parameters.Channels : _metadata?.Channels ?? (hasAudio ? 1 : 0),
            Models = hasAudio ? _metadata?.Models : null,
            ModelInfo = hasAudio ? _metadata?.ModelInfo : null,
            Tags = start.Parameters.Tags.IsEmpty ? null : start.Parameters.Tags,
            Extra = start.Parameters.Extra.IsEmpty ? null : start.Parameters.Extra,
        };
        return JsonSerializer.SerializeToUtf8Bytes(message, WireJson.Default.MetadataMessage);
    }

    private static int BilledChannels(LiveStart start) => start.Row.Request.BilledChannels;

    /// <summary>One engine's part. Null when the stream is over; otherwise why the engine cannot go on.</summary>
    private async Task<string?> TurnAsync(ILiveEngine engine)
    {
        using var turn = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sending = SendAsync(engine, turn.Token);
        var receiving = ReceiveAsync(engine, turn.Token);
        await Task.WhenAny(sending, receiving);
        if (sending.IsFaulted)
        {
            // Why the node broke off is in its last words, if it had any.
            await Task.WhenAny(receiving, Task.Delay(LastWords, parts.Time, turn.Token));
        }
        else if (sending.IsCompletedSuccessfully)
        {
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var isComplete = sending.IsCompletedSuccessfully && receiving.IsCompletedSuccessfully;
        await turn.CancelAsync();
        await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (isComplete || stop.IsCancellationRequested)
        {
            return null;
        }

        var faults = new[] { receiving.Exception?.InnerException, sending.Exception?.InnerException };
        if (faults.OfType<EngineRefusedAudioException>().FirstOrDefault() is { } refused)
        {
            session.End(Ending.Undecodable(refused.Message));
            return null;
        }

        var fault = faults.FirstOrDefault(static fault => fault is not null);
        return fault is null or EngineFailedException
            ? fault?.Message ?? "it closed before the stream's end"
            : throw new InvalidOperationException($"The relay of session {start.Row.Id} failed.", fault);
    }

    private async Task SendAsync(ILiveEngine engine, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await using var wake = cancellationToken.UnsafeRegister(static audio => ((AudioQueue)audio!).Nudge(), session.Audio);
        var step = AudioStep.Wait;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            step = session.Audio.Next(step);
            if (step.IsWait)
            {
                if (Volatile.Read(ref _isKeepAliveDue))
                {
                    Volatile.Write(ref _isKeepAliveDue, false);
                    await engine.KeepAliveAsync(cancellationToken);
                    Volatile.Write(ref _sentAt, parts.Time.GetTimestamp());
                }

                await session.Audio.WaitToReadAsync();
                continue;
            }

            if (step.IsEnd)
            {
                await engine.CloseAsync(cancellationToken);
                return;
            }

            if (step.IsAsk)
            {
                await engine.FinalizeAsync(step.Channel, cancellationToken);
            }
            else
            {
                await engine.SendAudioAsync(step.Audio, cancellationToken);
            }

            Volatile.Write(ref _sentAt, parts.Time.GetTimestamp());
        }
    }

    private async Task ReceiveAsync(ILiveEngine engine, CancellationToken cancellationToken)
    {
        while (await engine.ReceiveAsync(cancellationToken) is { IsEmpty: false } json)
        {
            if (!EngineMessage.TryRead(json.Span, out var message))
            {
                throw new EngineFailedException($"engine node {engine.Node} answered what is no message");
            }

            switch (message.Kind)
            {
                case EngineMessageKind.Metadata:
                    TakeMetadata(engine, json.Span);
                    break;
                case EngineMessageKind.Results:
                    await TakeResultAsync(json, message);
                    break;
                case EngineMessageKind.Event:
                    await session.DeliverAsync(Outgoing(json, message), isFinal: false, 0, 0);
                    break;
                default:
                    parts.Instruments.NotUnderstood("engine");
                    break;
            }
        }
    }

    private void TakeMetadata(ILiveEngine engine, ReadOnlySpan<byte> json)
    {
        try
        {
            _metadata = JsonSerializer.Deserialize(json, WireJson.Default.MetadataMessage);
        }
        catch (JsonException error)
        {
            throw new EngineFailedException($"engine node {engine.Node} sent metadata that cannot be read", error);
        }
    }

    private async ValueTask TakeResultAsync(Memory<byte> json, EngineMessage message)
    {
        var (from, to) = (message.Start + _shift, message.Start + message.Duration + _shift);
        if (to > 0 && to <= _repeatedUpTo)
        {
            return; // an engine that had to hear it all again says what was said
        }

        HeardUpTo = Math.Max(HeardUpTo, to);
        if (message.IsFinal || start.Parameters.InterimResults)
        {
            await session.DeliverAsync(Outgoing(json, message), message.IsFinal, from, to);
        }

        if (!message.IsFinal)
        {
            return;
        }

        Finals += message.HasText ? 1 : 0;
        if (message.Channel >= 0 && message.Channel < _covered.Length)
        {
            _covered[message.Channel] = Math.Max(_covered[message.Channel], to);
        }

        if (clock.IsExact)
        {
            session.Audio.Cover(clock.PositionOf(CoveredUpTo));
        }

        if (message.FromFinalize)
        {
            session.Audio.FinalizeAnswered();
        }
    }

    private ReadOnlyMemory<byte> Outgoing(Memory<byte> json, EngineMessage message)
    {
        if (message.RequestId is { } place)
        {
            _requestId.CopyTo(json[place]);
        }

        if (_shift == 0)
        {
            return json;
        }

        _shifted.ResetWrittenCount();
        TimeShift.Write(json.Span, _shift, _shifted);
        return _shifted.WrittenMemory;
    }

    private async Task<ILiveEngine?> ReplaceAsync(HashSet<string> failed)
    {
        using var limit = new CancellationTokenSource(parts.Options.FailoverTimeout, parts.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        var request = new EngineRequest(start.Row.OrgId, start.Row.Id, OpusStream.InContainer(start.Parameters));
        try
        {
            while (true)
            {
                var opening = await parts.Pools.OpenAsync(request, failed, both.Token);
                if (opening.Engine is { } engine)
                {
                    return engine;
                }

                await Task.Delay(RetryPause, parts.Time, both.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
