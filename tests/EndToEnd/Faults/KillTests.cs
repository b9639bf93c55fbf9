using System.Net;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults;

/// <summary>The host is ended with SIGKILL; its database lives on, as after a crash of the process.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task After_a_kill_in_the_middle_of_writes_every_acknowledged_one_is_there_and_none_in_part()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        await using var data = new DataRoot();
        for (var round = 0; round < 3; round++)
        {
            await using var host = await HostProcess.StartAsync(data);
            using var api = host.Connect();
            var project = await api.CreateProjectAsync("KILL" + (char)('A' + round));
            await using var load = WriteLoad.Start(api, project, writers: 24, goOnAfterFault: false);
            await load.MoreAsync(random.Next(300, 900));
            await host.KillAsync();
            await load.StopAsync();
            output.WriteLine($"round {round}: {load.Acknowledged} acknowledged, {load.Cases.Count} cases, {load.Broken.Count} broken connections");

            load.Broken.ShouldNotBeEmpty("the kill must hit running requests");
            load.Refusals.ShouldBeEmpty();
            await data.Server.StartAsync(null, TestContext.Current.CancellationToken);
            await StoredCases.ShouldHoldAsync(data, load.Cases);
            await StoredCases.ShouldBeWholeAsync(data);
        }
    }

    [Fact]
    public async Task A_case_written_before_a_kill_is_read_and_found_after_the_next_start()
    {
        await using var data = new DataRoot();
        string id;
        await using (var first = await HostProcess.StartAsync(data))
        {
            using var api = first.Connect();
            id = await api.OpenCaseAsync(await api.CreateProjectAsync("SURVIVE"), "Survives pomegranate");
            await first.KillAsync();
        }

        await using var second = await HostProcess.StartAsync(data);
        using var again = second.Connect();
        (await again.ReadCaseAsync(id))["title"]!.GetValue<string>().ShouldBe("Survives pomegranate");
        var found = (await again.GetAsync("/api/v2/cases?filter=pomegranate")).Require(HttpStatusCode.OK);
        found["data"]!.AsArray().Single()!["id"]!.GetValue<string>().ShouldBe(id);
        (await second.StopAsync()).ShouldBe(0);
    }
}
