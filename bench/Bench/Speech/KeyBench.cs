using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Switchboard.Commands;
using Switchboard.Gateway;
using Switchboard.Grains;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Handlers;
using Switchboard.Orgs;
using Switchboard.Speech;
using Switchboard.Storage;
using Switchboard.Testing.Postgres;
using Switchboard.Testing.Redis;

namespace Switchboard.Bench.Speech;

/// <summary>What it costs to let a speech session in: the check of its key, in process and through Redis, its slot, and its grain with the row.</summary>
internal static class KeyBench
{
    private const int Keys = 1_000;
    private const int RedisCallers = 256;
    private const int OpenCallers = 32;
    private const int OpensASecond = 200;
    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(4);

    /// <summary>Runs the bench.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await TestServer.StartAsync(("fsync", "on"));
        await using var database = await TestDatabase.CreateAsync(server);
        await using var redis = await TestRedis.StartAsync();
        using var host = Build(database.ConnectionString, redis.Connection);
        await host.StartAsync(cancellationToken);
        var callers = await CreateAsync(host.Services, cancellationToken);
        var figures = new List<Figure>
        {
            new("speech key check in process", await InProcessAsync(host.Services, callers), "checks/s", 1_000_000, null),
            new($"speech key check through Redis, {RedisCallers} callers", await ThroughRedisAsync(host.Services, callers), "checks/s", 50_000, null),
        };
        figures.AddRange(await OpenAsync(host.Services, callers, cancellationToken));
        await host.StopAsync(cancellationToken);
        return figures;
    }

    private static IHost Build(string database, string redis)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Databases:CaseManagement:Primary"] = database,
            ["Redis:Connection"] = redis,
            ["Redis:Patience"] = "00:00:02",
            ["Speech:Limits:Live"] = "100000",
            ["Speech:Limits:RequestsPerSecond"] = "100000",
            [$"{HandlerCatalog.Section}:Flavors"] = "",
            ["Webhooks:SecretKey"] = Convert.ToBase64String(new byte[32]),
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSwitchboardStorage(builder.Configuration);
        builder.Services.AddSwitchboardHandlers(builder.Configuration);
        builder.Services.AddSwitchboardGrains();
        builder.Services.AddSwitchboardGateway(builder.Configuration);
        builder.UseOrleans(static silo => silo.UseLocalhostClustering());
        return builder.Build();
    }

    private static async Task<IReadOnlyList<(string Key, SpeechCaller Caller)>> CreateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var grains = services.GetRequiredService<IGrainFactory>();
        var keys = services.GetRequiredService<ISpeechKeys>();
        var made = new ConcurrentBag<(string, SpeechCaller)>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Keys), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (_, token) =>
        {
            var text = $"org_{RandomNumberGenerator.GetHexString(40, lowercase: true)}";
            var org = Guid.CreateVersion7();
            var outcome = await grains.GetGrain<IKeyGrain>(HashOf(text)).ExecuteAsync(
                new CreateKey(Guid.CreateVersion7(), KeyKind.Api, text[..8], text[^4..], "bench", null, [SpeechScopes.UsageWrite], null),
                new CommandContext(org, Actor.System, "bench"), token);
            if (!outcome.Succeeded || (await keys.FindAsync(text, SpeechScopes.UsageWrite, token)).Caller is not { } caller)
            {
                throw new InvalidOperationException("A key of the bench was not made.");
            }

            made.Add((text, caller));
        });
        return [.. made];
    }

    private static async Task<double> InProcessAsync(IServiceProvider services, IReadOnlyList<(string Key, SpeechCaller Caller)> callers)
    {
        var keys = services.GetRequiredService<ISpeechKeys>();

        // As many keys as are in use at the same moment; each is refreshed every second beside the checks.
        var few = callers.Take(50).Select(static one => one.Key).ToArray();
        return await RateAsync(Environment.ProcessorCount, async number =>
        {
            for (var again = 0; again < 100; again++)
            {
                var admission = await keys.FindAsync(few[(number + again) % few.Length], SpeechScopes.UsageWrite, CancellationToken.None);
                _ = admission.Caller ?? throw new InvalidOperationException("A good key was refused.");
            }

            return 100;
        });
    }

    private static async Task<double> ThroughRedisAsync(IServiceProvider services, IReadOnlyList<(string Key, SpeechCaller Caller)> callers)
    {
        var shared = services.GetRequiredService<ISharedKeys>();
        var hashes = callers.Select(static one => HashOf(one.Key)).ToArray();
        var misses = 0;
        while (await shared.FindAsync(hashes[^1], CancellationToken.None) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            if (++misses > 200)
            {
                throw new InvalidOperationException("Redis was not filled.");
            }
        }

        return await RateAsync(RedisCallers, async number =>
        {
            _ = await shared.FindAsync(hashes[number % hashes.Length], CancellationToken.None) ?? throw new InvalidOperationException("A key was not in Redis.");
            return 1;
        });
    }

    private static async Task<IReadOnlyList<Figure>> OpenAsync(
        IServiceProvider services, IReadOnlyList<(string Key, SpeechCaller Caller)> callers, CancellationToken cancellationToken)
    {
        var rate = await RateAsync(OpenCallers, async number =>
        {
            await (await OpenOneAsync(services, callers[number % callers.Count].Key)).DisposeAsync();
            return 1;
        });
        var times = new ConcurrentBag<double>();
        var running = new List<Task>();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        for (var (number, until) = (0, Stopwatch.GetTimestamp() + (long)(_turn.TotalSeconds * 2 * Stopwatch.Frequency)); Stopwatch.GetTimestamp() < until;)
        {
            await pace.WaitForNextTickAsync(cancellationToken);
            for (var one = 0; one < OpensASecond / 40; one++)
            {
                var key = callers[number++ % callers.Count].Key;
                running.Add(Task.Run(
                    async () =>
                    {
                        var started = Stopwatch.GetTimestamp();
                        await using var slot = await OpenOneAsync(services, key);
                        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    },
                    cancellationToken));
            }
        }

        await Task.WhenAll(running);
        var sorted = times.Order().ToArray();
        return
        [
            new Figure($"speech session open: key, limit, grain and row, {OpenCallers} callers", rate, "opens/s", 1_000, null),
            new Figure($"the same at {OpensASecond}/s, p99", sorted[(int)(sorted.Length * 0.99)], "ms", null, 20),
        ];
    }

    private static async Task<ISlot> OpenOneAsync(IServiceProvider services, string key)
    {
        var id = Guid.CreateVersion7();
        var caller = (await services.GetRequiredService<ISpeechKeys>().FindAsync(key, SpeechScopes.UsageWrite, CancellationToken.None)).Caller!;
        var grant = await services.GetRequiredService<ISpeechSlots>().AcquireAsync(caller, SpeechSlotKind.Live, id, CancellationToken.None);
        var slot = grant.Slot ?? throw new InvalidOperationException($"A slot was refused: {grant.Refusal?.Message}");
        var row = new SessionRequest { KeyId = caller.KeyId, Path = "/v1/listen?encoding=linear16", Model = "bench", BilledChannels = 1 };
        var opened = await services.GetRequiredService<IGrainFactory>().GetGrain<ITranscriptionSessionGrain>(GrainKeys.Of(caller.OrgId, id))
            .OpenAsync(row, "bench/engine", CancellationToken.None);
        return opened.Succeeded ? slot : throw new InvalidOperationException($"A session was not opened: {opened.Error}");
    }

    private static async Task<double> RateAsync(int callers, Func<int, Task<int>> once)
    {
        await TurnAsync(_turn / 4);
        return await TurnAsync(_turn);

        async Task<double> TurnAsync(TimeSpan length)
        {
            var started = Stopwatch.GetTimestamp();
            var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                var count = 0L;
                for (var number = caller; Stopwatch.GetElapsedTime(started) < length; number += callers)
                {
                    count += await once(number);
                }

                return count;
            })));
            return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
