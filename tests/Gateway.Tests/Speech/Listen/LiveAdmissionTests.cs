using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

public sealed class LiveAdmissionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Token")]
    [InlineData("token")]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    public async Task A_key_comes_under_any_scheme_in_any_case(string scheme)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var client = await LiveClient.ConnectAsync(server, authorization: $"{scheme} {SpeechWorld.Key}");

        client.SessionId.ShouldNotBe(Guid.Empty);
    }

    [Fact]
    public async Task A_key_in_the_sub_protocol_is_taken_and_its_scheme_echoed()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = new LiveClient();

        await client.OpenAsync(server, authorization: null, subProtocols: ["token", SpeechWorld.Key, "x-deepgram-session-id", Guid.NewGuid().ToString()]);

        client.SubProtocol.ShouldBe("token");
    }

    [Theory]
    [InlineData("Token wrong", LiveClient.Raw, 401, "INVALID_AUTH")]
    [InlineData(null, LiveClient.Raw, 401, "INVALID_AUTH")]
    [InlineData("Token org_test", "sample_rate=fast", 400, "INVALID_QUERY_PARAMETER")]
    [InlineData("Token org_test", "callback=ftp%3A%2F%2Fexample.com", 400, "INVALID_QUERY_PARAMETER")]
    [InlineData("Token org_test", LiveClient.Raw + "&case_id=NOC-1", 404, "CASE_NOT_FOUND")]
    [InlineData("Token org_test", "resume=true", 400, "INVALID_QUERY_PARAMETER")]
    public async Task A_refusal_comes_before_the_upgrade_with_one_id_in_header_and_body(string? authorization, string query, int status, string code)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var response = await UpgradeAsync(server, query, authorization);

        await ShouldRefuseAsync(response, status, code);
        engine.Connections.ShouldBe(0);
        server.World.Held.ShouldBe(0);
    }

    [Fact]
    public async Task A_plain_GET_is_told_to_upgrade()
    {
        await using var server = await SpeechServer.StartAsync([new Uri("http://127.0.0.1:9")]);
        using var client = new HttpClient { BaseAddress = server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/listen");
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {SpeechWorld.Key}");

        using var response = await client.SendAsync(request, Token);

        await ShouldRefuseAsync(response, 400, "Bad Request");
    }

    [Fact]
    public async Task The_turn_based_protocol_is_not_there_and_says_so()
    {
        await using var server = await SpeechServer.StartAsync([new Uri("http://127.0.0.1:9")]);
        using var client = new HttpClient { BaseAddress = server.Http };

        using var response = await client.GetAsync("/v2/listen?model=flux-general-en", Token);

        await ShouldRefuseAsync(response, 404, "Not Found");
    }

    [Fact]
    public async Task Without_an_engine_the_answer_is_503_and_nothing_is_held()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { RefuseStatus = 429 };
        await using var server = await SpeechServer.StartAsync([engine.Address, new Uri("http://127.0.0.1:9")]);

        using var response = await UpgradeAsync(server, LiveClient.Raw, $"Token {SpeechWorld.Key}");

        await ShouldRefuseAsync(response, 503, "Service Unavailable");
        response.Headers.RetryAfter.ShouldNotBeNull();
        server.World.Held.ShouldBe(0);
        server.World.Rows.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_an_engine_refuses_clearly_is_told_to_the_client()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { RefuseStatus = 415 };
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var response = await UpgradeAsync(server, LiveClient.Raw, $"Token {SpeechWorld.Key}");

        await ShouldRefuseAsync(response, 415, "UNSUPPORTED_MEDIA_TYPE");
        response.Headers.GetValues("dg-error").Single().ShouldBe("scripted");
    }

    [Fact]
    public async Task Of_fifty_that_open_at_once_exactly_the_limit_is_admitted_and_a_freed_place_is_taken_again()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        server.World.Limit = 10;

        var clients = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            var client = new LiveClient();
            try
            {
                await client.OpenAsync(server);
            }
            catch (WebSocketException)
            {
                client.Status.ShouldBe(HttpStatusCode.TooManyRequests);
                client.Header("Retry-After").ShouldBe("1");
                client.Header("X-Concurrency-Limit").ShouldBe("10");
            }

            return client;
        }));

        var admitted = clients.Where(static client => client.Status == HttpStatusCode.SwitchingProtocols).ToList();
        admitted.Count.ShouldBe(10);
        await admitted[0].SayAsync("""{"type":"CloseStream"}""");
        await admitted[0].ReadToEndAsync();
        using var next = await LiveClient.ConnectAsync(server);
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_may_open_a_stream_and_read_its_headers()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var client = new HttpClient { BaseAddress = server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/listen");
        request.Headers.Add("Origin", "https://app.example");
        request.Headers.Add("Access-Control-Request-Headers", "authorization");

        using var response = await client.SendAsync(request, Token);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        response.Headers.GetValues("Access-Control-Allow-Origin").Single().ShouldBe("https://app.example");
        response.Headers.GetValues("Access-Control-Allow-Headers").Single().ShouldBe("authorization");
    }

    internal static async Task<HttpResponseMessage> UpgradeAsync(SpeechServer server, string query, string? authorization)
    {
        using var client = new HttpClient { BaseAddress = server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/listen?{query}");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, Token);
    }

    internal static async Task ShouldRefuseAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync(Token);
        ((int)response.StatusCode).ShouldBe(status, text);
        using var body = JsonDocument.Parse(text);
        body.RootElement.GetProperty("err_code").GetString().ShouldBe(code);
        body.RootElement.GetProperty("error").GetString().ShouldBe(body.RootElement.GetProperty("err_msg").GetString());
        body.RootElement.GetProperty("request_id").GetString().ShouldBe(response.Headers.GetValues("dg-request-id").Single());
        response.Headers.Contains("dg-error").ShouldBeTrue();
    }
}
