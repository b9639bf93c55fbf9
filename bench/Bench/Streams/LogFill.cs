using System.Globalization;
using Switchboard.Testing.Postgres;

namespace Switchboard.Bench.Streams;

/// <summary>Fills a database's log with changed titles of made-up cases, faster than the store's own appends would.</summary>
internal static class LogFill
{
    private const int Piece = 10_000;

    /// <summary>Appends events to a database that was not filled before.</summary>
    /// <param name="database">The database.</param>
    /// <param name="events">How many.</param>
    /// <param name="cases">Of how many cases, in turn.</param>
    /// <param name="titleCharacters">How much longer than usual a title is; of text that hardly compresses.</param>
    public static async Task FillAsync(TestDatabase database, int events, int cases, int titleCharacters)
    {
        await database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"create table bench_case as select gen_random_uuid() id, n from generate_series(0, {cases - 1}) n"));
        for (var from = 0; from < events; from += Piece)
        {
            await database.ExecuteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
                select '0198c3c4-0000-7000-8000-000000000001', 'case', c.id, 1 + e / {{cases}}, gen_random_uuid(), 'case.title_changed', 1,
                       jsonb_build_object('from', 'Checkout answers with 502 in eu-west-1', 'to', 'Checkout answers with 502 in eu-west-1, ' || e ||
                           (select left(coalesce(string_agg(md5((e * 100 + part)::text), ''), ''), {{titleCharacters}}) from generate_series(1, {{(titleCharacters + 31) / 32}}) part)),
                       '{"actor": {"kind": "User", "id": "0198c3c4-0000-7000-8000-000000000002"}, "correlation_id": "bench"}', now(), now()
                from generate_series({{from}}, {{from + Piece - 1}}) e join bench_case c on c.n = e % {{cases}} order by e
                """));
        }

        // Without it the reader's first plans are made for an empty table.
        await database.ExecuteAsync("analyze domain_events");
    }
}
