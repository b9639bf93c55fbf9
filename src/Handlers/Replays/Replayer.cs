using Microsoft.Extensions.Logging;
using Npgsql;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Handlers.Running;
using Switchboard.Storage.Databases;
using Switchboard.Storage.DeadLetters;

namespace Switchboard.Handlers.Replays;

/// <summary>
/// Tries parked events again when somebody has asked for it: one process at a time for each flavor, the events of a case in their order. What
/// fails again is parked again with its new error, and where cases are parked what was to follow it waits on.
/// </summary>
internal sealed partial class Replayer(
    FlavorNumbers numbers, IEnumerable<IParkedRecordReader> readers, HandlerInstruments instruments, TimeProvider time, ILogger<Replayer> logger)
{
    /// <summary>Replays what was asked for, until nothing is left.</summary>
    /// <returns>How many letters were tried.</returns>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database is away; the rest waits for the next call.</exception>
    /// <exception cref="DependencyUnavailableException">Likewise for what the flavor depends on.</exception>
    public async Task<int> ReplayAsync(TenantDatabase database, EventPipe pipe, CancellationToken cancellationToken)
    {
        var flavor = pipe.Flavor;
        var number = await numbers.GetAsync(database, flavor.Name, cancellationToken);
        await using var claim = await FlavorClaim.TryTakeAsync(database, FlavorClaim.Replays, number, cancellationToken);
        if (claim is null)
        {
            return 0;
        }

        var tried = 0;
        while (await NextAsync(database, flavor, cancellationToken) is { } stored)
        {
            var (record, unreadable) = RecordOf(stored.Letter);
            var failure = record is null
                ? new HandlingFailure(stored.Letter.Reason, unreadable!, 1)
                : await pipe.ReplayAsync(record, stored.Id, cancellationToken);
            instruments.Replayed(flavor.Name, database.Tenant, succeeded: failure is null);
            tried++;
            if (failure is null)
            {
                LogReplayed(logger, flavor.Name, stored.Id);
                await FollowAsync(database, flavor, stored.Letter, cancellationToken);
            }
            else
            {
                LogFailed(logger, flavor.Name, stored.Id, failure.Error);
                await ParkAgainAsync(database, flavor, stored, failure, cancellationToken);
            }
        }

        return tried;
    }

    /// <summary>The next letter to be tried. By case and version, whatever the order in which they were parked.</summary>
    private static ValueTask<StoredDeadLetter?> NextAsync(TenantDatabase database, Flavor flavor, CancellationToken cancellationToken) =>
        new RowReader(database.Tenant, database.Primary).FindAsync(
            $"""
            select {DeadLetterSql.Columns}, payload from dead_letter where flavor = $1 and status = 'replay_requested'
            order by stream_id, version, id limit 1
            """,
            [Parameters.Of(flavor.Name)],
            row => DeadLetterSql.Read(row, database.Tenant, payload: true),
            cancellationToken);

    private (EventRecord? Record, Exception? Unreadable) RecordOf(DeadLetter letter)
    {
        if (RecordHeaders.TryRecord(letter) is { } whole)
        {
            return (whole, null);
        }

        try
        {
            return readers.FirstOrDefault(one => one.Reads(letter.Source)) is { } reader
                ? (reader.Read(letter), null)
                : (null, new FormatException($"The record from {letter.Source} is not whole, and no transport of this process can read it again. Drop it, or replay it where its transport runs."));
        }
        catch (FormatException error)
        {
            return (null, error);
        }
    }

    /// <summary>Asks for what was parked behind a letter that is now handled, unless another one in front of it still waits.</summary>
    private async Task FollowAsync(TenantDatabase database, Flavor flavor, DeadLetter letter, CancellationToken cancellationToken)
    {
        if (flavor.WhenParked == ParkPolicy.ParkCase && letter.StreamId is { } stream)
        {
            await ExecuteAsync(
                database,
                """
                update dead_letter d set status = 'replay_requested', changed_at = $3
                where d.flavor = $1 and d.stream_id = $2 and d.status = 'parked' and d.reason = 'behind_another'
                  and not exists (select from dead_letter f where f.flavor = $1 and f.stream_id = $2 and f.status = 'parked'
                                  and f.reason <> 'behind_another' and f.version < d.version)
                """,
                [Parameters.Of(flavor.Name), Parameters.Of(stream), Parameters.Of(time.GetUtcNow())],
                cancellationToken);
        }
    }

    private async Task ParkAgainAsync(
        TenantDatabase database, Flavor flavor, StoredDeadLetter stored, HandlingFailure failure, CancellationToken cancellationToken)
    {
        var wholeCase = flavor.WhenParked == ParkPolicy.ParkCase && stored.Letter.StreamId is not null;

        // What waited behind this one and has its turn no more keeps its own reason; this one is now at the front.
        await ExecuteAsync(
            database,
            """
            update dead_letter set
                status = 'parked', changed_at = $4,
                replays = replays + (id = $1)::int,
                attempts = attempts + case when id = $1 then $5 else 0 end,
                reason = case when id = $1 then $6 else reason end,
                error = case when id = $1 then $7 else error end
            where status = 'replay_requested' and (id = $1 or ($8 and flavor = $2 and stream_id = $3))
            """,
            [
                Parameters.Of(stored.Id), Parameters.Of(flavor.Name), Parameters.Of(stored.Letter.StreamId), Parameters.Of(time.GetUtcNow()),
                Parameters.Of(failure.Attempts), Parameters.Of(DeadLetterSql.Name(failure.Reason)),
                Parameters.Of(StorableText.Of(failure.Text, DeadLetter.MostErrorLength)), Parameters.Of(wholeCase),
            ],
            cancellationToken);
    }

    private static async Task ExecuteAsync(TenantDatabase database, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.Primary.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
        {
            throw DatabaseFailures.Unavailable(database.Tenant, "a replay could not be noted", error);
        }
    }

    [LoggerMessage(7020, LogLevel.Information, "Flavor {Flavor}: dead letter {Letter} is handled.")]
    private static partial void LogReplayed(ILogger logger, string flavor, long letter);

    [LoggerMessage(7021, LogLevel.Warning, "Flavor {Flavor}: dead letter {Letter} failed again.")]
    private static partial void LogFailed(ILogger logger, string flavor, long letter, Exception error);
}
