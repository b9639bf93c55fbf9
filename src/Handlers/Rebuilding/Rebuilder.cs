using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Events;
using Switchboard.Grains.EventStore;
using Switchboard.Handlers.Replays;
using Switchboard.Handlers.Running;
using Switchboard.Storage.Databases;
using Switchboard.Storage.DeadLetters;
using Switchboard.Storage.Events;
using Switchboard.Storage.Feed;

namespace Switchboard.Handlers.Rebuilding;

/// <summary>
/// Fills a flavor's tables anew from the log while the flavor goes on with the old ones. The job's position moves in the transactions that
/// fill the new tables, so that a process that dies leaves a job that the next one goes on with. When the new tables have caught up, the
/// flavor's effects are held for a moment, the rest is read, what the new tables are ahead is marked, and the names are switched: one
/// transaction. An event that fails ends the rebuild; the old tables stay.
/// </summary>
internal sealed partial class Rebuilder(
    EventCodec codec, FlavorNumbers numbers, IOptions<HandlerOptions> options, TimeProvider time, ILogger<Rebuilder> logger)
{
    private const int Piece = 500;
    private const long PieceBytes = 4 * 1024 * 1024;

    // More than that is not read while the flavor is held up.
    private const int LongestTail = 10_000;

    /// <summary>Carries out the flavor's open job, if there is one and no other process is at it.</summary>
    /// <exception cref="StorageUnavailableException">The database is away; the next call goes on.</exception>
    public async Task RebuildAsync(TenantDatabase database, EventPipe pipe, CancellationToken cancellationToken)
    {
        var number = await numbers.GetAsync(database, pipe.Flavor.Name, cancellationToken);
        await using var claim = await FlavorClaim.TryTakeAsync(database, FlavorClaim.Rebuilds, number, cancellationToken);
        if (claim is null || await RebuildJob.FindAsync(database, pipe.Flavor.Name, cancellationToken) is not { } job)
        {
            return;
        }

        try
        {
            await RunAsync(database, pipe, number, job, cancellationToken);
        }
        catch (Exception error) when (DatabaseFailures.IsDatabaseError(error) && DatabaseFailures.Classify(error) != DatabaseFailure.Refused)
        {
            throw DatabaseFailures.Unavailable(database.Tenant, $"the rebuild of '{pipe.Flavor.Name}' was interrupted", error);
        }
        catch (Exception error) when (error is not (OperationCanceledException or StorageUnavailableException))
        {
            LogFailed(logger, pipe.Flavor.Name, error);
            await using var connection = await database.Effects.OpenConnectionAsync(cancellationToken);
            await job.EndAsync(connection, StorableText.Of(error.Message, 2000), time.GetUtcNow(), cancellationToken);
        }
    }

    private async Task RunAsync(TenantDatabase database, EventPipe pipe, short number, RebuildJob job, CancellationToken cancellationToken)
    {
        if (pipe.Tables.Count == 0)
        {
            throw new InvalidOperationException($"Flavor '{pipe.Flavor.Name}' has no tables that could be filled anew.");
        }

        var reader = new EventRecordReader(database, codec);
        if (job.Position is null)
        {
            if (await BeginAsync(database, pipe, job, await reader.GetEpochAsync(cancellationToken), cancellationToken) is not { } begun)
            {
                return;
            }

            job = begun;
            LogBegan(logger, pipe.Flavor.Name);
        }

        while (true)
        {
            var piece = (await reader.ReadAsync(job.Position!.Value, Piece, PieceBytes, cancellationToken)).Events;
            if (piece.IsEmpty)
            {
                var outcome = await TrySwitchAsync(database, pipe, number, job, reader, cancellationToken);
                if (outcome != SwitchOutcome.TooFarBehind)
                {
                    return;
                }
            }
            else if (await FillAsync(database, pipe, job, piece, cancellationToken) is { } moved)
            {
                job = moved;
            }
            else
            {
                LogGivenUp(logger, pipe.Flavor.Name);
                return;
            }
        }
    }

    private async Task<RebuildJob?> BeginAsync(TenantDatabase database, EventPipe pipe, RebuildJob job, long epoch, CancellationToken cancellationToken)
    {
        await using var connection = await database.Effects.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (now, start) = (time.GetUtcNow(), FeedPosition.Start(epoch));
        if (!await job.BeginAsync(connection, start, now, cancellationToken))
        {
            return null;
        }

        foreach (var table in pipe.Tables)
        {
            await TableSwitch.PrepareAsync(connection, table, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return job with { StartedAt = now, Position = start };
    }

    /// <summary>Writes a piece; null when the job is not ours to go on with.</summary>
    private static async Task<RebuildJob?> FillAsync(
        TenantDatabase database, EventPipe pipe, RebuildJob job, ImmutableArray<EventRecord> piece, CancellationToken cancellationToken)
    {
        var last = PositionOf(piece[^1]);
        await using var connection = await database.Effects.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await job.AdvanceAsync(connection, last, piece.Length, cancellationToken))
        {
            return null;
        }

        await WriteAsync(connection, pipe, job, piece, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return job with { Position = last };
    }

    private async Task<SwitchOutcome> TrySwitchAsync(
        TenantDatabase database, EventPipe pipe, short number, RebuildJob job, EventRecordReader reader, CancellationToken cancellationToken)
    {
        var flavor = pipe.Flavor.Name;
        await using var connection = await database.Effects.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RebuildStatements.CloseGateAsync(connection, number, cancellationToken);

        // Whatever the live flavor has handled it was given below the horizon of that time, so reading to the horizon of now covers it. Before
        // this transaction writes: from then on its own number would be the horizon.
        var tail = new List<EventRecord>();
        var end = job.Position!.Value;
        while (true)
        {
            var piece = (await reader.ReadAsync(end, Piece, PieceBytes, cancellationToken)).Events;
            if (piece.IsEmpty)
            {
                break;
            }

            tail.AddRange(piece);
            end = PositionOf(piece[^1]);
            if (tail.Count > LongestTail)
            {
                return SwitchOutcome.TooFarBehind;
            }
        }

        var now = time.GetUtcNow();
        if (!await job.AdvanceAsync(connection, end, tail.Count, cancellationToken) || !await job.EndAsync(connection, null, now, cancellationToken))
        {
            LogGivenUp(logger, flavor);
            return SwitchOutcome.GivenUp;
        }

        foreach (var piece in tail.Chunk(Piece))
        {
            await WriteAsync(connection, pipe, job, piece, cancellationToken);
        }

        await RebuildStatements.MarkAsync(connection, flavor, number, end, now - options.Value.MarkRetention, cancellationToken);
        await RebuildStatements.EndLettersAsync(connection, flavor, job.StartedAt!.Value, now, cancellationToken);
        foreach (var table in pipe.Tables)
        {
            await TableSwitch.SwitchAsync(connection, table, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        LogDone(logger, flavor, tail.Count);
        return SwitchOutcome.Done;
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, EventPipe pipe, RebuildJob job, IReadOnlyList<EventRecord> piece, CancellationToken cancellationToken)
    {
        var parked = await RebuildStatements.FindParkedAsync(connection, pipe.Flavor.Name, piece, job.StartedAt!.Value, cancellationToken);
        await pipe.RewriteAsync(connection, piece.Where(record => !parked.Contains(record.EventId)), TableSwitch.Suffix, cancellationToken);
    }

    private static FeedPosition PositionOf(EventRecord record) => new(record.Epoch, record.Tx, record.Seq);

    private enum SwitchOutcome
    {
        Done = 0,
        TooFarBehind = 1,
        GivenUp = 2,
    }

    [LoggerMessage(7050, LogLevel.Information, "Flavor {Flavor}: its tables are being filled anew, beside the old ones.")]
    private static partial void LogBegan(ILogger logger, string flavor);

    [LoggerMessage(7051, LogLevel.Information, "Flavor {Flavor}: the new tables are in use; the last {Events} events were read while it was held up.")]
    private static partial void LogDone(ILogger logger, string flavor, int events);

    [LoggerMessage(7052, LogLevel.Warning, "Flavor {Flavor}: the rebuild was given up; the old tables stay.")]
    private static partial void LogGivenUp(ILogger logger, string flavor);

    [LoggerMessage(7053, LogLevel.Error, "Flavor {Flavor}: the rebuild failed; the old tables stay.")]
    private static partial void LogFailed(ILogger logger, string flavor, Exception error);
}
