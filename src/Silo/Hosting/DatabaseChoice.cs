using Npgsql;

namespace Switchboard.Silo.Hosting;

/// <summary>
/// Which databases the process works on. Configured connection strings go first; then a server on which both databases are kept
/// (<c>Database:Server</c>); then a private server in the data folder.
/// </summary>
/// <param name="Settings">Connection strings by configuration key, to be laid over the configuration.</param>
/// <param name="Private">The private server, if there is one.</param>
internal sealed record DatabaseChoice(IReadOnlyDictionary<string, string?> Settings, PrivateDatabase? Private)
{
    // Each tenant has a database of its own: its configuration key, and the database's name where we choose it.
    private static readonly (string Key, string Name)[] Databases =
    [
        ("Databases:CaseManagement:Primary", "switchboard_case_management"),
        ("Databases:OnCall:Primary", "switchboard_on_call"),
    ];

    /// <summary>Decides, and starts the private server when it is needed.</summary>
    public static async Task<DatabaseChoice> ResolveAsync(
        IConfiguration configuration, DataFolder? data, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (Databases.Any(database => configuration[database.Key] is { Length: > 0 }))
        {
            return new DatabaseChoice(new Dictionary<string, string?>(), null);
        }

        if (configuration["Database:Server"] is { Length: > 0 } server)
        {
            return new DatabaseChoice(Lay(database => OnServer(server, database)), null);
        }

        if (data is null)
        {
            throw new StartupFailedException(
                $"no database is configured. Set {Databases[0].Key} and {Databases[1].Key} to connection strings, or Database:Server to a server that may hold "
                + "both databases, or Data:Directory to a folder where a private PostgreSQL may keep its files.");
        }

        var started = await PrivateDatabase.StartAsync(data, loggers, cancellationToken);
        return new DatabaseChoice(Lay(started.ConnectionString), started);
    }

    private static Dictionary<string, string?> Lay(Func<string, string> connectionString) =>
        Databases.ToDictionary(database => database.Key, database => (string?)connectionString(database.Name));

    private static string OnServer(string server, string database)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString;
        }
        catch (ArgumentException error)
        {
            throw new StartupFailedException(
                $"Database:Server (./dev up --postgres) cannot be read: {error.Message} It has the form \"Host=db.example;Username=switchboard;Password=...\".", error);
        }
    }
}
