using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Sessions;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech;
using Switchboard.Speech.Pools;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>
/// The speech wire on a real server and port, with real pools and session grains over what a test states: keys, slots, and rows that
/// several servers may share.
/// </summary>
internal sealed class SpeechServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SpeechServer(WebApplication app, SpeechWorld world, RecordedLog log) => (_app, World, Log) = (app, world, log);

    public SpeechWorld World { get; }

    public RecordedLog Log { get; }

    public Uri Http => new(_app.Urls.Single());

    public Uri Socket => new UriBuilder(Http) { Scheme = "ws" }.Uri;

    public LiveSessions Sessions => _app.Services.GetRequiredService<LiveSessions>();

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _app.Services;

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static Task<SpeechServer> StartAsync(
        IEnumerable<Uri> engines, SpeechWorld? world = null, params (string Key, string Value)[] settings) =>
        StartAsync(engines, world, static _ => { }, settings);

    /// <summary>The same with more services, which replace others.</summary>
    public static async Task<SpeechServer> StartAsync(
        IEnumerable<Uri> engines, SpeechWorld? world, Action<IServiceCollection> more, params (string Key, string Value)[] settings)
    {
        world ??= new SpeechWorld();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        var values = new Dictionary<string, string?>
        {
            ["Speech:ConnectTimeout"] = "00:00:30",
            ["Speech:HealthTimeout"] = "00:00:30",
            ["Speech:Rest"] = "00:00:00.200",
            ["Speech:Listen:Tick"] = "00:00:00.020",
            ["Speech:Listen:ReportInterval"] = "00:00:00.100",
        };
        var index = 0;
        foreach (var engine in engines)
        {
            values[$"Speech:Pools:default:Nodes:{index}:Url"] = engine.ToString();
            values[$"Speech:Pools:default:Nodes:{index}:Name"] = $"e{index++}";
        }

        builder.Configuration.AddInMemoryCollection(values);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        builder.WebHost.UseKestrel().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var log = new RecordedLog();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Information);
        builder.Services.AddSingleton<ISpeechKeys>(world);
        builder.Services.AddSingleton<ISpeechSlots>(world);
        builder.Services.AddSingleton<IUsageLedger>(world);
        builder.Services.AddSingleton<ISessionStore>(world);
        builder.UseOrleans(static silo => silo.UseLocalhostClustering());
        builder.Services.AddRouting();
        builder.Services.AddSpeechEnginePools(builder.Configuration);
        builder.Services.AddSpeech(builder.Configuration);
        more(builder.Services);
        var app = builder.Build();
        app.UseWebSockets();
        app.MapSpeech();
        await app.StartAsync();
        return new SpeechServer(app, world, log);
    }

    /// <summary>Stops as a process does that is asked to.</summary>
    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>Keys, slots, rows and the ledger of a test, in memory.</summary>
internal sealed class SpeechWorld : ISpeechKeys, ISpeechSlots, IUsageLedger, ISessionStore
{
    public const string Key = "org_test";

    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _held = new();
    private readonly Lock _gate = new();

    public SpeechCaller Caller { get; } = new() { OrgId = Guid.CreateVersion7(), KeyId = Guid.CreateVersion7(), Scopes = ["member"], Tags = ["team"] };

    public int Limit { get; set; } = 10;

    public CancellationTokenSource Revocation { get; } = new();

    public ConcurrentDictionary<(Guid Session, string Meter, int Interval), long> Usage { get; } = new();

    public ConcurrentDictionary<Guid, SpeechRequest> Requests { get; } = new();

    public ConcurrentDictionary<Guid, SessionSnapshot> Rows { get; } = new();

    public int Held => _held.Count;

    /// <summary>Whether nothing can be written: the database is away.</summary>
    public bool IsAway { get; set; }

    public long MeteredMilliseconds => Usage.Values.Sum();

    public ValueTask<SpeechAdmission> FindAsync(string secret, string scope, CancellationToken cancellationToken) => new(
        secret == Key ? new SpeechAdmission(Caller, null) : new SpeechAdmission(null, SpeechError.InvalidAuth));

    public IKeyWatch Watch(SpeechCaller caller) => new KeyWatch(Revocation.Token);

    public ValueTask<SlotGrant> AcquireAsync(SpeechCaller caller, SpeechSlotKind kind, Guid sessionId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_held.Count >= Limit && !_held.ContainsKey(sessionId))
            {
                return new(new SlotGrant { Refusal = SpeechError.TooManyRequests, Limit = Limit, Remaining = 0 });
            }

            var lost = _held.GetOrAdd(sessionId, static _ => new CancellationTokenSource());
            return new(new SlotGrant { Slot = new HeldSlot(this, sessionId, lost.Token), Limit = Limit, Remaining = Limit - _held.Count });
        }
    }

    public void LoseSlots()
    {
        foreach (var held in _held.Values)
        {
            held.Cancel();
        }
    }

    public Task RecordAsync(IReadOnlyList<UsageRow> rows, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            Usage.AddOrUpdate((row.SessionId, row.Meter, row.Interval), row.Milliseconds, (_, known) => Math.Max(known, row.Milliseconds));
        }

        return Task.CompletedTask;
    }

    public Task RecordAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        Requests[request.RequestId] = request;
        return Task.CompletedTask;
    }

    public ValueTask<SessionSnapshot?> FindAsync(Guid orgId, Guid sessionId, CancellationToken cancellationToken) =>
        new(Rows.GetValueOrDefault(sessionId) is { } row && row.OrgId == orgId ? row : null);

    public ValueTask<bool> InsertAsync(SessionSnapshot session, CancellationToken cancellationToken) => new(Rows.TryAdd(session.Id, session));

    public ValueTask<bool> UpdateAsync(SessionSnapshot session, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new StorageUnavailableException("The test took the database away.");
        }

        var known = Rows.GetValueOrDefault(session.Id);
        return new(known is not null && known.Version == session.Version - 1 && Rows.TryUpdate(session.Id, session, known));
    }

    public ValueTask<ImmutableArray<(Guid OrgId, Guid Id)>> UnsettledAsync(DateTimeOffset silentSince, int most, CancellationToken cancellationToken) =>
        new([.. Rows.Values.Where(row => !row.Settled && row.AliveAt < silentSince).Select(static row => (row.OrgId, row.Id))]);

    private sealed class KeyWatch(CancellationToken revoked) : IKeyWatch
    {
        public CancellationToken Revoked => revoked;

        public void Dispose()
        {
        }
    }

    private sealed class HeldSlot(SpeechWorld world, Guid session, CancellationToken lost) : ISlot
    {
        public CancellationToken Lost => lost;

        public ValueTask DisposeAsync()
        {
            world._held.TryRemove(session, out _);
            return ValueTask.CompletedTask;
        }
    }
}
