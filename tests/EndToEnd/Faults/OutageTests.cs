using System.Net;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults;

/// <summary>The database goes away under load and comes back.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task While_postgres_is_down_callers_are_told_to_come_back_and_nothing_acknowledged_is_lost()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var data = new DataRoot();
        await using var host = await HostProcess.StartAsync(data);
        using var api = host.Connect();
        var project = await api.CreateProjectAsync("OUTAGE");
        var cold = await api.OpenCaseAsync(project, "Read in the outage");
        await using var load = WriteLoad.Start(api, project, writers: 16, goOnAfterFault: true);
        await load.MoreAsync(300);

        await data.Server.StopAsync(cancellationToken);
        var outage = Task.Delay(Outage, TimeProvider.System, cancellationToken);
        var ready = await api.GetAsync("/health/ready");
        var live = await api.GetAsync("/health/live");
        var refused = await api.CreateCaseAsync(project, "In the outage");
        await outage;
        var before = load.Acknowledged;
        await data.Server.StartAsync(null, cancellationToken);
        await load.MoreAsync(300);
        await load.StopAsync();
        output.WriteLine($"{load.Acknowledged} acknowledged, {load.Acknowledged - before} of them afterwards; {load.Refusals.Count} refused, {load.Broken.Count} broken");

        ready.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ready.Text.ShouldContain("database");
        live.Status.ShouldBe(HttpStatusCode.OK);
        refused.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        load.Broken.ShouldBeEmpty("a refusal is an answer, not a broken connection");
        load.Refusals.ShouldNotBeEmpty();
        foreach (var refusal in load.Refusals.Append(refused))
        {
            refusal.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, refusal.Text);
            refusal.RetryAfter.ShouldNotBeNull();
        }

        (await api.GetAsync("/health/ready")).Status.ShouldBe(HttpStatusCode.OK);
        (await api.ReadCaseAsync(cold))["title"]!.GetValue<string>().ShouldBe("Read in the outage");
        await StoredCases.ShouldHoldAsync(data, load.Cases);
        await StoredCases.ShouldBeWholeAsync(data);
        (await host.StopAsync()).ShouldBe(0);
    }
}
