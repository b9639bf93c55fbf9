using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Switchboard.Bench.Gateway;

/// <summary>The real host as a child process on a private PostgreSQL in a folder of its own.</summary>
internal sealed class SiloUnderTest : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Credentials _keys;
    private readonly string _data;

    private SiloUnderTest(Process process, string data, IPEndPoint address, IPEndPoint grpc, Credentials keys)
    {
        (_process, _data, Address, Grpc, _keys) = (process, data, address, grpc, keys);
    }

    public IPEndPoint Address { get; }

    /// <summary>Where gRPC is spoken.</summary>
    public IPEndPoint Grpc { get; }

    /// <summary>The process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The development organisation's keys as metadata.</summary>
    public IReadOnlyList<(string Name, string Value)> Keys => [("dd-api-key", _keys.ApiKey), ("dd-application-key", _keys.ApplicationKey)];

    /// <summary>Starts on a folder; a second start on the same folder finds the data of the first.</summary>
    public static async Task<SiloUnderTest> StartAsync(string data, CancellationToken cancellationToken, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "Switchboard.Silo.dll"),
                $"--Data:Directory={data}",
                "--Http:Port=0",
                "--Development:Organisation=true",
                "--Bench:Plaintext=true",
                "--Gateway:RequestsPerSecond=10000000",
            },
            RedirectStandardOutput = true,
        };
        foreach (var argument in more)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            const string Ready = "Switchboard is ready: http://";
            const string GrpcAt = "gRPC http://";
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                _ = DrainAsync(process);
                var address = IPEndPoint.Parse(line[Ready.Length..].Split(' ')[0]);
                var grpc = IPEndPoint.Parse(line[(line.IndexOf(GrpcAt, StringComparison.Ordinal) + GrpcAt.Length)..].Split(' ')[0]);
                var file = await File.ReadAllTextAsync(Path.Combine(data, "dev-credentials.json"), cancellationToken);
                return new SiloUnderTest(process, data, address, grpc, Credentials.Read(file));
            }
        }

        await process.WaitForExitAsync(cancellationToken);
        throw new InvalidOperationException($"The host ended with {process.ExitCode} before it was ready.");
    }

    /// <summary>What the process and its database have used until now.</summary>
    public SiloUse Use() => SiloUse.Of(_process.Id, _data);

    /// <summary>A client with the development organisation's keys, for requests that take long.</summary>
    public HttpClient NewClient()
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://{Address}"),
            Timeout = TimeSpan.FromMinutes(10),
        };
        client.DefaultRequestHeaders.Add("DD-API-KEY", _keys.ApiKey);
        client.DefaultRequestHeaders.Add("DD-APPLICATION-KEY", _keys.ApplicationKey);
        return client;
    }

    /// <summary>A request with the development organisation's keys, as bytes.</summary>
    public byte[] Request(string method, string path, string? body = null)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{method} {path} HTTP/1.1\r\nHost: {Address}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"DD-API-KEY: {_keys.ApiKey}\r\nDD-APPLICATION-KEY: {_keys.ApplicationKey}\r\n");
        if (body is not null)
        {
            text.Append("Content-Type: application/json\r\n");
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("\r\n").Append(body).ToString());
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>A full pipe would stop the host.</summary>
    private static async Task DrainAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is not null)
        {
        }
    }

    private sealed record Credentials(string ApiKey, string ApplicationKey)
    {
        public static Credentials Read(string json)
        {
            using var document = JsonDocument.Parse(json);
            return new Credentials(
                document.RootElement.GetProperty("api_key").GetString()!,
                document.RootElement.GetProperty("application_key").GetString()!);
        }
    }
}
