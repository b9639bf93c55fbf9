using Switchboard.Testing.Postgres;

namespace Switchboard.Bench.Store;

/// <summary>
/// Durable case updates against what a plain service would do: one row a transaction, on many connections. Both on one server with
/// fsync on, in short turns, so that whatever else the machine does slows both alike.
/// </summary>
internal static class StoreBench
{
    private const int Callers = 64;
    private const int Cases = 5_000;
    private const int Connections = 32;
    private const int Rounds = 11;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(1);

    /// <summary>Runs the bench.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await TestServer.StartAsync(("fsync", "on"), ("full_page_writes", "on"), ("max_wal_size", "4GB"));
        await using var database = await TestDatabase.CreateAsync(server);
        await using var updates = await CaseUpdates.PrepareAsync(database.ConnectionString, Cases, Callers, cancellationToken);
        await using var plain = await PlainInserts.PrepareAsync(database.ConnectionString, Connections, cancellationToken);
        await plain.RunAsync(_warmUp, cancellationToken);
        await updates.RunAsync(_warmUp, cancellationToken);

        var turns = new List<(double Plain, double Updates)>();
        for (var round = 0; round < Rounds; round++)
        {
            turns.Add((await plain.RunAsync(_turn, cancellationToken), await updates.RunAsync(_turn, cancellationToken)));
        }

        return
        [
            new Figure($"one-row-a-transaction inserts, {Connections} connections", Median(turns.Select(turn => turn.Plain)), "commits/s", null, null),
            new Figure($"durable case updates through the grain (event + row + cell), {Callers} callers over {Cases:N0} cases", Median(turns.Select(turn => turn.Updates)), "updates/s", null, null),
            new Figure("durable case updates against one-row-a-transaction inserts", Median(turns.Select(turn => turn.Updates / turn.Plain)), "times", 1.2, null),
        ];
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
