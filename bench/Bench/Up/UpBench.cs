using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Switchboard.Bench.Up;

/// <summary>
/// How long a developer waits for the second <c>./dev up</c> (everything built, data present), and what the process weighs when nobody
/// uses it.
/// </summary>
internal static class UpBench
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    /// <summary>Starts on fresh data, stops, starts again.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("switchboard-bench").FullName;
        await RunAsync("chmod", ["755", data], cancellationToken);
        try
        {
            var first = await UpAsync(data, cancellationToken);
            await DevAsync(["down", "--data", data], cancellationToken);
            var second = await UpAsync(data, cancellationToken);
            await Task.Delay(Idle, TimeProvider.System, cancellationToken);
            return
            [
                new Figure("first up on empty data", first.TotalSeconds, "s", null, null),
                new Figure("second up to the ready line", second.TotalSeconds, "s", null, 6),
                new Figure($"idle resident memory after {Idle.TotalSeconds:0} s", ResidentMegabytes(data), "MB", null, 300),
            ];
        }
        finally
        {
            await DevAsync(["reset", "--data", data], CancellationToken.None);
        }
    }

    private static async Task<TimeSpan> UpAsync(string data, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        await DevAsync(["up", "--detach", "--data", data, "--http", FreePort()], cancellationToken);
        return TimeProvider.System.GetElapsedTime(started);
    }

    private static double ResidentMegabytes(string data)
    {
        var pid = File.ReadAllText(Path.Combine(data, "silo.pid")).Split(' ')[0];
        var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1000;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private static Task DevAsync(string[] arguments, CancellationToken cancellationToken) =>
        RunAsync(Path.Combine(Environment.CurrentDirectory, "dev"), arguments, cancellationToken);

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
