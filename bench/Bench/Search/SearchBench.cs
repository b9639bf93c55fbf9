using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Bench.Store;
using Switchboard.Grains.Search;
using Switchboard.Testing.Postgres;

namespace Switchboard.Bench.Search;

/// <summary>
/// Searches of an organisation with 200,000 or 2,000,000 cases (or as many as SWITCHBOARD_BENCH_CASES says) at 50 a second, sent when they are due
/// whether or not earlier ones are answered, while 200 cases a second change through their grains. A latency counts from when the query was due.
/// SWITCHBOARD_BENCH_DATABASE is the connection string of a database that <see cref="SearchFill"/> filled before, to be measured again.
/// </summary>
internal static class SearchBench
{
    private const int QueriesPerSecond = 50;
    private const int UpdatesPerSecond = 200;
    private const int Changing = 2_000;
    private const int Large = 1_000_000;
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(5);

    /// <summary>The bench of its usual size.</summary>
    public static Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken) => RunAsync(200_000, cancellationToken);

    /// <summary>The bench of a large organisation, whose rows alone take some minutes to write.</summary>
    public static Task<IReadOnlyList<Figure>> RunLargeAsync(CancellationToken cancellationToken) => RunAsync(2_000_000, cancellationToken);

    private static async Task<IReadOnlyList<Figure>> RunAsync(int usual, CancellationToken cancellationToken)
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("SWITCHBOARD_BENCH_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : usual;
        if (Environment.GetEnvironmentVariable("SWITCHBOARD_BENCH_DATABASE") is { Length: > 0 } kept)
        {
            await using var resumed = await CaseUpdates.ResumeAsync(kept, await SearchFill.OrgAsync(kept, cancellationToken), Changing, 16, cancellationToken);
            return await MeasureAsync(resumed, count, cancellationToken);
        }

        await using var server = await TestServer.StartAsync(
            ("fsync", "on"), ("full_page_writes", "on"), ("max_wal_size", "4GB"), ("shared_buffers", count >= Large ? "6GB" : "768MB"));
        await using var database = await TestDatabase.CreateAsync(server);
        await using var updates = await CaseUpdates.PrepareAsync(database.ConnectionString, Changing, 16, cancellationToken);
        await SearchFill.WriteAsync(database.ConnectionString, updates.OrgId, count - Changing, cancellationToken);
        return await MeasureAsync(updates, count, cancellationToken);
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(CaseUpdates updates, int count, CancellationToken cancellationToken)
    {
        var search = updates.Services.GetRequiredService<ICaseSearch>();
        var large = count >= Large;
        await LoadAsync(updates, search, SearchQueries.Facets, _warmUp, cancellationToken);
        var facets = await LoadAsync(updates, search, SearchQueries.Facets, _duration, cancellationToken);
        await LoadAsync(updates, search, SearchQueries.Texts, _warmUp, cancellationToken);
        var texts = await LoadAsync(updates, search, SearchQueries.Texts, _duration, cancellationToken);
        var aggregate = await AggregateAsync(search, updates.OrgId, cancellationToken);
        var what = string.Create(CultureInfo.InvariantCulture, $"of {count:N0} cases, {QueriesPerSecond} queries/s beside {UpdatesPerSecond} updates/s");
        return
        [
            new Figure($"facet query p50 {what}", At(facets, 0.5), "ms", null, null),
            new Figure($"facet query p99 {what}", At(facets, 0.99), "ms", null, large ? 30 : 15),
            new Figure($"full-text query p50 {what}", At(texts, 0.5), "ms", null, null),
            new Figure($"full-text query p99 {what}", At(texts, 0.99), "ms", null, large ? 80 : 40),
            new Figure($"aggregate by status and priority over {count.ToString("N0", CultureInfo.InvariantCulture)} cases, p50", aggregate, "ms", null, large ? null : 120),
        ];
    }

    private static async Task<double[]> LoadAsync(
        CaseUpdates updates, ICaseSearch search, Func<Random, string> draw, TimeSpan duration, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var started = Stopwatch.GetTimestamp();
        var changing = updates.RunPacedAsync(UpdatesPerSecond, duration, cancellationToken);
        var sent = new List<Task<double>>();
        for (var i = 0; Stopwatch.GetElapsedTime(started) < duration; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / QueriesPerSecond);
            var early = due - Stopwatch.GetElapsedTime(started);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, TimeProvider.System, cancellationToken);
            }

            var request = new CaseSearchRequest(updates.OrgId, Guid.Empty, SearchQuery.Parse(draw(random)).Value!, CaseSort.CreatedAt, Ascending: false, 10, 1);
            sent.Add(Task.Run(
                async () =>
                {
                    var page = await search.SearchAsync(request, cancellationToken);
                    return page.Succeeded
                        ? (Stopwatch.GetElapsedTime(started) - due).TotalMilliseconds
                        : throw new InvalidOperationException($"A query of the bench was refused: {page.Error.Detail}");
                },
                cancellationToken));
        }

        await changing;
        return await Task.WhenAll(sent);
    }

    private static async Task<double> AggregateAsync(ICaseSearch search, Guid org, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < 15; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await search.AggregateAsync(
                new(org, Guid.Empty, SearchQuery.Everything, [new(CaseFieldKind.Status), new(CaseFieldKind.Priority)], 100), cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (!answer.Succeeded)
            {
                throw new InvalidOperationException($"The aggregate was refused: {answer.Error.Detail}");
            }
        }

        return At([.. times], 0.5);
    }

    private static double At(double[] latencies, double share) => latencies.Order().ElementAt((int)Math.Min(latencies.Length - 1, latencies.Length * share));
}
