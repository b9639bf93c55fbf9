using Npgsql;

namespace Switchboard.Storage.Schema;

/// <summary>Opens a database, making it first when the server does not have it.</summary>
internal static class DatabaseCreator
{
    /// <summary>Opens it.</summary>
    /// <exception cref="MigrationException">It is missing and may not be made.</exception>
    public static async Task<NpgsqlConnection> OpenOrCreateAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await connection.DisposeAsync();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await CreateAsync(settings, cancellationToken);
        connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task CreateAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        var name = settings.Database!;
        try
        {
            await using var maintenance = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = "postgres" }.ConnectionString);
            await maintenance.OpenAsync(cancellationToken);
            var quoted = new NpgsqlCommandBuilder().QuoteIdentifier(name);
            await using var create = new NpgsqlCommand($"create database {quoted} encoding 'UTF8' template template0", maintenance);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process made it at the same moment.
        }
        catch (PostgresException error)
        {
            throw new MigrationException(
                $"Database '{name}' does not exist, and user '{settings.Username}' could not create it: {error.MessageText}. "
                + $"Create it (create database \"{name}\" owner \"{settings.Username}\"), or give the user the right to create databases.", error);
        }
    }
}
