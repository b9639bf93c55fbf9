using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Operations;

/// <summary>What an operator sees of a running host. The tests share one, which is a private matter of this class.</summary>
public sealed partial class SurfaceTests(SurfaceTests.RunningHost running) : IClassFixture<SurfaceTests.RunningHost>
{
    [Fact]
    public async Task Health_says_that_the_host_takes_requests()
    {
        using var api = running.Host.Connect();
        (await api.GetAsync("/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        var ready = (await api.GetAsync("/health/ready")).Require(HttpStatusCode.OK);
        ready["status"]!.GetValue<string>().ShouldBe("healthy");
        ready["checks"]!.AsObject().Select(check => check.Key).ShouldBe(["silo", "database"], ignoreOrder: true);
        (await api.GetAsync("/health")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Metrics_show_grains_requests_the_event_store_and_the_process_and_promtool_accepts_them()
    {
        using var api = running.Host.Connect();
        var project = await api.CreateProjectAsync("METRICS");
        var id = await api.OpenCaseAsync(project, "Measured");
        await api.ReadCaseAsync(id);

        var page = await api.GetAsync("/metrics");

        page.Status.ShouldBe(HttpStatusCode.OK);
        var lines = page.Text.TrimEnd('\n').Split('\n');
        lines.ShouldAllBe(line => line.StartsWith("# HELP ", StringComparison.Ordinal)
            || line.StartsWith("# TYPE ", StringComparison.Ordinal) || Sample().IsMatch(line));
        lines.Where(line => line[0] != '#').Select(line => line.Split(' ')[0]).ShouldBeUnique();
        foreach (var start in (string[])["http_server_request_duration_seconds_count", "process_resident_memory_bytes", "switchboard_build_info", "switchboard_"])
        {
            lines.ShouldContain(line => line.StartsWith(start, StringComparison.Ordinal), start);
        }

        if (Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_PROMTOOL") is { Length: > 0 } promtool)
        {
            (await CheckAsync(promtool, page.Text)).ShouldBe((0, ""));
        }
    }

    [Fact]
    public void Only_the_owner_can_read_the_credentials()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(running.Data.Path, "dev-credentials.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void No_secret_is_printed()
    {
        running.Host.Output.ShouldNotContain(running.Host.Credentials.ApiKey);
        running.Host.Output.ShouldNotContain(running.Host.Credentials.ApplicationKey);
        running.Host.Output.ShouldNotContain(running.Host.Credentials.UserPassword);
    }

    [Fact]
    public async Task Keys_are_stored_as_hashes_only()
    {
        var rows = await running.Data.QueryAsync("select k::text from access_key k union all select e::text from domain_events e", row => row.GetString(0));
        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(row => !row.Contains(running.Host.Credentials.ApiKey, StringComparison.Ordinal)
            && !row.Contains(running.Host.Credentials.ApplicationKey, StringComparison.Ordinal)
            && !row.Contains(running.Host.Credentials.UserPassword, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        using var api = running.Host.Connect();
        var description = (await api.GetAsync("/openapi/v1.json")).Require(HttpStatusCode.OK);
        description["paths"]!.AsObject().ShouldContainKey("/api/v2/cases/{case_id}");
    }

    private static async Task<(int ExitCode, string Output)> CheckAsync(string promtool, string page)
    {
        using var process = Process.Start(new ProcessStartInfo(promtool, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(page);
        process.StandardInput.Close();
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }

    [GeneratedRegex("""^[a-z_][a-z0-9_]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\"|\\n)*",?)*\})? (NaN|[+-]Inf|-?[0-9.]+(E[+-]?[0-9]+)?)$""")]
    private static partial Regex Sample();

    /// <summary>One host for the class.</summary>
    public sealed class RunningHost : IAsyncLifetime
    {
        internal DataRoot Data { get; } = new();

        internal HostProcess Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await HostProcess.StartAsync(Data);

        public async ValueTask DisposeAsync()
        {
            await Host.StopAsync();
            await Host.DisposeAsync();
            await Data.DisposeAsync();
        }
    }
}
