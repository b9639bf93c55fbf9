using Npgsql;
using Orleans.Runtime;

namespace Orleans.AdoNet;

/// <summary>What both tables share: the check that the table is there before the silo takes calls.</summary>
internal static class AdoNetTable
{
    /// <summary>Reads no row of <paramref name="table"/>.</summary>
    /// <exception cref="OrleansConfigurationException">The table is missing, or this user may not read it.</exception>
    public static async Task Probe(NpgsqlDataSource database, string table, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand($"select from {table} limit 0");
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege)
        {
            var where = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            throw new OrleansConfigurationException(
                $"Database \"{where.Database}\" at {where.Host}:{where.Port} has no table {table} that user \"{where.Username}\" may read "
                + "(the layout is that of the Orleans ADO.NET providers): apply the database migrations, then start again.", e);
        }
    }

    /// <summary>Refuses what the column would refuse, with a message that says which value it was.</summary>
    public static string Fit(string value, int length, string column) =>
        value.Length <= length
            ? value
            : throw new ArgumentException($"{column} takes at most {length} characters; \"{value}\" has {value.Length}.", nameof(value));
}
