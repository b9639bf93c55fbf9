using System.Diagnostics;

namespace Switchboard.Bench.Streams;

/// <summary>The log to the timeline's handler, whose rows and marks are written.</summary>
internal static class TimelineBench
{
    private const int WarmUp = 20_000;
    private const int Events = 100_000;
    private const int Cases = 2_000;
    private const string Timeline = "timeline";

    /// <summary>Runs the bench.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await HandlerSite.StartAsync(cases: 1, callers: 1, Timeline, register: null, cancellationToken);
        await site.ExecuteAsync($"create table bench_case as select gen_random_uuid() id, n from generate_series(0, {Cases - 1}) n");
        await DrainAsync(site, 0, WarmUp, cancellationToken);
        var rate = await DrainAsync(site, WarmUp, Events, cancellationToken);
        return [new Figure($"timeline with its database effect, draining {Events:N0} events of {Cases:N0} cases", rate, "events/s", 8_000, null)];
    }

    private static async Task<double> DrainAsync(HandlerSite site, int from, int count, CancellationToken cancellationToken)
    {
        await site.PauseAsync(cancellationToken);
        await site.ExecuteAsync(
            $$"""
            insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
            select '0198c3c4-0000-7000-8000-000000000001', 'case', c.id, 1 + e / {{Cases}}, gen_random_uuid(), 'case.title_changed', 1,
                   jsonb_build_object('from', 'Checkout answers with 502 in eu-west-1', 'to', 'Checkout answers with 502 in eu-west-1, ' || e),
                   '{"actor": {"kind": "User", "id": "0198c3c4-0000-7000-8000-000000000002"}, "correlation_id": "bench"}', now(), now()
            from generate_series({{from}}, {{from + count - 1}}) e join bench_case c on c.n = e % {{Cases}} order by e
            """);
        var first = site.Handled.NextAsync();
        await site.ResumeAsync();
        var started = await first.WaitAsync(cancellationToken);
        await site.CaughtUpAsync(except: null, cancellationToken);
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
