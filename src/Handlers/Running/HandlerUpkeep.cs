using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Running;

/// <summary>Forgets marks and settled letters that are older than their retention, a bounded piece at a time, and counts the letters that wait.</summary>
internal sealed partial class HandlerUpkeep(
    TenantDatabases databases,
    HandlerCatalog catalog,
    IDeadLetters letters,
    HandlerInstruments instruments,
    IOptions<HandlerOptions> options,
    TimeProvider time,
    ILogger<HandlerUpkeep> logger) : BackgroundService
{
    private const int Piece = 5000;

    // By the block ranges of the date's index; the rows lie in the order in which they were written.
    private const string OldMarks =
        "delete from handler_mark where ctid = any (array(select ctid from handler_mark where marked_on < $1 limit $2))";

    private const string OldLetters =
        """
        delete from dead_letter where id = any (array(
            select id from dead_letter where status in ('replayed', 'dropped') and changed_at < $1 order by changed_at limit $2))
        """;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Upkeep, time);
        try
        {
            do
            {
                foreach (var database in databases.All)
                {
                    await TryKeepAsync(database, stoppingToken);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Deletes what is too old now.</summary>
    /// <returns>How many marks and letters.</returns>
    internal async Task<(int Marks, int Letters)> SweepAsync(TenantDatabase database, CancellationToken cancellationToken)
    {
        // The day of the mark itself is not over before the next one begins.
        var day = DateOnly.FromDateTime((time.GetUtcNow() - options.Value.MarkRetention).UtcDateTime);
        var marks = await DeleteAsync(database, OldMarks, () => new NpgsqlParameter<DateOnly> { TypedValue = day }, cancellationToken);
        var settled = await DeleteAsync(
            database, OldLetters, () => Parameters.Of(time.GetUtcNow() - options.Value.LetterRetention), cancellationToken);
        return (marks, settled);
    }

    private static async Task<int> DeleteAsync(TenantDatabase database, string sql, Func<NpgsqlParameter> before, CancellationToken cancellationToken)
    {
        var deleted = 0;
        while (true)
        {
            await using var command = database.Effects.CreateCommand(sql);
            command.Parameters.Add(before());
            command.Parameters.Add(Parameters.Of(Piece));
            var piece = await command.ExecuteNonQueryAsync(cancellationToken);
            deleted += piece;
            if (piece < Piece)
            {
                return deleted;
            }
        }
    }

    private async Task TryKeepAsync(TenantDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            var (marks, settled) = await SweepAsync(database, cancellationToken);
            if (marks + settled > 0)
            {
                LogSwept(database.Tenant, marks, settled);
            }

            var counts = await letters.CountAsync(database.Tenant, cancellationToken);
            foreach (var flavor in catalog.Served)
            {
                instruments.Waiting(flavor.Name, database.Tenant, counts.GetValueOrDefault(flavor.Name));
            }
        }
        catch (Exception error) when (error is StorageUnavailableException || DatabaseFailures.IsDatabaseError(error))
        {
            // The next tick tries again.
            LogFailed(database.Tenant, error);
        }
    }

    [LoggerMessage(7040, LogLevel.Information, "Tenant {Tenant}: forgot {Marks} marks and {Letters} settled dead letters.")]
    private partial void LogSwept(string tenant, int marks, int letters);

    [LoggerMessage(7041, LogLevel.Warning, "Tenant {Tenant}: the handlers' upkeep failed; the next round tries again.")]
    private partial void LogFailed(string tenant, Exception error);
}
