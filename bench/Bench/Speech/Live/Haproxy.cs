using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Switchboard.Bench.Speech.Live;

/// <summary>Debian's haproxy before an engine, with its defaults: what a relay costs that knows nothing of what it relays.</summary>
internal sealed class Haproxy : IDisposable
{
    private readonly Process _process;
    private readonly string _settings;

    private Haproxy(Process process, string settings, IPEndPoint address) => (_process, _settings, Address) = (process, settings, address);

    public IPEndPoint Address { get; }

    public int ProcessId => _process.Id;

    public static async Task<Haproxy> StartAsync(IPEndPoint engine, CancellationToken cancellationToken)
    {
        var address = new IPEndPoint(IPAddress.Loopback, FreePort());
        var settings = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            settings,
            $"""
            global
              maxconn 8000
            defaults
              mode http
              timeout connect 5s
              timeout client 1m
              timeout server 1m
              timeout tunnel 1h
            frontend clients
              bind {address}
              default_backend engines
            backend engines
              server engine {engine}

            """,
            cancellationToken);
        var process = Process.Start(new ProcessStartInfo("haproxy", ["-db", "-f", settings]))
            ?? throw new InvalidOperationException("haproxy could not be started.");
        for (var tries = 0; ; tries++)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(address, cancellationToken);
                return new Haproxy(process, settings, address);
            }
            catch (SocketException) when (tries < 200)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_settings);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
