using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace Switchboard.Silo.Speech;

/// <summary>
/// Runs the local speech engine as a child, on the loopback address, and starts it again when it ends. Sessions survive that: the pools
/// take them to it again once it is back. The child ends with this process, however this process ends.
/// </summary>
internal sealed partial class LocalEngine(
    IOptions<LocalEngineOptions> options, LocalEngineAddress address, TimeProvider time, ILogger<LocalEngine> log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = options.Value.RestartPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            var code = await RunOnceAsync(stoppingToken);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            pause = time.GetElapsedTime(started) > Steady ? options.Value.RestartPause : pause;
            LogEnded(log, code, pause);
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<int?> RunOnceAsync(CancellationToken stoppingToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true, // its end is the child's sign that this process is gone
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(options.Value.Assembly);
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--Engine:Port={address.Port}"));
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--Engine:MaximumSessions={options.Value.Capacity}"));
        start.ArgumentList.Add("--Engine:EndsWithInput=true");
        try
        {
            using var child = Process.Start(start) ?? throw new InvalidOperationException("no process was started");
            LogStarted(log, child.Id, address.Port);
            child.OutputDataReceived += (_, line) => Say(line.Data);
            child.ErrorDataReceived += (_, line) => Say(line.Data);
            child.BeginOutputReadLine();
            child.BeginErrorReadLine();
            try
            {
                await child.WaitForExitAsync(stoppingToken);
                return child.ExitCode;
            }
            finally
            {
                if (!child.HasExited)
                {
                    child.Kill(entireProcessTree: true);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            Say(error.Message);
            return null;
        }
    }

    private void Say(string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            LogSaid(log, line);
        }
    }

    [LoggerMessage(9230, LogLevel.Information, "The local speech engine was started: process {Process}, port {Port}.")]
    private static partial void LogStarted(ILogger logger, int process, int port);

    [LoggerMessage(9231, LogLevel.Warning, "The local speech engine ended with code {Code}; it is started again in {Pause}.")]
    private static partial void LogEnded(ILogger logger, int? code, TimeSpan pause);

    [LoggerMessage(9232, LogLevel.Debug, "Speech engine: {Line}")]
    private static partial void LogSaid(ILogger logger, string line);
}

/// <summary>Where the local engine is to listen.</summary>
/// <param name="Port">The port on the loopback address.</param>
internal sealed record LocalEngineAddress(int Port);
