using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Switchboard.Testing.Kafka;

/// <summary>
/// A Kafka cluster of three brokers in a process of its own, in memory, which ends with this process even when that is killed.
/// <see cref="SharedAsync"/> serves tests that make topics of their own; a test that takes brokers down starts its own.
/// </summary>
/// <remarks>It keeps 5 MiB a partition and never grows a topic; it knows no admin requests and no transactions.</remarks>
public sealed class TestBroker : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<TestBroker>> _shared = new(() => StartAsync(), LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly SemaphoreSlim _one = new(1, 1);

    private TestBroker(Process process) => _process = process;

    /// <summary><c>host:port</c> of every broker, separated by commas.</summary>
    public string BootstrapServers { get; private set; } = "";

    /// <summary>The process, for signals.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The cluster that all tests of this process share.</summary>
    public static Task<TestBroker> SharedAsync() => _shared.Value;

    /// <summary>Starts a cluster and waits until it listens.</summary>
    public static async Task<TestBroker> StartAsync(int brokers = 3)
    {
        var start = new ProcessStartInfo("dotnet", [Program, "--brokers", brokers.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var broker = new TestBroker(new Process { StartInfo = start });
        broker._process.ErrorDataReceived += (_, line) => broker._errors.AppendLine(line.Data);
        broker._process.Start();
        broker._process.BeginErrorReadLine();
        var ready = await broker.ReadAsync();
        broker.BootstrapServers = ready.StartsWith("ready ", StringComparison.Ordinal)
            ? ready["ready ".Length..]
            : throw new InvalidOperationException($"The broker process said '{ready}' instead of being ready. {broker._errors}");
        return broker;
    }

    /// <summary>Creates a topic with a number of partitions, which it keeps.</summary>
    public Task CreateTopicAsync(string topic, int partitions) => AskAsync(string.Create(CultureInfo.InvariantCulture, $"topic {topic} {partitions}"));

    /// <summary>All brokers close their connections and refuse new ones.</summary>
    public Task DownAsync() => AskAsync("down");

    /// <summary>All brokers are back on the same ports with the records that they had.</summary>
    public Task UpAsync() => AskAsync("up");

    /// <summary>Lets the next requests of a kind fail.</summary>
    /// <param name="api">Kafka's number of the request: 0 is Produce, 1 is Fetch.</param>
    /// <param name="code">Kafka's error code, such as 7 (time-out) or 29 (not allowed).</param>
    /// <param name="count">How many.</param>
    public Task FailAsync(int api, int code, int count) => AskAsync(string.Create(CultureInfo.InvariantCulture, $"fail {api} {code} {count}"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var ended = _process.HasExited;
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(_patience);
            if (ended)
            {
                throw new InvalidOperationException($"The broker process had ended with {_process.ExitCode} before it was told to. {_errors}");
            }
        }
        finally
        {
            _process.Dispose();
            _one.Dispose();
        }
    }

    private static string Program
    {
        get
        {
            for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "Orleans.sln")))
                {
                    return Path.Combine(folder, "tests", "KafkaBroker", "bin", "Release", "net10.0", "Switchboard.KafkaBroker.dll");
                }
            }

            throw new InvalidOperationException("The tests do not run inside the repository.");
        }
    }

    private async Task AskAsync(string request)
    {
        await _one.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(request);
            await _process.StandardInput.FlushAsync();
            var answer = await ReadAsync();
            if (answer != "ok")
            {
                throw new InvalidOperationException($"The broker process answered '{request}' with '{answer}'.");
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(_patience)
        ?? throw new InvalidOperationException($"The broker process has ended. {_errors}");
}
