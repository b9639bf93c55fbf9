using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Switchboard.Storage.PrivateServer;

namespace Switchboard.EndToEnd.Instances;

/// <summary>A data folder that several runs of the host may use one after the other; gone, with its server, at the end.</summary>
internal sealed class DataRoot : IAsyncDisposable
{
    public DataRoot()
    {
        Path = Directory.CreateTempSubdirectory("sbe2e").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // The user that runs PostgreSQL must be able to pass through; the database's own folder is closed.
            File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
        }
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The private server in it, to be stopped and started behind the host's back.</summary>
    public PrivatePostgres Server => new(
        new PrivatePostgresOptions { Folder = System.IO.Path.Combine(Path, "postgres") }, TimeProvider.System, NullLogger<PrivatePostgres>.Instance);

    /// <summary>Runs a query on the case-management database.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString("switchboard_case_management") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 }; // histories are compared whole
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Command lines of processes that have to do with this folder.</summary>
    public IReadOnlyList<string> Processes() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(System.IO.Path.GetFileName(folder), out var id) && id != Environment.ProcessId)
            .Select(CommandLine)
            .Where(line => line.Contains(Path, StringComparison.Ordinal)),
    ];

    public async ValueTask DisposeAsync()
    {
        await Server.StopAsync(CancellationToken.None);
        Directory.Delete(Path, recursive: true);
    }

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(System.IO.Path.Combine(folder, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
