using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Switchboard.Bench.Gateway;

namespace Switchboard.Bench.Streams;

/// <summary>How soon a client that follows the changes as server-sent events is told of one, counted from when the request for it was sent.</summary>
internal static class ClientLatency
{
    private const int WarmUp = 100;
    private const int Changes = 500;
    private const string JsonType = "application/json";

    /// <summary>Runs the bench against the real host.</summary>
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
            var latencies = await MeasureAsync(silo, cancellationToken);
            return
            [
                new Figure("request for a change to its server-sent event: p50", CommitLatency.Percentile(latencies, 0.50), "ms", null, null),
                new Figure("request for a change to its server-sent event: p99", CommitLatency.Percentile(latencies, 0.99), "ms", null, 200),
            ];
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<double[]> MeasureAsync(SiloUnderTest silo, CancellationToken cancellationToken)
    {
        using var client = silo.NewClient();
        using var response = await client.GetAsync(new Uri("/api/v2/cases/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var told = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var project = await PostAsync("cases/projects", """{"data":{"type":"project","attributes":{"key":"BENCH","name":"Bench"}}}""");
        var opened = await PostAsync(
            "cases",
            """{"data":{"type":"case","attributes":{"title":"Change 0","type_id":"00000000-0000-0000-0000-000000000001"},"relationships":{"project":{"data":{"id":"PROJECT","type":"project"}}}}}"""
                .Replace("PROJECT", project, StringComparison.Ordinal));
        List<double> latencies = [];
        for (var version = 2; version <= 1 + WarmUp + Changes; version++)
        {
            var sent = Stopwatch.GetTimestamp();
            var heard = HeardAsync(version);
            await PostAsync(
                $"cases/{opened}/title", string.Create(CultureInfo.InvariantCulture, $$$$"""{"data":{"type":"case","attributes":{"title":"Change {{{{version}}}}"}}}"""));
            await heard;
            if (version > 1 + WarmUp)
            {
                latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }

        return [.. latencies.Order()];

        async Task<string> PostAsync(string path, string body)
        {
            using var content = new StringContent(body, Encoding.UTF8, JsonType);
            using var answer = await client.PostAsync(new Uri($"/api/v2/{path}", UriKind.Relative), content, cancellationToken);
            answer.EnsureSuccessStatusCode();
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return document.RootElement.GetProperty("data").GetProperty("id").GetString()!;
        }

        async Task HeardAsync(int version)
        {
            const string Data = "data: ";
            while (await told.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.StartsWith(Data, StringComparison.Ordinal) && line.Contains("\"version\"", StringComparison.Ordinal))
                {
                    using var change = JsonDocument.Parse(line.AsMemory(Data.Length));
                    if (change.RootElement.TryGetProperty("case", out var one) && one.GetProperty("version").GetInt32() >= version)
                    {
                        return;
                    }
                }
            }

            throw new InvalidOperationException("The stream of changes ended.");
        }
    }
}
