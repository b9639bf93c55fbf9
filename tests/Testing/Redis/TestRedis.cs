using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Switchboard.Testing.Redis;

/// <summary>A Redis server of the distribution's package on a free port, without a file on disk. It can be stopped and started again on its port.</summary>
public sealed class TestRedis : IAsyncDisposable
{
    private Process? _process;

    private TestRedis(int port) => Port = port;

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>For <c>Redis:Connection</c>.</summary>
    public string Connection => $"127.0.0.1:{Port}";

    /// <summary>Starts a server.</summary>
    public static async Task<TestRedis> StartAsync()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var redis = new TestRedis(port);
        await redis.StartAgainAsync();
        return redis;
    }

    /// <summary>Starts the server again, empty, after <see cref="StopAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("redis-server")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--port", Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                "--dir", Path.GetTempPath(),
            },
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server cannot be started.");
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await AnswersAsync(patience.Token))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"redis-server on port {Port} ended with {_process.ExitCode}.");
            }

            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>Kills the server.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Sends a command; gives the first line of the answer.</summary>
    public async Task<string> SendAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync() ?? "";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync("PING").WaitAsync(cancellationToken) == "+PONG";
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }
}
