using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Switchboard.Storage.PrivateServer;

namespace Switchboard.Testing.Postgres;

/// <summary>
/// A throw-away PostgreSQL: its data folder is a copy of a freshly made one, it listens on a socket only, and it dies with this
/// process even when that is killed. Most tests share <see cref="SharedAsync"/>; a test that stops or kills the server starts its own.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private const int Port = 5432;
    private static readonly Lazy<Task<TestServer>> _shared = new(() => StartAsync(), LazyThreadSafetyMode.ExecutionAndPublication);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);
    private static int _count;

    private readonly TestServerTemplate _template;
    private readonly string _folder;
    private Process? _process;

    private TestServer(TestServerTemplate template, string folder)
    {
        _template = template;
        _folder = folder;
    }

    /// <summary>The folder of the socket, which is the host in a connection string.</summary>
    public string SocketFolder => Path.Combine(_folder, "run");

    /// <summary>The socket itself.</summary>
    public string SocketPath => Path.Combine(SocketFolder, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{Port}"));

    /// <summary>The process id of the running server.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The test server is stopped.");

    /// <summary>The server that all tests of this process share; started on first use, never stopped by a test.</summary>
    public static Task<TestServer> SharedAsync() => _shared.Value;

    /// <summary>Starts a server of one's own.</summary>
    /// <param name="settings">Settings as in <c>postgresql.conf</c> that differ from the tests' usual ones.</param>
    public static async Task<TestServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var template = await TestServerTemplate.GetAsync();
        var folder = Path.Combine(template.Folder, string.Create(CultureInfo.InvariantCulture, $"s{Interlocked.Increment(ref _count)}"));
        var server = new TestServer(template, folder);
        await template.CopyToAsync(folder, settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>The connection string of a database, over the socket.</summary>
    /// <param name="database">The database.</param>
    /// <param name="host">Another folder with a socket of the same name: a <see cref="PostgresProxy"/>.</param>
    public string ConnectionString(string database, string? host = null) => new NpgsqlConnectionStringBuilder
    {
        Host = host ?? SocketFolder,
        Port = Port,
        Username = PostgresCluster.Superuser,
        Database = database,
        MaxPoolSize = 20,
        Timeout = 5,
    }.ConnectionString;

    /// <summary>Starts the server again after <see cref="StopAsync"/>; returns when it accepts connections.</summary>
    public async Task StartAgainAsync()
    {
        _process = await _template.LaunchAsync(Path.Combine(_folder, "data"));
        await _template.WaitUntilReadyAsync(_process, ConnectionString("postgres"), Path.Combine(_folder, "data"));
    }

    /// <summary>Stops the server: <c>fast</c> closes all connections; <c>immediate</c> is a crash without a word, as after a power cut.</summary>
    public async Task StopAsync(bool immediate = false)
    {
        if (_process is null)
        {
            return;
        }

        await HostCommand.RunAsync(
            "kill", [immediate ? "-QUIT" : "-INT", _process.Id.ToString(CultureInfo.InvariantCulture)], null, CancellationToken.None);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(_patience, TimeProvider.System);
        }
        catch (TimeoutException late)
        {
            // Whoever waits without end says nothing: the log says who keeps the server.
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The test server in '{_folder}' did not stop within {_patience}. The end of its log:\n{await LogAsync()}", late);
        }

        _process.Dispose();
        _process = null;
    }

    /// <summary>Runs one statement on a connection of its own and gives its first value.</summary>
    public async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false;Command Timeout=60");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(immediate: true);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> LogAsync()
    {
        var log = Path.Combine(_folder, "data", "log", "server.log");
        return File.Exists(log) ? string.Join('\n', (await File.ReadAllLinesAsync(log)).TakeLast(50)) : "(it has no log)";
    }
}
