using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Switchboard.Storage.PrivateServer;

/// <summary>
/// A PostgreSQL server of our own that outlives this process: made and started when needed, reused when it already runs.
/// Durable (fsync on). Reached over a socket in a folder that only its account and root may enter. Calls from several
/// processes are serialised by a lock file in the server's folder.
/// </summary>
public sealed partial class PrivatePostgres(PrivatePostgresOptions options, TimeProvider time, ILogger<PrivatePostgres> logger)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    private readonly string _folder = Path.GetFullPath(options.Folder);
    private readonly ServerAccount _account = ServerAccount.Choose(options.AccountWhenRoot);

    /// <summary>Also names the socket; without TCP, several servers on a machine differ by their folders.</summary>
    private int Port => options.LoopbackPort ?? 5432;

    private string DataFolder => Path.Combine(_folder, "data");

    private string SocketFolder => Path.GetFullPath(options.SocketFolder ?? Path.Combine(_folder, "run"));

    private string LogFile => Path.Combine(_folder, "server.log");

    private string PasswordFile => Path.Combine(_folder, "password");

    /// <summary>The connection string of a database on the server, over the socket.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketFolder,
        Port = Port,
        Username = PostgresCluster.Superuser,
        Database = database,
    }.ConnectionString;

    /// <summary>Makes the data folder if there is none, and starts the server unless it runs.</summary>
    /// <param name="progress">Gets a sentence for each step that takes a while; for a person who waits.</param>
    /// <param name="cancellationToken">Gives up; what was begun may still finish.</param>
    /// <returns>True when it was started, false when it ran already.</returns>
    /// <exception cref="PrivatePostgresException">It cannot be done; the message says why and what to do.</exception>
    public async Task<bool> StartAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        await _account.EnsureReachableAsync(DataFolder, cancellationToken);
        await _account.EnsureReachableAsync(Path.Combine(SocketFolder, "x"), cancellationToken);
        PostgresCluster.EnsureSocketFits(SocketFolder, Port);
        EnsureNoShellCharacters(_folder);
        await _account.CreateFolderAsync(_folder, cancellationToken);
        await using var turn = await TakeTurnAsync(cancellationToken);

        var binaries = await PostgresBinaries.FindAsync(options.BinariesFolder, PostgresCluster.MajorOf(DataFolder), cancellationToken);
        if (PostgresCluster.MajorOf(DataFolder) is null)
        {
            progress?.Report($"making a PostgreSQL {binaries.Major} data folder in {DataFolder}");
            await PostgresCluster.InitialiseAsync(binaries, _account, DataFolder, PasswordFile, sync: true, cancellationToken);
            LogInitialised(DataFolder, binaries.Major);
        }
        else if (await RunsAsync(binaries, cancellationToken))
        {
            await EnsureSameAddressAsync(cancellationToken);
            LogReused(DataFolder);
            return false;
        }

        progress?.Report($"starting PostgreSQL {binaries.Major}");
        await _account.CreateFolderAsync(SocketFolder, cancellationToken);
        await PostgresCluster.WriteSettingsAsync(DataFolder, Settings(), cancellationToken);
        await LaunchAsync(binaries, cancellationToken);
        LogStarted(DataFolder, SocketFolder);
        return true;
    }

    /// <summary>The topmost folder on the way to the server's folder that its account may not enter, or null when it can be reached.</summary>
    public Task<string?> FindObstacleAsync(CancellationToken cancellationToken) => _account.FindObstacleAsync(DataFolder, cancellationToken);

    /// <summary>Whether the server runs.</summary>
    public async Task<bool> IsRunningAsync(CancellationToken cancellationToken) =>
        PostgresCluster.MajorOf(DataFolder) is { } major
        && await RunsAsync(await PostgresBinaries.FindAsync(options.BinariesFolder, major, cancellationToken), cancellationToken);

    /// <summary>Stops the server: open transactions are rolled back, what was committed is flushed.</summary>
    /// <returns>True when it was stopped, false when it did not run.</returns>
    /// <exception cref="PrivatePostgresException">It does not stop.</exception>
    public async Task<bool> StopAsync(CancellationToken cancellationToken)
    {
        if (PostgresCluster.MajorOf(DataFolder) is not { } major)
        {
            return false;
        }

        await using var turn = await TakeTurnAsync(cancellationToken);
        var binaries = await PostgresBinaries.FindAsync(options.BinariesFolder, major, cancellationToken);
        if (!await RunsAsync(binaries, cancellationToken))
        {
            return false;
        }

        var stopped = await ControlAsync(binaries, ["stop", "--mode=fast", "--wait"], cancellationToken);
        if (stopped.ExitCode != 0)
        {
            throw new PrivatePostgresException($"The PostgreSQL server of '{DataFolder}' does not stop:\n{stopped.Text}\nIts log is {LogFile}.");
        }

        LogStopped(DataFolder);
        return true;
    }

    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["port"] = Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = SocketFolder,
            ["listen_addresses"] = options.LoopbackPort is null ? "" : "127.0.0.1",
            ["fsync"] = "on",
            ["synchronous_commit"] = "on",
            ["full_page_writes"] = "on",
            ["shared_buffers"] = "128MB",
            ["max_connections"] = "200", // a process takes at most 60 for each of its two databases
            ["max_wal_size"] = "2GB",
            ["wal_compression"] = "lz4",
            ["log_line_prefix"] = "%m [%p] %a ",
            ["log_min_error_statement"] = "panic", // statements carry what customers wrote
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        return settings;
    }

    private async Task LaunchAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        var giveUpOnLock = time.GetUtcNow() + options.StaleLockTimeout;
        var seconds = Math.Ceiling(options.StartTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        while (true)
        {
            var logged = LogLength();
            var started = await ControlAsync(binaries, ["start", "--wait", "--silent", $"--timeout={seconds}", "--log", LogFile], cancellationToken);
            if (started.ExitCode == 0)
            {
                return;
            }

            // A server that was killed leaves its lock, and its children hold the shared memory until they notice.
            var said = await LoggedSinceAsync(logged, cancellationToken);
            var locked = said.Contains("lock file", StringComparison.Ordinal) || said.Contains("shared memory block", StringComparison.Ordinal);
            if (!locked || time.GetUtcNow() >= giveUpOnLock)
            {
                throw new PrivatePostgresException(
                    $"PostgreSQL does not start on '{DataFolder}':\n{started.Text}\n{said.Trim()}\nIts log is {LogFile}.");
            }

            LogLockRetried(DataFolder);
            await Task.Delay(_pause, time, cancellationToken);
        }
    }

    private async Task<bool> RunsAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        // Exit code 0: its process is there; 3: is not; 4: no access to the data folder.
        var status = await ControlAsync(binaries, ["status"], cancellationToken);
        return status.ExitCode switch
        {
            0 => await AnswersAsync(cancellationToken),
            3 => false,
            _ => throw new PrivatePostgresException($"pg_ctl cannot tell whether a server runs on '{DataFolder}':\n{status.Text}"),
        };
    }

    /// <summary>
    /// Whether somebody answers on the socket: a killed server may still be in the process table, until its parent has noticed.
    /// Waits for one that is recovering.
    /// </summary>
    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var giveUp = time.GetUtcNow() + options.StartTimeout;
        while (true)
        {
            try
            {
                var (port, socketFolder) = await LockedAddressAsync(cancellationToken);
                var address = new NpgsqlConnectionStringBuilder(ConnectionString("postgres"))
                {
                    Host = socketFolder,
                    Port = int.Parse(port, CultureInfo.InvariantCulture),
                    Pooling = false,
                };
                await using var connection = new NpgsqlConnection(address.ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return true;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.CannotConnectNow && time.GetUtcNow() < giveUp)
            {
                await Task.Delay(_pause, time, cancellationToken);
            }
            catch (NpgsqlException error) when (error is not PostgresException)
            {
                return false;
            }
        }
    }

    /// <summary>What the running server says in its lock file: line 4 is the port, line 5 the socket's folder.</summary>
    private async Task<(string Port, string SocketFolder)> LockedAddressAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(DataFolder, "postmaster.pid");
        var lines = File.Exists(file) ? await File.ReadAllLinesAsync(file, cancellationToken) : [];
        return lines.Length >= 5
            ? (lines[3], lines[4])
            : (Port.ToString(CultureInfo.InvariantCulture), SocketFolder);
    }

    private async Task EnsureSameAddressAsync(CancellationToken cancellationToken)
    {
        var (port, socketFolder) = await LockedAddressAsync(cancellationToken);
        if (port != Port.ToString(CultureInfo.InvariantCulture) || socketFolder != SocketFolder)
        {
            throw new PrivatePostgresException(
                $"PostgreSQL already runs on '{DataFolder}', but with port {port} and socket folder '{socketFolder}' instead of {Port} and "
                + $"'{SocketFolder}'. Stop it first, or configure what it was started with.");
        }
    }

    private Task<HostCommand.Result> ControlAsync(PostgresBinaries binaries, string[] arguments, CancellationToken cancellationToken) =>
        _account.RunAsync(binaries["pg_ctl"], [.. arguments, "--pgdata", DataFolder], cancellationToken);

    private long LogLength() => File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;

    private async Task<string> LoggedSinceAsync(long position, CancellationToken cancellationToken)
    {
        if (!File.Exists(LogFile))
        {
            return "";
        }

        await using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(position, SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private async Task<FileStream> TakeTurnAsync(CancellationToken cancellationToken)
    {
        var giveUp = time.GetUtcNow() + options.StartTimeout;
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(_folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetUtcNow() < giveUp)
            {
                await Task.Delay(_pause, time, cancellationToken);
            }
            catch (IOException error)
            {
                throw new PrivatePostgresException(
                    $"Another process has been starting or stopping the server of '{_folder}' for {options.StartTimeout.TotalSeconds:0} s "
                    + $"(it holds '{_folder}/lock'). Wait for it, or end it.", error);
            }
        }
    }

    /// <summary><c>pg_ctl</c> starts the server through a shell, with the paths in double quotes.</summary>
    private static void EnsureNoShellCharacters(string path)
    {
        if (path.AsSpan().IndexOfAny("\"$`\\\n") >= 0)
        {
            throw new PrivatePostgresException($"The folder '{path}' has a character in its name that PostgreSQL's pg_ctl cannot take; choose another.");
        }
    }

    [LoggerMessage(2000, LogLevel.Information, "Made a PostgreSQL {Major} data folder in {Folder}.")]
    private partial void LogInitialised(string folder, int major);

    [LoggerMessage(2001, LogLevel.Information, "PostgreSQL runs on {Folder}, socket in {SocketFolder}.")]
    private partial void LogStarted(string folder, string socketFolder);

    [LoggerMessage(2002, LogLevel.Information, "PostgreSQL already runs on {Folder}.")]
    private partial void LogReused(string folder);

    [LoggerMessage(2003, LogLevel.Information, "Stopped PostgreSQL on {Folder}.")]
    private partial void LogStopped(string folder);

    [LoggerMessage(2004, LogLevel.Warning, "PostgreSQL did not start on {Folder}: a killed server's lock still stands; trying again.")]
    private partial void LogLockRetried(string folder);
}
