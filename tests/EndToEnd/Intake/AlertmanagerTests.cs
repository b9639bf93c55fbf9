using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Intake;

/// <summary>A real Prometheus and a real Alertmanager beside the host, each a process of its own.</summary>
public sealed class AlertmanagerTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_real_alert_opens_one_case_its_repeats_update_it_and_its_end_closes_it()
    {
        var programs = Monitoring.Programs;
        Assert.SkipWhen(
            programs is null, "prometheus and prometheus-alertmanager are neither installed nor to be had from apt; ./dev test names them in SWITCHBOARD_TEST_PROMETHEUS and _ALERTMANAGER");
        await using var data = new DataRoot();
        await using var host = await HostProcess.StartAsync(data);
        using var api = host.Connect();
        var project = await api.CreateProjectAsync("ALERTS");
        var made = (await api.SendAsync(HttpMethod.Post, "/api/v2/intake/integrations", JsonSerializer.Serialize(new
        {
            data = new { type = "intake_integration", attributes = new { kind = "alertmanager", name = "Prometheus", project_id = project } },
        }))).Require(HttpStatusCode.Created);
        var key = made["data"]!["attributes"]!["key"]!.GetValue<string>();
        await using var monitoring = await Monitoring.StartAsync(programs!.Value, host.BaseUrl, key);

        // Two repeats at least, all in one case.
        await UntilAsync(async () => (await AlertsAsync(api)).Any(static alert => alert["attributes"]!["count"]!.GetValue<long>() >= 3), Story);
        var opened = (await CasesAsync(api)).ShouldHaveSingleItem();
        opened["attributes"]!["title"]!.GetValue<string>().ShouldBe($"127.0.0.1:{monitoring.Target} is down");
        opened["attributes"]!["priority"]!.GetValue<string>().ShouldBe("P1");
        opened["attributes"]!["status_group"]!.GetValue<string>().ShouldBe("SG_OPEN");
        opened["attributes"]!["attributes"]!["team"]![0]!.GetValue<string>().ShouldBe("data");

        monitoring.Mend();

        await UntilAsync(async () => (await CasesAsync(api)).Single()["attributes"]!["status_group"]!.GetValue<string>() == "SG_CLOSED", Story);
        (await AlertsAsync(api)).ShouldHaveSingleItem()["attributes"]!["open"]!.GetValue<bool>().ShouldBeFalse();
        (await api.GetAsync("/metrics")).Text.ShouldContain("switchboard_intake_received");

        string Story() => $"{monitoring.Output}\n{host.Output}";
    }

    private static async Task<List<JsonNode>> CasesAsync(ApiClient api) => Items((await api.GetAsync("/api/v2/cases")).Require(HttpStatusCode.OK));

    private static async Task<List<JsonNode>> AlertsAsync(ApiClient api) => Items((await api.GetAsync("/api/v2/intake/alerts")).Require(HttpStatusCode.OK));

    private static List<JsonNode> Items(JsonNode document) => [.. document["data"]!.AsArray().Select(static one => one!)];

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<string> story)
    {
        using var limit = new CancellationTokenSource(_patience);
        while (!await holds())
        {
            limit.IsCancellationRequested.ShouldBeFalse(story());
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
