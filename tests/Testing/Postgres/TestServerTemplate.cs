using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Switchboard.Storage.PrivateServer;

namespace Switchboard.Testing.Postgres;

/// <summary>What the servers of this process have in common: the programs, the account, and a data folder to copy (faster than initdb).</summary>
internal sealed class TestServerTemplate
{
    private const string FolderPrefix = "switchboard-test-";

    private static readonly (string Name, string Value)[] _settings =
    [
        // Tests kill processes, not machines: what the system has in its cache survives, so waiting for the disk proves nothing.
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("listen_addresses", ""),
        ("max_connections", "300"),
        ("shared_buffers", "64MB"),
        ("log_min_messages", "warning"),
        ("log_destination", "stderr"),
        ("logging_collector", "on"),
        ("log_directory", "log"),
        ("log_filename", "server.log"),
        ("autovacuum_naptime", "1h"),
    ];

    private static readonly Lazy<Task<TestServerTemplate>> _instance = new(CreateAsync, LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly PostgresBinaries _binaries;
    private readonly ServerAccount _account;

    private TestServerTemplate(PostgresBinaries binaries, ServerAccount account, string folder)
    {
        (_binaries, _account, Folder) = (binaries, account, folder);
    }

    /// <summary>The folder of this process's servers; deleted with the process, or by the next one if it is killed.</summary>
    public string Folder { get; }

    private string Template => Path.Combine(Folder, "template");

    public static Task<TestServerTemplate> GetAsync() => _instance.Value;

    /// <summary>Copies the data folder for a new server.</summary>
    public async Task CopyToAsync(string folder, IEnumerable<(string Name, string Value)> settings)
    {
        var data = Path.Combine(folder, "data");
        var socketFolder = Path.Combine(folder, "run");
        await _account.CreateFolderAsync(folder, CancellationToken.None);
        await _account.CreateFolderAsync(socketFolder, CancellationToken.None);
        PostgresCluster.EnsureSocketFits(socketFolder, 5432);
        await RunAsync("cp", ["-a", Template, data]);
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["unix_socket_directories"] = socketFolder };
        foreach (var (name, value) in _settings.Concat(settings))
        {
            all[name] = value;
        }

        await PostgresCluster.WriteSettingsAsync(data, all, CancellationToken.None);
    }

    /// <summary>Starts the server's process so that the system ends it when ours is gone, however that happens.</summary>
    public Task<Process> LaunchAsync(string dataFolder)
    {
        string[] server = [_binaries["postgres"], "-D", dataFolder];
        ProcessStartInfo start;
        if (OperatingSystem.IsLinux())
        {
            string[] identity = _account.Name is { } name ? ["--reuid", name, "--regid", name, "--init-groups", "--no-new-privs"] : [];
            start = HostCommand.Describe("setsid", ["setpriv", .. identity, "--pdeathsig", "INT", .. server], null);
        }
        else
        {
            start = HostCommand.Describe(server[0], server[1..], _account.Name);
        }

        // The system sends the death signal when the *thread* that made the child ends, and pool threads end when idle.
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var keeper = new Thread(() =>
        {
            try
            {
                var process = Process.Start(start)!;
                process.OutputDataReceived += static (_, _) => { };
                process.ErrorDataReceived += static (_, _) => { };
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(process);
                started.SetResult(process);
                process.WaitForExit();
            }
            catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                started.TrySetException(error);
            }
        })
        {
            IsBackground = true,
            Name = "postgres keeper",
        };
        keeper.Start();
        return started.Task;
    }

    /// <summary>Returns when the server accepts connections.</summary>
    public async Task WaitUntilReadyAsync(Process process, string connectionString, string dataFolder)
    {
        var giveUp = TimeProvider.System.GetTimestamp() + (60 * TimeProvider.System.TimestampFrequency);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException error)
            {
                if (process.HasExited || TimeProvider.System.GetTimestamp() > giveUp)
                {
                    var log = Path.Combine(dataFolder, "log", "server.log");
                    var text = File.Exists(log) ? await File.ReadAllTextAsync(log) : "(it has no log)";
                    throw new InvalidOperationException($"The test server in '{dataFolder}' did not start. Its log:\n{text}", error);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private static async Task<TestServerTemplate> CreateAsync()
    {
        DeleteLeftovers();
        var folder = Path.Combine(
            Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"{FolderPrefix}{Environment.ProcessId}"));
        var binaries = await PostgresBinaries.FindAsync(
            Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_POSTGRES_BINARIES"), null, CancellationToken.None);
        var template = new TestServerTemplate(binaries, ServerAccount.Choose("postgres"), folder);
        await template._account.EnsureReachableAsync(template.Template, CancellationToken.None);
        await template._account.CreateFolderAsync(folder, CancellationToken.None);
        await PostgresCluster.InitialiseAsync(
            binaries, template._account, template.Template, Path.Combine(folder, "password"), sync: false, CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(folder);
        return template;
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        var result = await HostCommand.RunAsync(program, arguments, null, CancellationToken.None);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {result.Text}");
        }
    }

    /// <summary>Folders of test processes that were killed.</summary>
    private static void DeleteLeftovers()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), FolderPrefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(folder).AsSpan(FolderPrefix.Length), CultureInfo.InvariantCulture, out var owner) && !IsAlive(owner))
            {
                Delete(folder);
            }
        }
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // Ended already.
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another account's, or its server is just ending: the next test process tries again.
        }
    }
}
