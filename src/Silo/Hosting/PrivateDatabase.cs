using System.Security.Cryptography;
using System.Text;
using Switchboard.Storage.PrivateServer;

namespace Switchboard.Silo.Hosting;

/// <summary>
/// The PostgreSQL that this process starts for itself when no database is configured. It outlives a killed process; the next
/// start on the same folder takes it over. An orderly stop stops it.
/// </summary>
internal sealed class PrivateDatabase
{
    private readonly PrivatePostgres _server;

    private PrivateDatabase(PrivatePostgres server) => _server = server;

    /// <summary>Starts the server for a data folder, or takes over the one that runs.</summary>
    public static async Task<PrivateDatabase> StartAsync(DataFolder data, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var progress = new Progress();
        var folder = data.File("postgres");
        var server = Server(folder, loggers);
        if (await server.FindObstacleAsync(cancellationToken) is { } obstacle)
        {
            // A clone in root's home is the usual case: root may read it, the user that must run PostgreSQL may not.
            folder = Elsewhere(data.Path);
            server = Server(folder, loggers);
            progress.Report($"the user that runs PostgreSQL may not enter '{obstacle}', so the database lies in {folder}");
        }

        await File.WriteAllTextAsync(data.File("postgres.dir"), folder + "\n", cancellationToken);
        await server.StartAsync(progress, cancellationToken);
        return new PrivateDatabase(server);
    }

    /// <summary>Connection string for a database on the server.</summary>
    public string ConnectionString(string database) => _server.ConnectionString(database);

    /// <summary>Stops the server.</summary>
    public Task StopAsync() => _server.StopAsync(CancellationToken.None);

    private static PrivatePostgres Server(string folder, ILoggerFactory loggers) =>
        new(new PrivatePostgresOptions { Folder = folder }, TimeProvider.System, loggers.CreateLogger<PrivatePostgres>());

    private static string Elsewhere(string dataFolder) =>
        Path.Combine("/var/lib/switchboard", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..12]);

    // Not System.Progress, which reports from the pool and would mix the lines up.
    private sealed class Progress : IProgress<string>
    {
        public void Report(string value) => Console.WriteLine($"==> {value}");
    }
}
