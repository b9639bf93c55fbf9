using System.Diagnostics;
using System.Text.Json;

namespace Switchboard.Bench.Gateway;

/// <summary>
/// What a request through the whole gateway costs: reading a case against a plaintext endpoint of the same server, a cold case, and
/// updates at a fixed rate.
/// </summary>
internal static class GatewayBench
{
    private const int Cases = 2_000;
    private const int Rounds = 3;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan UpdateTime = TimeSpan.FromSeconds(10);

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
            IReadOnlyList<string> ids;
            await using (var first = await SiloUnderTest.StartAsync(data, cancellationToken))
            {
                ids = await OpenCasesAsync(first, cancellationToken);
            }

            // After a restart no grain of these cases is active.
            await using var silo = await SiloUnderTest.StartAsync(data, cancellationToken);
            return
            [
                await ColdAsync(silo, ids, cancellationToken),
                .. await ReadsAsync(silo, ids, cancellationToken),
                .. await UpdatesAsync(silo, ids, cancellationToken),
            ];
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<Figure> ColdAsync(SiloUnderTest silo, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        // The first half warms code and connections up; the second half's grains are activated by the measured requests.
        var reads = ids.Select(id => silo.Request("GET", $"/api/v2/cases/{id}")).ToList();
        await Load.SequentialAsync(silo.Address, reads.Take(Cases / 2), cancellationToken);
        var latencies = await Load.SequentialAsync(silo.Address, reads.Skip(Cases / 2), cancellationToken);
        return new Figure("cold case p50", Load.Percentile(latencies, 0.5), "ms", null, 1.5);
    }

    private static async Task<IReadOnlyList<Figure>> ReadsAsync(
        SiloUnderTest silo, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var plaintext = new[] { silo.Request("GET", "/bench/plaintext") };
        var reads = ids.Select(id => silo.Request("GET", $"/api/v2/cases/{id}")).ToList();
        await Load.ClosedLoopAsync(silo.Address, plaintext, Window, cancellationToken);
        await Load.ClosedLoopAsync(silo.Address, reads, Window, cancellationToken);

        var (plaintextRates, readRates) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            plaintextRates.Add(await Load.ClosedLoopAsync(silo.Address, plaintext, Window, cancellationToken));
            readRates.Add(await Load.ClosedLoopAsync(silo.Address, reads, Window, cancellationToken));
        }

        return
        [
            new Figure("plaintext of the same server", Median(plaintextRates), "requests/s", null, null),
            new Figure("GET case", Median(readRates), "requests/s", null, null),
            new Figure(
                "GET case against plaintext", Median(readRates.Zip(plaintextRates, (read, plain) => read / plain)), "times", 0.35, null),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> UpdatesAsync(
        SiloUnderTest silo, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        // Every case is visited again with another priority, so that each request is a real change.
        var updates = new List<byte[]>();
        for (var priority = 1; priority <= 5; priority++)
        {
            var body = BodyOf(new { priority = $"P{priority}" });
            updates.AddRange(ids.Select(id => silo.Request("POST", $"/api/v2/cases/{id}/priority", body)));
        }

        await Load.OpenLoopAsync(silo.Address, updates, 1_000, Window, cancellationToken);
        updates.Reverse();
        var latencies = await Load.OpenLoopAsync(silo.Address, updates, 1_000, UpdateTime, cancellationToken);
        return
        [
            new Figure("one-field update at 1,000/s p50", Load.Percentile(latencies, 0.5), "ms", null, null),
            new Figure("one-field update at 1,000/s p99", Load.Percentile(latencies, 0.99), "ms", null, 20),
        ];
    }

    private static async Task<IReadOnlyList<string>> OpenCasesAsync(SiloUnderTest silo, CancellationToken cancellationToken)
    {
        using var connection = await RawConnection.OpenAsync(silo.Address, cancellationToken);
        const string Project = """{"data":{"type":"project","attributes":{"key":"BENCH","name":"Bench"}}}""";
        var project = await CreateAsync(connection, silo.Request("POST", "/api/v2/cases/projects", Project), cancellationToken);
        var ids = new List<string>();
        for (var number = 0; number < Cases; number++)
        {
            ids.Add(await CreateAsync(connection, silo.Request("POST", "/api/v2/cases", JsonSerializer.Serialize(new
            {
                data = new
                {
                    type = "case",
                    attributes = new
                    {
                        title = $"Case {number} of the bench",
                        description = "What happened, where, since when, and who has looked at it so far.",
                        type_id = "00000000-0000-0000-0000-000000000001",
                        attributes = new { team = new[] { "noc" }, service = new[] { "web", "db" } },
                    },
                    relationships = new { project = new { data = new { id = project, type = "project" } } },
                },
            })), cancellationToken));
        }

        return ids;
    }

    private static async Task<string> CreateAsync(RawConnection connection, byte[] request, CancellationToken cancellationToken)
    {
        var status = await connection.SendAsync(request, cancellationToken);
        using var answer = JsonDocument.Parse(connection.Body);
        return status == 201
            ? answer.RootElement.GetProperty("data").GetProperty("id").GetString()!
            : throw new InvalidOperationException($"Status {status}: {answer.RootElement}");
    }

    private static string BodyOf(object attributes) => JsonSerializer.Serialize(new { data = new { type = "case", attributes } });

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
