using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// The live sessions of this process. One clock looks after all of them, some at a time: what is due in many of them at once would hold up
/// everybody's audio. When the process stops, they end in good order and their clients
/// are told to connect elsewhere.
/// </summary>
internal sealed class LiveSessions(
    IOptions<ListenOptions> options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LiveSession> log) : BackgroundService
{
    private const int MostTurns = 10;
    private static readonly TimeSpan ShortestTurn = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentDictionary<(Guid OrgId, Guid Id), LiveSession> _sessions = new();
    private readonly ConcurrentDictionary<LiveSession, bool>[] _turns =
    [
        .. Enumerable.Range(0, Math.Clamp((int)(options.Value.Tick / ShortestTurn), 1, MostTurns))
            .Select(static _ => new ConcurrentDictionary<LiveSession, bool>()),
    ];

    private int _started;
    private readonly CancellationTokenSource _over = new();

    /// <summary>Whether no new ones are taken.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>A session of an organisation in this process, or null.</summary>
    public LiveSession? Find(Guid orgId, Guid id) => _sessions.GetValueOrDefault((orgId, id));

    /// <summary>Starts a session. It is found until it has finished.</summary>
    public void Start(LiveSession session, ILiveEngine engine)
    {
        var turn = _turns[(uint)Interlocked.Increment(ref _started) % (uint)_turns.Length];
        _sessions[(session.OrgId, session.Id)] = session;
        turn[session] = true;
        _ = RunAsync(session, engine, turn);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        Drain();
        try
        {
            await Task.WhenAll(_sessions.Values.Select(static session => session.Finished)).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's patience is over; what is left is settled from its rows.
        }

        await _over.CancelAsync();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _over.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var onStopping = lifetime.ApplicationStopping.Register(Drain);
        using var timer = new PeriodicTimer(options.Value.Tick / _turns.Length, time);
        try
        {
            // Not the host's token: sessions that end in good order still need the clock.
            for (var turn = 0; await timer.WaitForNextTickAsync(_over.Token); turn = (turn + 1) % _turns.Length)
            {
                foreach (var (session, _) in _turns[turn])
                {
                    session.Tick();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Over.
        }
    }

    private void Drain()
    {
        if (!IsDraining)
        {
            IsDraining = true;
            log.Draining(_sessions.Count);
        }

        foreach (var session in _sessions.Values)
        {
            session.End(Ending.GoingAway);
        }
    }

    private async Task RunAsync(LiveSession session, ILiveEngine engine, ConcurrentDictionary<LiveSession, bool> turn)
    {
        await Task.Yield();
        await session.RunAsync(engine);
        turn.TryRemove(session, out _);
        _sessions.TryRemove(new KeyValuePair<(Guid OrgId, Guid Id), LiveSession>((session.OrgId, session.Id), session));
    }
}
