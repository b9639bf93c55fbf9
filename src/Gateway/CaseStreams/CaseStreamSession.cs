using System.Net.WebSockets;
using Microsoft.Extensions.Options;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.PublicEvents;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>
/// One client's stream: first what it missed, from the log, then what happens, from the tail; from the log again whenever it falls
/// behind. Its place in the log decides what comes next, so that nothing is told twice and nothing is left out.
/// </summary>
internal sealed class CaseStreamSession(
    Guid orgId,
    StreamFilter filter,
    IStreamTransport transport,
    ICaseEventLog log,
    CaseTail tail,
    CaseStreamInstruments instruments,
    IOptions<CaseStreamOptions> options,
    TimeProvider time)
{
    private const int Piece = 200;

    // A client that reads gets its last words also from a machine that is busy: cut off, it would not learn why, nor that it was heard.
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(5);

    private readonly CaseStreamOptions _options = options.Value;
    private bool _ready;

    /// <summary>Serves until the watch ends the stream.</summary>
    /// <param name="resume">The last place that the client saw; null to begin now.</param>
    /// <param name="watch">When to end, and why.</param>
    /// <returns>False when the client has not read and the connection must be cut.</returns>
    public async Task<bool> RunAsync(FeedPosition? resume, StreamWatch watch)
    {
        try
        {
            await ServeAsync(resume, watch.Token);
        }
        catch (OperationCanceledException) when (watch.Token.IsCancellationRequested)
        {
            // The watch knows why.
        }
        catch (TimeoutException)
        {
            watch.End(StreamEnd.TooSlow);
        }
        catch (StorageUnavailableException)
        {
            watch.End(StreamEnd.Unavailable);
        }
        catch (Exception error) when (error is IOException or WebSocketException)
        {
            watch.End(StreamEnd.ClientLeft);
        }

        instruments.Ended(watch.Reason);
        return watch.Reason != StreamEnd.TooSlow && await TrySayWhyAsync(watch.Reason);
    }

    private async Task ServeAsync(FeedPosition? position, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var subscription = tail.Subscribe(orgId);
            var from = await subscription.From.WaitAsync(cancellationToken);
            var caught = position is { } last ? await CatchUpAsync(last, from, cancellationToken) : from;
            if (!_ready)
            {
                _ready = true;
                await BoundAsync(transport.ReadyAsync(PositionText.Of(caught), cancellationToken));
            }

            position = await FollowAsync(subscription, caught, cancellationToken);
            instruments.Behind();
        }
    }

    /// <summary>Tells what came after a place, up to at least the place from which the tail tells the rest.</summary>
    private async Task<FeedPosition> CatchUpAsync(FeedPosition position, FeedPosition from, CancellationToken cancellationToken)
    {
        var verdict = await log.CheckAsync(position, _options.ResumeWindow, cancellationToken);
        if (verdict != ResumeVerdict.Possible)
        {
            return await StartAnewAsync(from, verdict, cancellationToken);
        }

        while (true)
        {
            var batch = await log.ReadAsync(position, [orgId], Piece, cancellationToken);
            if (batch.EpochChanged)
            {
                return await StartAnewAsync(batch.End, ResumeVerdict.OtherEpoch, cancellationToken);
            }

            var sent = 0;
            foreach (var told in batch.Events)
            {
                sent += await TellAsync(new StreamedEvent(told), cancellationToken) ? 1 : 0;
            }

            await BoundAsync(transport.FlushAsync(cancellationToken));
            instruments.Sent(sent);
            position = batch.End;
            if (batch.Complete && position.CompareTo(from) >= 0)
            {
                return position;
            }
        }
    }

    private async Task<FeedPosition> StartAnewAsync(FeedPosition at, ResumeVerdict verdict, CancellationToken cancellationToken)
    {
        var reason = StreamWords.Name(verdict);
        instruments.Reset(reason);
        await BoundAsync(transport.ResetAsync(PositionText.Of(at), reason, cancellationToken));
        return at;
    }

    /// <summary>Tells what the subscription brings until it ends.</summary>
    private async Task<FeedPosition> FollowAsync(
        TailSubscription subscription, FeedPosition position, CancellationToken cancellationToken)
    {
        var beatDue = 0;
        await using var beat = time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref beatDue, 1);
                subscription.Wake();
            },
            null,
            _options.Heartbeat,
            _options.Heartbeat);
        await using var cancelled = cancellationToken.UnsafeRegister(
            static one => ThreadPool.UnsafeQueueUserWorkItem(static it => it.Wake(), (TailSubscription)one!, preferLocal: false), subscription);
        while (true)
        {
            // Looked at before the events are taken: all up to there are among them, and after the end no more come.
            var (reached, ended) = (subscription.Reached, subscription.IsEnded);
            var told = 0;
            while (subscription.TryTake(out var streamed))
            {
                if (streamed.Told.Position.CompareTo(position) > 0)
                {
                    told += await TellAsync(streamed, cancellationToken) ? 1 : 0;
                    position = streamed.Told.Position;
                }
            }

            if (told > 0)
            {
                await BoundAsync(transport.FlushAsync(cancellationToken));
                instruments.Sent(told);
            }

            if (reached is { } quiet && quiet.CompareTo(position) > 0)
            {
                position = quiet;
            }

            if (Interlocked.Exchange(ref beatDue, 0) == 1)
            {
                await BoundAsync(transport.HeartbeatAsync(PositionText.Of(position), cancellationToken));
            }

            if (ended)
            {
                return position;
            }

            await subscription.WaitAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async ValueTask<bool> TellAsync(StreamedEvent streamed, CancellationToken cancellationToken)
    {
        var (tell, inQuery) = await filter.JudgeAsync(streamed.Told);
        if (tell)
        {
            var shown = await filter.MayNameOthersAsync(streamed.Told) ? streamed : streamed.Veiled;
            await BoundAsync(transport.EventAsync(shown, inQuery, cancellationToken));
        }

        return tell;
    }

    /// <summary>Waits for a write as long as a client may take.</summary>
    /// <exception cref="TimeoutException">The client has not read.</exception>
    private ValueTask BoundAsync(ValueTask write) =>
        write.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(write.AsTask().WaitAsync(_options.WriteTimeout, time));

    private async Task<bool> TrySayWhyAsync(StreamEnd end)
    {
        try
        {
            using var limit = new CancellationTokenSource(FarewellTime, time);
            await transport.EndAsync(end, limit.Token);
            return true;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or WebSocketException or InvalidOperationException)
        {
            return false;
        }
    }
}
