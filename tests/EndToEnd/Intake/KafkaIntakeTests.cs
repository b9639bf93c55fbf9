using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.EndToEnd.Instances;
using Switchboard.Testing.Kafka;

namespace Switchboard.EndToEnd.Intake;

/// <summary>Alerts on their way through a topic of a broker of their own: door, topic, indexer, case.</summary>
public sealed class KafkaIntakeTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Alerts_travel_through_Kafka_into_one_case_in_their_order()
    {
        const int Repeats = 40;
        await using var data = new DataRoot();
        await using var broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("domain-events", 4);
        await broker.CreateTopicAsync("case-intake", 4);
        await using var host = await HostProcess.StartAsync(
            data, "--Streams:Transport", "Kafka", "--Streams:Kafka:BootstrapServers", broker.BootstrapServers, "--Streams:Kafka:FetchWait", "00:00:00.005");
        using var api = host.Connect();
        var project = await api.CreateProjectAsync("ALERTS");
        var made = (await api.SendAsync(HttpMethod.Post, "/api/v2/intake/integrations", JsonSerializer.Serialize(new
        {
            data = new { type = "intake_integration", attributes = new { kind = "api", name = "Sender", project_id = project } },
        }))).Require(HttpStatusCode.Created);
        using var sender = new HttpClient { BaseAddress = host.BaseUrl };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made["data"]!["attributes"]!["key"]!.GetValue<string>());

        await Task.WhenAll(Enumerable.Range(0, Repeats).Select(_ => SubmitAsync(sender, "disk", "trigger")));
        var other = await SubmitAsync(sender, "network", "trigger");
        var last = await SubmitAsync(sender, "disk", "resolve");

        (await DoneAsync(api, last, host))["result"]!.GetValue<string>().ShouldBe("resolved");
        var network = await DoneAsync(api, other, host);
        network["result"]!.GetValue<string>().ShouldBe("opened");
        (await api.ReadCaseAsync(network["case_id"]!.GetValue<string>()))["status_group"]!.GetValue<string>().ShouldBe("SG_OPEN");
        var keys = (await api.GetAsync("/api/v2/intake/alerts")).Require(HttpStatusCode.OK)["data"]!.AsArray();
        var disk = keys.Single(static one => one!["id"]!.GetValue<string>() == "disk")!["attributes"]!;
        (disk["count"]!.GetValue<int>(), disk["open"]!.GetValue<bool>()).ShouldBe((Repeats, false));
        (await api.ReadCaseAsync(disk["case_id"]!.GetValue<string>()))["status_group"]!.GetValue<string>().ShouldBe("SG_CLOSED");
        (await api.GetAsync("/api/v2/cases")).Require(HttpStatusCode.OK)["data"]!.AsArray().Count.ShouldBe(2);
        var published = (await api.GetAsync("/metrics")).Text.Split('\n')
            .Single(static line => line.StartsWith("switchboard_kafka_published", StringComparison.Ordinal) && line.Contains("case-intake", StringComparison.Ordinal));
        published.ShouldEndWith($" {Repeats + 2}", customMessage: "the alerts took another way than the topic that is theirs");
        (await host.StopAsync()).ShouldBe(0);
    }

    private static async Task<string> SubmitAsync(HttpClient sender, string dedupKey, string status)
    {
        using var body = new StringContent(
            JsonSerializer.Serialize(new { data = new { type = "alert", attributes = new { title = dedupKey, dedup_key = dedupKey, status } } }), Encoding.UTF8, "application/json");
        using var response = await sender.PostAsync("/api/v2/intake", body, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, text);
        return JsonNode.Parse(text)!["data"]!["id"]!.GetValue<string>();
    }

    private static async Task<JsonNode> DoneAsync(ApiClient api, string receipt, HostProcess host)
    {
        using var limit = new CancellationTokenSource(_patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (true)
        {
            var told = (await api.GetAsync($"/api/v2/intake/{receipt}")).Require(HttpStatusCode.OK)["data"]!["attributes"]!;
            if (told["state"]!.GetValue<string>() == "done")
            {
                return told;
            }

            limit.IsCancellationRequested.ShouldBeFalse($"receipt {receipt} is still {told}\n{host.Output}");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
