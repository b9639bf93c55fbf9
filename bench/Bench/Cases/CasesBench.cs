using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Switchboard.Bench.Gateway;

namespace Switchboard.Bench.Cases;

/// <summary>
/// Many cases at once through the REST door of the real host on a durable PostgreSQL: an import, an export of everything, a bulk update. The
/// handlers, which follow the log at their own pace, run elsewhere.
/// </summary>
internal static class CasesBench
{
    private const int Imported = 40_000;
    private const int WarmUp = 4_000;
    private const int Updated = 1_000;
    private const int Rounds = 7;
    private static readonly string[] _priorities = ["P1", "P2", "P3", "P4", "P5"];

    /// <summary>Runs the bench.</summary>
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
            await using var silo = await SiloUnderTest.StartAsync(data, cancellationToken, "--Roles:Enabled=grains,gateway");
            using var client = silo.NewClient();
            var project = await NewProjectAsync(client, cancellationToken);
            await ImportAsync(client, project, WarmUp, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            var results = await ImportAsync(client, project, Imported, cancellationToken);
            var importing = Stopwatch.GetElapsedTime(started);
            var (exported, exporting) = await ExportAsync(client, cancellationToken);
            var updates = await UpdateAsync(client, results[..Updated], cancellationToken);
            var n = Imported.ToString("N0", CultureInfo.InvariantCulture);
            return
            [
                new Figure($"import of {n} cases", Imported / importing.TotalSeconds, "cases/s", 4_000, null),
                new Figure($"export of {exported.ToString("N0", CultureInfo.InvariantCulture)} cases as NDJSON", exported / exporting.TotalSeconds, "cases/s", null, null),
                new Figure($"bulk update of {Updated.ToString("N0", CultureInfo.InvariantCulture)} cases, median of {Rounds}", updates, "s", null, 1.5),
            ];
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<string> NewProjectAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var answer = await client.PostAsync(
            "/api/v2/cases/projects", Json("""{"data":{"type":"project","attributes":{"key":"BENCH","name":"Bench"}}}"""), cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return document.RootElement.GetProperty("data").GetProperty("id").GetString()!;
    }

    /// <summary>Imports cases as other tools have them, one in three closed; answers their ids.</summary>
    private static async Task<string[]> ImportAsync(HttpClient client, string project, int count, CancellationToken cancellationToken)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var state = i % 3 == 0 ? ",\"status_name\":\"Closed\",\"closed_at\":\"2025-06-02T09:30:00Z\"" : "";
            lines.Append(
                CultureInfo.InvariantCulture,
                $$$$$"""{"type":"case","attributes":{"title":"Checkout answers with 502 in eu-west-{{{{{i % 7}}}}}","description":"Since 08:52 UTC one in twenty requests to host-{{{{{i % 997}}}}}.example.test fails. Retries help.","type_id":"00000000-0000-0000-0000-000000000001","priority":"{{{{{_priorities[i % 5]}}}}}","created_at":"2025-06-01T08:{{{{{i % 60:00}}}}}:00Z","attributes":{"service":["checkout"],"team":["team{{{{{i % 100}}}}}"]}{{{{{state}}}}}},"relationships":{"project":{"data":{"id":"{{{{{project}}}}}","type":"project"}}}}""");
            lines.Append('\n');
        }

        using var body = new StringContent(lines.ToString());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var answer = await client.PostAsync($"/api/v2/cases/import?receipt={Guid.NewGuid()}", body, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var ids = new List<string>(count);
        foreach (var line in (await answer.Content.ReadAsStringAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var result = JsonDocument.Parse(line);
            if (result.RootElement.GetProperty("status").GetString() != "done")
            {
                throw new InvalidOperationException($"A line of the bench was refused: {line}");
            }

            ids.Add(result.RootElement.GetProperty("id").GetString()!);
        }

        return ids.Count == count ? [.. ids] : throw new InvalidOperationException($"{count} lines have {ids.Count} results.");
    }

    private static async Task<(int Cases, TimeSpan Took)> ExportAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.GetAsync("/api/v2/cases/export", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        var count = 0;
        while (await reader.ReadLineAsync(cancellationToken) is not null)
        {
            count++;
        }

        return count == WarmUp + Imported
            ? (count, Stopwatch.GetElapsedTime(started))
            : throw new InvalidOperationException($"{WarmUp + Imported} cases were exported as {count} lines.");
    }

    private static async Task<double> UpdateAsync(HttpClient client, string[] ids, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var change = new { data = new { type = "bulk", attributes = new { type = "priority", case_ids = ids, payload = new { priority = _priorities[round % 2] } } } };
            using var body = Json(JsonSerializer.Serialize(change));
            var started = Stopwatch.GetTimestamp();
            using var answer = await client.PostAsync("/api/v2/cases/bulk", body, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new InvalidOperationException($"A bulk update was answered with {answer.StatusCode}.");
            }
        }

        return times.Order().ElementAt(Rounds / 2);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
