using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Switchboard.Bench.Gateway;

namespace Switchboard.Bench.Intake;

/// <summary>How fast alerts get their receipts, and how soon a storm of alerts of one key is one case with all of them counted.</summary>
internal static class IntakeBench
{
    private const int Connections = 96;
    private const int StormAlerts = 10_000;
    private const int Rounds = 3;

    // Until the process's code is compiled for good: it serves for weeks, and the compiler takes a core of the two meanwhile.
    private const int WarmUpRounds = 3;

    private static readonly TimeSpan _window = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs everything on fresh data.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("switchboard-bench").FullName;
        using (var open = Process.Start("chmod", ["755", data]))
        {
            // The private PostgreSQL runs as another user, who must get through.
            await open.WaitForExitAsync(cancellationToken);
        }

        try
        {
            await using var silo = await SiloUnderTest.StartAsync(data, cancellationToken);
            return [.. await StormAsync(silo, cancellationToken), .. await ReceiptsAsync(silo, cancellationToken)];
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>Alerts of a thousand keys, so that what the indexer does meanwhile is mostly counting.</summary>
    private static async Task<IReadOnlyList<Figure>> ReceiptsAsync(SiloUnderTest silo, CancellationToken cancellationToken)
    {
        var key = await IntegrationAsync(silo, "MANY", cancellationToken);
        var rates = new List<double>();
        var (used, taken) = (default(SiloUse), 0L);
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            if (round == WarmUpRounds)
            {
                (used, taken) = (silo.Use(), 0);
            }

            var started = Stopwatch.GetTimestamp();
            var sent = await SendAsync(silo, key, number => $"key-{number % 1000}", until: () => Stopwatch.GetElapsedTime(started) >= _window, cancellationToken);
            taken += sent;
            rates.Add(sent / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        rates.RemoveRange(0, WarmUpRounds);
        rates.Sort();
        var (process, database) = silo.Use() - used;
        return
        [
            new Figure("intake to receipt", rates[rates.Count / 2], "alerts/s", 3_000, null),
            new Figure("CPU of 10,000 alerts with what comes of them: process", process * 10_000 / taken, "s", null, null),
            new Figure("CPU of 10,000 alerts with what comes of them: database", database * 10_000 / taken, "s", null, null),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> StormAsync(SiloUnderTest silo, CancellationToken cancellationToken)
    {
        var key = await IntegrationAsync(silo, "STORM", cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var left = StormAlerts;
        await SendAsync(silo, key, static _ => "storm", until: () => Interlocked.Decrement(ref left) < 0, cancellationToken);
        using var connection = await RawConnection.OpenAsync(silo.Address, cancellationToken);
        var count = 0L;
        while (count < StormAlerts && Stopwatch.GetElapsedTime(started) < _patience)
        {
            await connection.SendAsync(silo.Request("GET", "/api/v2/intake/alerts"), cancellationToken);
            using var alerts = JsonDocument.Parse(connection.Body);
            count = alerts.RootElement.GetProperty("data").EnumerateArray().Where(static one => one.GetProperty("id").GetString() == "storm")
                .Sum(static one => one.GetProperty("attributes").GetProperty("total").GetInt64());
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        await connection.SendAsync(silo.Request("GET", "/api/v2/cases"), cancellationToken);
        using var cases = JsonDocument.Parse(connection.Body);
        return
        [
            new Figure("storm of 10,000 alerts of one key: counted after", elapsed.TotalSeconds, "s", null, 10),
            new Figure("storm: alerts counted", count, "alerts", StormAlerts, StormAlerts),
            new Figure("storm: cases", cases.RootElement.GetProperty("data").GetArrayLength(), "cases", 1, 1),
        ];
    }

    /// <summary>Sends alerts over many connections, each one after another, until it is told to stop; how many were taken.</summary>
    private static async Task<long> SendAsync(SiloUnderTest silo, string key, Func<long, string> keyOf, Func<bool> until, CancellationToken cancellationToken)
    {
        var sent = 0L;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(
            async () =>
            {
                using var connection = await RawConnection.OpenAsync(silo.Address, cancellationToken);
                while (!until())
                {
                    var status = await connection.SendAsync(RequestOf(silo, key, keyOf(Interlocked.Increment(ref sent))), cancellationToken);
                    if (status != 202)
                    {
                        throw new InvalidOperationException($"An alert was answered with {status}: {Encoding.UTF8.GetString(connection.Body.Span)}");
                    }
                }
            },
            cancellationToken)));
        return sent;
    }

    private static byte[] RequestOf(SiloUnderTest silo, string key, string dedupKey)
    {
        var body = $$$$"""{"data":{"type":"alert","attributes":{"title":"Disk full on db-7","dedup_key":"{{{{dedupKey}}}}","priority":"P2","tags":["env:prod","service:billing"]}}}""";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /api/v2/intake HTTP/1.1\r\nHost: {silo.Address}\r\nDD-API-KEY: {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }

    private static async Task<string> IntegrationAsync(SiloUnderTest silo, string project, CancellationToken cancellationToken)
    {
        using var connection = await RawConnection.OpenAsync(silo.Address, cancellationToken);
        var made = await CreateAsync(
            connection, silo.Request("POST", "/api/v2/cases/projects", $$$$"""{"data":{"type":"project","attributes":{"key":"{{{{project}}}}","name":"Bench"}}}"""), cancellationToken);
        var id = made.GetProperty("id").GetString();
        var integration = await CreateAsync(
            connection,
            silo.Request(
                "POST", "/api/v2/intake/integrations",
                $$$$"""{"data":{"type":"intake_integration","attributes":{"kind":"api","name":"Bench","project_id":"{{{{id}}}}","max_cases_per_minute":10000}}}"""),
            cancellationToken);
        return integration.GetProperty("attributes").GetProperty("key").GetString()!;
    }

    private static async Task<JsonElement> CreateAsync(RawConnection connection, byte[] request, CancellationToken cancellationToken)
    {
        var status = await connection.SendAsync(request, cancellationToken);
        using var answer = JsonDocument.Parse(connection.Body);
        return status == 201 ? answer.RootElement.GetProperty("data").Clone() : throw new InvalidOperationException($"Status {status}: {answer.RootElement}");
    }
}
