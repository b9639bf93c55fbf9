using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Gateway.Tests.Speech.Listen;
using Switchboard.Orgs;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Calls;

public sealed class CallTests : IClassFixture<CallWorld>
{
    private const string Close = """{"type":"CloseStream"}""";

    private readonly CallWorld _world;

    public CallTests(CallWorld world)
    {
        _world = world;
        world.Script(static _ => new EngineScript());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_said_in_an_announced_call_is_in_the_timeline_while_it_goes_on_and_its_record_at_its_end()
    {
        var caseId = await _world.NewCaseAsync();
        var announced = await AnnounceAsync(caseId, new { title = "Invoice", speakers = new[] { new { number = 0, name = "Customer" } } });
        announced.Attributes().Text("state").ShouldBe("announced");
        announced.Attributes().Text("listen_path").ShouldBe($"/v1/listen?call_id={announced.Id()}");

        using var client = await _world.ListenAsync($"call_id={announced.Id()}", await _world.Org.Gateway.NewApiKeyAsync(_world.Org.Id, SpeechScopes.UsageWrite));
        client.Header("dg-call-id").ShouldBe(announced.Id());
        await client.SpeakAsync(0, 20);
        await _world.UntilAsync(async () => (await _world.WordsAsync(caseId)).Length == 20);

        var live = (await _world.Org.GetAsync($"/api/v2/cases/{caseId}/calls/{announced.Id()}?after=1")).Data().Attributes();
        live.Text("state").ShouldBe("live");
        live.Text("session_id").ShouldBe(client.SessionId.ToString());
        live.GetProperty("lines").EnumerateArray().Select(static line => (line.GetProperty("number").GetInt32(), line.Text("speaker"), line.GetProperty("start").GetDouble()))
            .ShouldBe([(2, "Customer", 1.0)]);
        await client.SpeakAsync(20, 5);
        await client.SayAsync(Close);
        await client.ReadToEndAsync();

        var ended = (await _world.EndedAsync(caseId, Guid.Parse(announced.Id()))).Attributes();
        (await _world.WordsAsync(caseId)).ShouldBe(CallWorld.Expected(0, 25));
        var record = ended.GetProperty("record");
        record.Text("engine").ShouldStartWith("default/e");
        (record.GetProperty("duration").GetDouble(), record.GetProperty("code").GetInt32()).ShouldBe((2.5, 1000));
        var transcript = await TranscriptAsync(caseId, announced.Id());
        transcript.ShouldStartWith("[00:00:00.0] Customer: w0 w1 ");
        transcript.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(ended.GetProperty("line_count").GetInt32());
        record.GetProperty("transcript").GetProperty("bytes").GetInt32().ShouldBe(transcript.Length);
        (await _world.CellsAsync(caseId, "CALL_STARTED")).Single().Text("title").ShouldBe("Invoice");
        (await _world.CellsAsync(caseId, "CALL_ENDED")).Single().Text("call_id").ShouldBe(announced.Id());
        (await _world.Org.GetAsync($"/api/v2/cases/{caseId}/calls")).Data().EnumerateArray().Select(static call => call.Id()).ShouldBe([announced.Id()]);
        (await _world.Org.GetAsync("/api/v2/cases?filter=w17")).Data().EnumerateArray().Select(static found => found.Id()).ShouldContain(caseId);
        (await _world.Org.GetAsync("/api/v2/cases?filter=w999")).Data().GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Only_keys_that_may_write_cases_bind_to_one_by_its_id_and_nobody_to_what_is_not_theirs()
    {
        var caseId = await _world.NewCaseAsync();
        var other = await _world.Org.Gateway.NewOrgAsync();
        var theirs = (await other.NewCaseAsync(await other.NewProjectAsync())).Id();
        var announced = await AnnounceAsync(caseId, new { });
        var transcriber = await _world.Org.Gateway.NewApiKeyAsync(_world.Org.Id, SpeechScopes.UsageWrite);

        (await _world.RefusedAsync($"case_id={caseId}", transcriber)).Status.ShouldBe(403);
        (await _world.RefusedAsync($"case_id={theirs}", transcriber)).Status.ShouldBe(403);
        foreach (var query in new[] { $"case_id={theirs}", $"case_id={Guid.NewGuid()}", "case_id=NOPE-1", $"call_id={Guid.NewGuid()}" })
        {
            (await _world.RefusedAsync(query)).Status.ShouldBe(404, query);
        }

        (await _world.RefusedAsync($"call_id={announced.Id()}", other.ApiKey)).ShouldBe((404, "call_id: call not found"));
        (await _world.RefusedAsync("call_id=1")).Status.ShouldBe(400);
        (await _world.RefusedAsync($"call_id={announced.Id()}&case_id={await _world.NewCaseAsync()}")).Status.ShouldBe(400);
        await other.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{caseId}/calls", null, 404);
        await other.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/{theirs}/calls/{announced.Id()}", null, 404);

        using var client = await _world.ListenAsync($"call_id={announced.Id()}&case_id={caseId}");
        (await _world.RefusedAsync($"call_id={announced.Id()}")).Status.ShouldBe(409);
        var key = (await _world.Org.GetAsync($"/api/v2/cases/{caseId}")).Data().Attributes().Text("key");
        using var byKey = await _world.ListenAsync($"case_id={key}");
        (await _world.Org.GetAsync($"/api/v2/cases/{key}/calls")).Data().EnumerateArray().Select(static call => call.Id())
            .ShouldBe([byKey.Header("dg-call-id"), announced.Id()]);
    }

    [Fact]
    public async Task A_stream_that_goes_on_in_another_process_leaves_every_word_in_the_case_once()
    {
        var caseId = await _world.NewCaseAsync();
        using var first = await _world.ListenAsync($"resume=true&case_id={caseId}");
        await first.SpeakAsync(0, 35);
        await first.UntilAsync(static message => message.GetProperty("start").GetDouble() >= 2);
        first.Break();

        // The case has more than the client says to have got: the second and third window are heard again, and cut elsewhere.
        _world.Script(static _ => new EngineScript { FinalEvery = 7 });
        using var second = await _world.ListenAsync(
            $"resume=true&session_id={first.SessionId}&offset={10 * TestAudio.BlockBytes}", gateway: await _world.NewGatewayAsync());
        await second.SpeakAsync(10, 40);
        await second.SayAsync(Close);
        await second.ReadToEndAsync();

        var callId = Guid.Parse(second.Header("dg-call-id"));
        first.Header("dg-call-id").ShouldBe(callId.ToString());
        await _world.EndedAsync(caseId, callId);
        (await _world.WordsAsync(caseId)).ShouldBe(CallWorld.Expected(0, 50));
    }

    [Fact]
    public async Task A_dead_engine_neither_loses_nor_doubles_a_word_in_the_case()
    {
        _world.Script(static connection => connection == 0 ? new EngineScript { KillAt = 17 } : new EngineScript());
        var caseId = await _world.NewCaseAsync();
        using var client = await _world.ListenAsync($"case_id={caseId}");
        await client.SpeakAsync(0, 45);
        await client.SayAsync(Close);
        await client.ReadToEndAsync();

        await _world.EndedAsync(caseId, Guid.Parse(client.Header("dg-call-id")));
        (await _world.WordsAsync(caseId)).ShouldBe(CallWorld.Expected(0, 45));
    }

    [Fact]
    public async Task A_call_follows_its_case_into_the_one_that_it_is_merged_into()
    {
        var (duplicate, survivor) = (await _world.NewCaseAsync(), await _world.NewCaseAsync());
        using var client = await _world.ListenAsync($"case_id={duplicate}");
        var callId = Guid.Parse(client.Header("dg-call-id"));
        await client.SpeakAsync(0, 10);
        await _world.UntilAsync(async () => (await _world.WordsAsync(duplicate)).Length == 10);

        await _world.Org.PostAsync($"/api/v2/cases/{duplicate}/merge", Documents.Case(new { into_id = survivor }));
        await client.SpeakAsync(10, 10);
        await client.SayAsync(Close);
        await client.ReadToEndAsync();

        var call = (await _world.EndedAsync(survivor, callId)).Attributes();
        call.Text("case_id").ShouldBe(survivor);
        call.GetProperty("lines").EnumerateArray().SelectMany(static line => line.Text("text")!.Split(' ')).ShouldBe(CallWorld.Expected(0, 20));
        (await _world.WordsAsync(survivor)).ShouldBe(CallWorld.Expected(0, 20));
        (await _world.CellsAsync(survivor, "CALL_TAKEN")).Single().Text("call_id").ShouldBe(callId.ToString());
        using var late = await _world.ListenAsync($"case_id={duplicate}");
        (await _world.Org.GetAsync($"/api/v2/cases/{survivor}/calls")).Data().GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_file_is_a_call_that_is_over_when_its_answer_comes()
    {
        var caseId = await _world.NewCaseAsync();
        var theirs = await _world.Org.Gateway.NewOrgAsync();

        using var refused = await PostAsync($"case_id={caseId}", theirs.ApiKey);
        refused.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var response = await PostAsync($"case_id={caseId}", _world.Org.ApiKey);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.TextAsync());

        var call = (await _world.Org.GetAsync($"/api/v2/cases/{caseId}/calls/{response.Header("dg-call-id")}")).Data().Attributes();
        (call.Text("state"), call.Text("source")).ShouldBe(("ended", "file"));
        (call.GetProperty("record").GetProperty("code").GetInt32(), call.GetProperty("record").GetProperty("duration").GetDouble()).ShouldBe((200, 3.0));
        (await _world.WordsAsync(caseId)).ShouldBe(CallWorld.Expected(0, 30));
    }

    private async Task<JsonElement> AnnounceAsync(string caseId, object attributes) =>
        (await _world.Org.PostAsync($"/api/v2/cases/{caseId}/calls", new { data = new { type = "call", attributes } }, HttpStatusCode.Created)).Data();

    private async Task<string> TranscriptAsync(string caseId, string callId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v2/cases/{caseId}/calls/{callId}/transcript");
        request.Headers.Add("DD-API-KEY", _world.Org.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", _world.Org.ApplicationKey);
        using var response = await _world.Org.Gateway.Client.SendAsync(request, Token);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        return await response.Content.ReadAsStringAsync(Token);
    }

    private async Task<HttpResponseMessage> PostAsync(string query, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/listen?{LiveClient.Raw}&{query}")
        {
            Content = new ByteArrayContent(TestAudio.Blocks(0, 30)),
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {key}");
        return await _world.Org.Gateway.Client.SendAsync(request, Token);
    }
}
