using Google.Protobuf.WellKnownTypes;
using Switchboard.Gateway.IntakeApi.Messages;
using Switchboard.Gateway.Tests.Grpc;
using Switchboard.Gateway.Tests.Running;
using Priority = Switchboard.Gateway.CaseApi.Messages.Priority;

namespace Switchboard.Gateway.Tests.Intake;

/// <summary>Alerts over gRPC. A gateway for all tests, an organisation for each.</summary>
public sealed class IntakeRpcTests(RunningGatewayFixture gateway)
{
    private const string Service = "/switchboard.intake.v1.CaseIntake";

    [Fact]
    public async Task An_alert_is_taken_and_its_receipt_tells_what_became_of_it()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        using var client = new RpcClient(sender.Org.Gateway.Http2);
        var alert = new SubmitRequest
        {
            Title = "Disk full",
            DedupKey = "disk",
            Priority = Priority.P2,
            Service = "billing",
            Tags = { "env:prod" },
            StartsAt = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero)),
        };
        var (key, once) = (("authorization", $"Bearer {sender.Key}"), ("idempotency-key", "one"));

        var first = await client.CallAsync($"{Service}/Submit", alert, [key, once]);
        first.Status.ShouldBe(0, first.Message);
        var taken = first.Messages(SubmitResponse.Parser).Single();
        (taken.DedupKey, taken.State).ShouldBe(("disk", "processing"));
        (await client.CallAsync($"{Service}/Submit", alert, [key, once])).Messages(SubmitResponse.Parser).Single().Id.ShouldBe(taken.Id);
        await sender.IndexAsync();

        var receipt = (await client.CallAsync($"{Service}/GetIntakeReceipt", new GetIntakeReceiptRequest { Receipt = taken.Id }, [key])).Messages(IntakeReceipt.Parser).Single();
        (receipt.State, receipt.Result, receipt.IntegrationId).ShouldBe(("done", "opened", sender.Id));
        var opened = await sender.CaseAsync(receipt.CaseId);
        (opened.GetProperty("title").GetString(), opened.GetProperty("priority").GetString()).ShouldBe(("Disk full", "P2"));
        (await sender.KeysAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_stream_of_alerts_is_answered_in_order_and_a_bad_one_leaves_the_others()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        using var client = new RpcClient(sender.Org.Gateway.Http2);
        var alerts = Enumerable.Range(0, 600).Select(i => new SubmitRequest { Title = i == 300 ? "" : $"Alert {i}", DedupKey = $"k{i % 7}" }).ToList();

        var answer = await client.CallAsync($"{Service}/SubmitStream", alerts, [("dd-api-key", sender.Key)]);
        answer.Status.ShouldBe(0, answer.Message);
        var answers = answer.Messages(SubmitStreamResponse.Parser).ToList();

        answers.Select(one => one.Row).ShouldBe(Enumerable.Range(0, 600).Select(i => (long)i));
        answers.Where(one => one.Taken is null).ShouldHaveSingleItem().Code.ShouldBe(3);
        answers.Where(one => one.Taken is not null).Select(one => one.Taken.Id).Distinct().Count().ShouldBe(599);
        await sender.IndexAsync();
        (await sender.KeysAsync()).Values.Sum(one => one.GetProperty("total").GetInt64()).ShouldBe(599);
        (await sender.CasesAsync()).Count.ShouldBe(7);
    }

    [Fact]
    public async Task Troubles_are_listed_and_a_sign_of_life_is_taken()
    {
        var sender = await IntakeSender.CreateAsync(gateway, "api");
        var receipt = await sender.SubmitAsync(new { title = "Disk full", dedup_key = "disk" });
        await sender.IndexAsync();
        using var client = new RpcClient(sender.Org.Gateway.Http2);
        (string, string)[] keys = [("dd-api-key", sender.Org.ApiKey), ("dd-application-key", sender.Org.ApplicationKey)];

        var listed = await client.CallAsync($"{Service}/ListIntakeAlerts", new ListIntakeAlertsRequest { FilterIntegrationId = sender.Id }, keys);
        var alert = listed.Messages(ListIntakeAlertsResponse.Parser).Single().Alerts.ShouldHaveSingleItem();
        (alert.Id, alert.IntegrationId, alert.Open, alert.Count).ShouldBe(("disk", sender.Id, true, 1L));
        var other = await client.CallAsync($"{Service}/ListIntakeAlerts", new ListIntakeAlertsRequest { FilterCaseId = Guid.NewGuid().ToString() }, keys);
        other.Messages(ListIntakeAlertsResponse.Parser).Single().Alerts.ShouldBeEmpty();
        var told = await client.CallAsync($"{Service}/GetIntakeReceipt", new GetIntakeReceiptRequest { Receipt = receipt }, keys);
        var message = told.Messages(IntakeReceipt.Parser).Single().Message;
        message.Body.ShouldContain("Disk full");
        (message.BodyBytes, message.Headers["authorization"]).ShouldBe((message.Body.Length, "[hidden]"));
        (await client.CallAsync($"{Service}/SendHeartbeat", new Empty(), [("authorization", $"Bearer {sender.Key}")])).Status.ShouldBe(0);
        (await client.CallAsync($"{Service}/SendHeartbeat", new Empty(), keys)).Status.ShouldBe(16);
    }

    [Fact]
    public async Task A_stranger_is_not_let_in()
    {
        var org = await gateway.NewOrgAsync();
        using var client = new RpcClient(org.Gateway.Http2);
        (await client.CallAsync($"{Service}/Submit", new SubmitRequest { Title = "a" }, [("dd-api-key", org.ApiKey)])).Status.ShouldBe(16);
        (await client.CallAsync($"{Service}/SubmitStream", [new SubmitRequest { Title = "a" }, new SubmitRequest { Title = "b" }], [])).Status.ShouldBe(16);
    }
}
