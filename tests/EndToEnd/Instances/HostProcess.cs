using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Switchboard.EndToEnd.Instances;

/// <summary>One run of the host as a process of its own, on a free port.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(Process process) => _process = process;

    /// <summary>What it has printed so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Where it listens.</summary>
    public Uri BaseUrl { get; private set; } = new("http://127.0.0.1");

    /// <summary>What the host wrote for developers.</summary>
    public Credentials Credentials { get; private set; } = null!;

    /// <summary>Starts the host and waits for its ready line.</summary>
    public static async Task<HostProcess> StartAsync(DataRoot data, params string[] settings)
    {
        var host = Launch(["--Data:Directory", data.Path, "--Http:Port", "0", "--Development:Organisation", "true", .. settings]);
        var ended = host._process.WaitForExitAsync();
        var first = await Task.WhenAny(host._ready.Task, ended).WaitAsync(Patience);
        if (first == ended)
        {
            throw new InvalidOperationException($"The host ended with {host._process.ExitCode} instead of getting ready:\n{host.Output}");
        }

        host.BaseUrl = await host._ready.Task;
        host.Credentials = Credentials.Read(Path.Combine(data.Path, "dev-credentials.json"));
        return host;
    }

    /// <summary>Runs the host to its end, for starts that must fail.</summary>
    public static async Task<(int ExitCode, string Output)> RunToEndAsync(params string[] arguments)
    {
        await using var host = Launch(arguments);
        await host._process.WaitForExitAsync().WaitAsync(Patience);
        return (host._process.ExitCode, host.Output);
    }

    /// <summary>Ends it at whatever instruction it is at.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Stops it where it stands, as a machine that is swapped out does; its connections stay open.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>Lets it go on.</summary>
    public Task WakeAsync() => SignalAsync("-CONT");

    /// <summary>Asks it to stop and waits; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("-TERM");
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>A client with the development organisation's keys.</summary>
    public ApiClient Connect() => new(BaseUrl, Credentials);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static HostProcess Launch(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Host, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // What a process learns about its hot paths by counting pays later than these live.
        start.Environment["DOTNET_TieredPGO"] = "0";
        var host = new HostProcess(new Process { StartInfo = start });
        host._process.OutputDataReceived += (_, line) => host.Read(line.Data);
        host._process.ErrorDataReceived += (_, line) => host.Read(line.Data);
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    private void Read(string? line)
    {
        const string mark = "Switchboard is ready: ";
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (line.StartsWith(mark, StringComparison.Ordinal))
        {
            _ready.TrySetResult(new Uri(line[mark.Length..].Split(' ')[0]));
        }
    }
}
