using Microsoft.Extensions.Logging;
using Npgsql;

namespace Switchboard.Storage.Schema;

/// <summary>
/// Brings a database to this binary's schema. Every tenant's database gets all migrations: one history and one rule of
/// compatibility; tables that a tenant does not use stay empty. Safe to run from many processes at once.
/// </summary>
public sealed partial class DatabaseMigrator(IReadOnlyList<Migration> migrations, TimeProvider time, ILogger<DatabaseMigrator> logger)
{
    /// <summary>Names our advisory lock among those of the database.</summary>
    private const long LockKey = 0x5357_4942_4F41_5244; // "SWIBOARD"

    /// <summary>Makes the database if it is missing and applies what it lacks, each migration in a transaction of its own.</summary>
    /// <param name="connectionString">The database; its user must own it, or may create it.</param>
    /// <param name="cancellationToken">Gives up; a migration that was begun is rolled back.</param>
    /// <returns>How many migrations were applied.</returns>
    /// <exception cref="MigrationException">A migration that was applied has changed, the database is newer than this binary can work with, or it cannot be made.</exception>
    public async Task<int> MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        // No pool: the lock belongs to the session, and the session ends with this call.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "switchboard-migrate", CommandTimeout = 0 };
        await using var connection = await DatabaseCreator.OpenOrCreateAsync(settings, cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        await ExecuteAsync(connection, AppliedMigrations.CreateTable, cancellationToken);
        var applied = await AppliedMigrations.ReadAsync(connection, cancellationToken);
        AppliedMigrations.EnsureFits(settings.Database!, migrations, applied);

        var missing = migrations.Where(migration => !applied.ContainsKey(migration.Number)).ToArray();
        foreach (var migration in missing)
        {
            await ApplyAsync(connection, migration, cancellationToken);
            LogApplied(settings.Database!, migration.Number, migration.Name);
        }

        return missing.Length;
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
        }
        catch (PostgresException error)
        {
            throw new MigrationException(
                $"Migration {migration.Number} '{migration.Name}' failed on database '{connection.Database}' and was rolled back: {error.MessageText}"
                + $"{(error.Position > 0 ? $" (at character {error.Position} of the script)" : "")}.", error);
        }

        await AppliedMigrations.RecordAsync(connection, migration, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(2010, LogLevel.Information, "Database {Database}: applied migration {Number} '{Name}'.")]
    private partial void LogApplied(string database, int number, string name);
}
