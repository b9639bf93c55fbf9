using Npgsql;
using Switchboard.Grains.EventStore;

namespace Switchboard.Storage.Databases;

/// <summary>What an error of the database means for whoever sent the statement.</summary>
internal enum DatabaseFailure
{
    /// <summary>One of the statement's own values or rows is refused; the same statement fails again.</summary>
    Refused = 0,

    /// <summary>The statement was rolled back for a reason that passes (deadlock, time-out): send it again.</summary>
    RolledBack = 1,

    /// <summary>The connection or the server is gone, or ran out of something; whether a commit happened is not known.</summary>
    Lost = 2,
}

/// <summary>Sorts the driver's exceptions.</summary>
internal static class DatabaseFailures
{
    /// <summary>Whether it is an error of the database at all.</summary>
    public static bool IsDatabaseError(Exception error) =>
        error is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException;

    /// <summary>What the error means.</summary>
    public static DatabaseFailure Classify(Exception error) => error is not PostgresException answer
        ? IsDatabaseError(error) ? DatabaseFailure.Lost : DatabaseFailure.Refused
        : answer.SqlState switch
        {
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable
                or PostgresErrorCodes.QueryCanceled => DatabaseFailure.RolledBack,

            // After a fail-over the old primary may still answer, as a replica.
            PostgresErrorCodes.ReadOnlySqlTransaction => DatabaseFailure.Lost,
            _ => Class(answer.SqlState) switch
            {
                "08" or "53" or "57" or "58" or "XX" or "25" or "26" => DatabaseFailure.Lost,
                _ => DatabaseFailure.Refused,
            },
        };

    /// <summary>
    /// 57P01 is what an idle connection finds when the server was stopped, 26000 what it finds when a pooler in between has given it
    /// another of the server's connections; without an answer, the other side is simply gone.
    /// </summary>
    public static bool IsStaleConnection(Exception error) =>
        error is PostgresException
        {
            SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.InvalidSqlStatementName,
        }
        || (error is NpgsqlException and not PostgresException && error.InnerException is IOException or System.Net.Sockets.SocketException);

    /// <summary>The exception that callers of the ports see.</summary>
    public static StorageUnavailableException Unavailable(string tenant, string what, Exception? cause) => new(
        $"The {tenant} database cannot be used now: {what}{(cause is null ? "" : $" ({Describe(cause)})")}. Try again shortly; "
        + "if it stays, check that PostgreSQL runs and that the connection string is right.", cause);

    private static string Describe(Exception error) =>
        error is PostgresException answer ? $"{answer.SqlState}: {answer.MessageText}" : error.InnerException?.Message ?? error.Message;

    private static string Class(string sqlState) => sqlState.Length >= 2 ? sqlState[..2] : sqlState;
}
