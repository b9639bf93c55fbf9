using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Switchboard.EndToEnd.Intake;

/// <summary>
/// Prometheus and its Alertmanager, from the distribution's packages, as processes of their own on free ports: one rule, which fires while
/// <see cref="Target"/> cannot be reached, and one receiver, the host's door.
/// </summary>
internal sealed class Monitoring : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sbprom");
    private readonly List<Process> _processes = [];
    private HttpListener? _target;

    private Monitoring(int target) => Target = target;

    /// <summary>The port of what is watched.</summary>
    public int Target { get; }

    /// <summary>What the two have printed.</summary>
    public string Output => string.Join('\n', _processes.Select(static one => $"{one.StartInfo.FileName} {(one.HasExited ? one.ExitCode : "runs")}"));

    /// <summary>The programs, or null where they are neither installed nor to be had.</summary>
    public static (string Prometheus, string Alertmanager)? Programs =>
        (Find("SWITCHBOARD_TEST_PROMETHEUS", "prometheus"), Find("SWITCHBOARD_TEST_ALERTMANAGER", "prometheus-alertmanager")) is ({ } prometheus, { } alertmanager)
            ? (prometheus, alertmanager)
            : null;

    /// <summary>Starts both.</summary>
    public static async Task<Monitoring> StartAsync((string Prometheus, string Alertmanager) programs, Uri door, string key)
    {
        var monitoring = new Monitoring(FreePort());
        var alerts = FreePort();
        await monitoring.WriteAsync(
            "alertmanager.yml",
            $$"""
            route: { receiver: switchboard, group_by: [alertname], group_wait: 10ms, group_interval: 300ms, repeat_interval: 500ms }
            receivers:
              - name: switchboard
                webhook_configs:
                  - url: {{new Uri(door, "/integrations/alertmanager")}}
                    http_config: { authorization: { credentials: {{key}} } }
            """);
        await monitoring.WriteAsync(
            "rules.yml",
            """
            groups:
              - name: test
                rules:
                  - alert: InstanceDown
                    expr: up{job="watched"} == 0
                    labels: { severity: critical, team: data }
                    annotations: { summary: "{{ $labels.instance }} is down" }
            """);
        await monitoring.WriteAsync(
            "prometheus.yml",
            $$"""
            global: { scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms }
            rule_files: [rules.yml]
            alerting: { alertmanagers: [ { static_configs: [ { targets: ["127.0.0.1:{{alerts}}"] } ] } ] }
            scrape_configs: [ { job_name: watched, static_configs: [ { targets: ["127.0.0.1:{{monitoring.Target}}"] } ] } ]
            """);
        monitoring.Start(
            programs.Alertmanager, "--config.file=alertmanager.yml", "--storage.path=alerts", $"--web.listen-address=127.0.0.1:{alerts}", "--cluster.listen-address=");
        monitoring.Start(
            programs.Prometheus, "--config.file=prometheus.yml", "--storage.tsdb.path=series", $"--web.listen-address=127.0.0.1:{FreePort()}");
        return monitoring;
    }

    /// <summary>Lets what is watched be reached.</summary>
    public void Mend()
    {
        _target = new HttpListener();
        _target.Prefixes.Add($"http://127.0.0.1:{Target}/");
        _target.Start();
        _ = AnswerAsync(_target);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }

        _target?.Close();
        _folder.Delete(recursive: true);
    }

    private static async Task AnswerAsync(HttpListener target)
    {
        try
        {
            while (true)
            {
                var context = await target.GetContextAsync();
                context.Response.ContentType = "text/plain; version=0.0.4";
                await context.Response.OutputStream.WriteAsync("watched 1\n"u8.ToArray());
                context.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static string? Find(string variable, string program)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
        {
            return named;
        }

        var installed = $"/usr/bin/{program}";
        return File.Exists(installed) ? installed : null;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(Path.Combine(_folder.FullName, file), text);

    private void Start(string program, params string[] arguments)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }
}
