using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Switchboard.EndToEnd.Faults;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Operations;

/// <summary>Starting, starting twice, stopping, as <c>./dev</c> and the host do it.</summary>
public sealed class LifeCycleTests
{
    [Fact]
    public async Task A_clean_stop_leaves_no_process_behind()
    {
        await using var data = new DataRoot();
        await using var host = await HostProcess.StartAsync(data);
        data.Processes().Count.ShouldBeGreaterThanOrEqualTo(2);

        (await host.StopAsync()).ShouldBe(0);

        data.Processes().ShouldBeEmpty();
        File.Exists(Path.Combine(data.Path, "silo.pid")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_host_on_the_same_data_says_who_holds_it()
    {
        await using var data = new DataRoot();
        await using var host = await HostProcess.StartAsync(data);

        var (exitCode, output) = await HostProcess.RunToEndAsync("--Data:Directory", data.Path, "--Http:Port", "0");

        exitCode.ShouldBe(1);
        output.ShouldContain($"process {host.Id}");
        (await host.Connect().GetAsync("/health/ready")).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_what_to_do()
    {
        await using var data = new DataRoot();
        await using var host = await HostProcess.StartAsync(data);
        await using var other = new DataRoot();

        var (exitCode, output) = await HostProcess.RunToEndAsync(
            "--Data:Directory", other.Path, "--Http:Port", host.BaseUrl.Port.ToString(CultureInfo.InvariantCulture));

        exitCode.ShouldBe(1);
        output.ShouldContain("Http:Port");
        other.Processes().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_setting_stops_the_start_and_names_its_key()
    {
        await using var data = new DataRoot();

        var (exitCode, output) = await HostProcess.RunToEndAsync("--Data:Directory", data.Path, "--Http:Address", "everywhere");

        exitCode.ShouldBe(1);
        output.ShouldContain("Http:Address");
        output.ShouldNotContain("   at ");
        data.Processes().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stop_under_load_answers_what_was_taken_and_loses_nothing()
    {
        await using var data = new DataRoot();
        await using var host = await HostProcess.StartAsync(data);
        using var api = host.Connect();
        await using var load = WriteLoad.Start(api, await api.CreateProjectAsync("STOP"), writers: 16, goOnAfterFault: false);
        await load.MoreAsync(200);

        (await host.StopAsync()).ShouldBe(0);
        await load.StopAsync();

        load.Refusals.ShouldAllBe(answer => answer.Status == HttpStatusCode.ServiceUnavailable);
        data.Processes().ShouldBeEmpty();
        await data.Server.StartAsync(null, TestContext.Current.CancellationToken);
        await StoredCases.ShouldHoldAsync(data, load.Cases);
        await StoredCases.ShouldBeWholeAsync(data);
    }

    [Fact]
    public async Task Without_the_gateway_role_only_health_and_metrics_are_served()
    {
        await using var data = new DataRoot();
        await using var host = await HostProcess.StartAsync(data, "--Roles:Enabled", "grains");
        using var api = host.Connect();

        (await api.GetAsync("/health/ready")).Ok.ShouldBeTrue();
        (await api.GetAsync("/metrics")).Ok.ShouldBeTrue();
        (await api.GetAsync("/api/v2/cases/projects")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_script_starts_says_that_it_runs_already_and_stops_what_a_kill_left_behind()
    {
        await using var data = new DataRoot();
        try
        {
            var (started, output) = await DevAsync("up", "--detach", "--data", data.Path, "--http", FreePort());
            started.ShouldBe(0, output);
            output.ShouldContain("Switchboard is ready: http://127.0.0.1:");
            var credentials = Credentials.Read(Path.Combine(data.Path, "dev-credentials.json"));

            var (again, second) = await DevAsync("up", "--detach", "--data", data.Path);
            again.ShouldBe(0, second);
            second.ShouldContain("already runs");
            second.ShouldContain(credentials.BaseUrl.ToString().TrimEnd('/'));

            var silo = int.Parse(File.ReadAllText(Path.Combine(data.Path, "silo.pid")).Split(' ')[0], CultureInfo.InvariantCulture);
            using (var process = Process.GetProcessById(silo))
            {
                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            var (restarted, third) = await DevAsync("up", "--detach", "--data", data.Path, "--http", FreePort());
            restarted.ShouldBe(0, third);
            var kept = Credentials.Read(Path.Combine(data.Path, "dev-credentials.json"));
            (kept with { BaseUrl = credentials.BaseUrl }).ShouldBe(credentials);
        }
        finally
        {
            var (stopped, output) = await DevAsync("down", "--data", data.Path);
            stopped.ShouldBe(0, output);
        }

        data.Processes().ShouldBeEmpty();
    }

    [Fact]
    public async Task Down_ends_the_database_of_a_host_that_was_killed()
    {
        await using var data = new DataRoot();
        await using (var host = await HostProcess.StartAsync(data))
        {
            await host.KillAsync();
        }

        data.Processes().ShouldNotBeEmpty();
        var (stopped, output) = await DevAsync("down", "--data", data.Path);

        stopped.ShouldBe(0, output);
        data.Processes().ShouldBeEmpty();
    }

    [Fact]
    public async Task Reset_deletes_only_what_is_a_data_folder()
    {
        await using var data = new DataRoot();
        File.WriteAllText(Path.Combine(data.Path, "precious"), "");

        var (refused, output) = await DevAsync("reset", "--data", data.Path);

        refused.ShouldNotBe(0);
        output.ShouldContain(data.Path);
        File.Exists(Path.Combine(data.Path, "precious")).ShouldBeTrue();
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<(int ExitCode, string Output)> DevAsync(params string[] arguments)
    {
        // To a file: a detached host would keep a pipe open.
        var file = Path.GetTempFileName();
        try
        {
            using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null", "sh", file, Repository.Dev, .. arguments]))!;
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
            return (process.ExitCode, await File.ReadAllTextAsync(file));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
