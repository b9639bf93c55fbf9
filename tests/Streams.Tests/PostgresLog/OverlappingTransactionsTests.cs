using System.Globalization;
using Npgsql;
using Switchboard.Events;
using Switchboard.Streams.Tests.Conformance;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.PostgresLog;

/// <summary>
/// Writers take turns as a seed says: transactions begin, insert, commit and roll back in every order, so that most of the time some are
/// open whose events come before committed ones. What was rolled back is written again. Meanwhile readers stop and start, and lose their
/// leases in the middle of what they do.
/// </summary>
public sealed class OverlappingTransactionsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Writers = 6;
    private const int Steps = 400;

    private readonly int _seed = Random.Shared.Next();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_transactions_overlap_nothing_is_skipped_and_nothing_of_a_stream_comes_out_of_order()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        var records = new Records(2 * Writers, _seed);
        var database = await TestDatabase.CreateAsync(server.Server);
        await using var site = new PostgresLogSite(database);
        var silo = await site.StartAsync();
        List<Writer> writers = [];
        for (var number = 0; number < Writers; number++)
        {
            writers.Add(new Writer(await database.DataSource.OpenConnectionAsync(Token), records, 2 * number));
        }

        var overtaken = 0;
        for (var step = 0; step < Steps; step++)
        {
            if (step is Steps / 3 or Steps * 2 / 3)
            {
                await site.StopAsync(silo);
                silo = await site.StartAsync();
            }

            if (random.Next(12) == 0)
            {
                await TakeLeaseAsync(database, random.Next(2));
            }

            var writer = writers[random.Next(Writers)];
            if (writer.IsOpen && random.Next(3) == 0)
            {
                overtaken += await writer.EndAsync(commit: random.Next(4) > 0) && writers.Exists(other => other.IsOpen) ? 1 : 0;
            }
            else
            {
                await writer.WriteAsync(random);
            }
        }

        foreach (var writer in writers)
        {
            await writer.FinishAsync();
        }

        await HandledAsync(site, writers.Sum(writer => writer.Committed.Count), [.. writers.SelectMany(writer => writer.Committed)]);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{site.Recorder.Distinct} events in {site.Recorder.Deliveries} deliveries, {overtaken} commits while others were open");
        overtaken.ShouldBeGreaterThan(20);
        foreach (var stream in records.Streams)
        {
            // A repetition is possible when readers change; a gap or another order never.
            var versions = site.Recorder.VersionsOf(stream).Distinct().ToArray();
            versions.ShouldBe(Enumerable.Range(1, versions.Length).Select(version => (long)version), $"seed {_seed}");
        }
    }

    /// <summary>What a pause and a rewind do first: whoever reads the queue has lost it, and whoever takes it begins at its position.</summary>
    private static Task TakeLeaseAsync(TestDatabase database, int partition) => database.ExecuteAsync(string.Create(
        CultureInfo.InvariantCulture, $"update stream_queue set epoch = epoch + 1, expires_at = '-infinity' where partition = {partition}"));

    private async Task HandledAsync(PostgresLogSite site, int count, EventRecord[] committed)
    {
        try
        {
            await site.Recorder.WaitForAsync(count, Token);
        }
        catch (TimeoutException)
        {
            var missed = committed.Where(record => !site.Recorder.VersionsOf(record.StreamId).Contains(record.Version));
            throw new TimeoutException($"Seed {_seed}, missed: {string.Join(", ", missed.Select(record => $"{record.StreamId} {record.Version}"))}");
        }

        site.Recorder.Distinct.ShouldBe(count);
    }

    /// <summary>Writes two streams, in one transaction at a time.</summary>
    private sealed class Writer(NpgsqlConnection connection, Records records, int firstStream)
    {
        private readonly List<EventRecord> _open = [];
        private readonly List<EventRecord> _again = [];
        private NpgsqlTransaction? _transaction;

        public List<EventRecord> Committed { get; } = [];

        public bool IsOpen => _transaction is not null;

        public async Task WriteAsync(Random random)
        {
            _transaction ??= await connection.BeginTransactionAsync(Token);
            EventRecord[] some = _again.Count > 0 ? [.. _again] : [records.NextOf(firstStream + random.Next(2)), records.NextOf(firstStream + random.Next(2))];
            _again.Clear();
            _open.AddRange(some);
            await PostgresLogSite.InsertAsync(connection, some);
        }

        /// <summary>Ends the transaction; true when it was committed.</summary>
        public async Task<bool> EndAsync(bool commit)
        {
            await (commit ? _transaction!.CommitAsync(Token) : _transaction!.RollbackAsync(Token));
            (commit ? Committed : _again).AddRange(_open);
            _open.Clear();
            await _transaction!.DisposeAsync();
            _transaction = null;
            return commit;
        }

        /// <summary>Commits everything, what was rolled back too.</summary>
        public async Task FinishAsync()
        {
            if (IsOpen)
            {
                await EndAsync(commit: true);
            }

            if (_again.Count > 0)
            {
                await PostgresLogSite.InsertAsync(connection, _again);
                Committed.AddRange(_again);
            }

            await connection.DisposeAsync();
        }
    }
}
