using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

public sealed class FileTests
{
    private const string Raw = LiveClient.Raw;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("audio/wav")]
    [InlineData("application/octet-stream")]
    [InlineData("deepgram/audio+video")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData(null)]
    public async Task A_body_is_heard_whatever_it_is_called_and_metered_once(string? contentType)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        var audio = TestAudio.Blocks(0, 234);

        using var response = await PostAsync(server, $"{Raw}&tag=t1&extra=k:v&summarize=v2", audio, contentType);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        var metadata = body.RootElement.GetProperty("metadata");
        metadata.GetProperty("request_id").GetString().ShouldBe(response.Headers.GetValues("dg-request-id").Single());
        metadata.GetProperty("sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(audio)));
        metadata.GetProperty("duration").GetDouble().ShouldBe(23.4);
        metadata.GetProperty("tags")[0].GetString().ShouldBe("t1");
        metadata.GetProperty("extra").GetProperty("k").GetString().ShouldBe("v");
        metadata.GetProperty("warnings")[0].GetProperty("parameter").GetString().ShouldBe("summarize");
        body.RootElement.GetProperty("results").GetProperty("channels")[0].GetProperty("alternatives")[0].GetProperty("transcript").GetString()!
            .ShouldStartWith("w0 w1 w2 ");
        server.World.Usage.Select(static row => (row.Key.Meter, row.Key.Interval, row.Value)).Order().ShouldBe(
            [(UsageMeters.FileAudio, 0, 10_000), (UsageMeters.FileAudio, 1, 10_000), (UsageMeters.FileAudio, 2, 3_400)]);
        server.World.Requests.Values.Single().ShouldSatisfyAllConditions(
            request => request.Method.ShouldBe("sync"), request => request.Milliseconds.ShouldBe(23_400), request => request.Code.ShouldBe(200));
        await Poll.UntilAsync(() => server.World.Held == 0);
    }

    [Theory]
    [InlineData("srt", "application/x-subrip", "1\n00:00:00,000 --> 00:00:00,300\nw0 w1 w2\n\n")]
    [InlineData("vtt", "text/vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:00.300\nw0 w1 w2\n\n")]
    public async Task A_transcript_comes_as_subtitles(string form, string contentType, string expected)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var response = await PostAsync(server, $"{Raw}&output={form}", TestAudio.Blocks(0, 3), "audio/raw");

        response.Content.Headers.ContentType!.MediaType.ShouldBe(contentType);
        (await response.Content.ReadAsStringAsync(Token)).ShouldBe(expected);
    }

    [Fact]
    public async Task An_empty_body_is_refused_with_400()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var response = await PostAsync(server, Raw, [], "audio/wav");

        await LiveAdmissionTests.ShouldRefuseAsync(response, 400, "Bad Request");
        engine.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_refused_with_413_and_not_metered_whether_or_not_its_length_is_told()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, ("Speech:Files:MaxBytes", "100000"));

        using var told = await PostAsync(server, Raw, new byte[100_002], "audio/wav");
        using var untold = await PostAsync(server, Raw, new byte[300_002], "audio/wav", chunked: true);

        await LiveAdmissionTests.ShouldRefuseAsync(told, 413, "PAYLOAD_TOO_LARGE");
        await LiveAdmissionTests.ShouldRefuseAsync(untold, 413, "PAYLOAD_TOO_LARGE");
        server.World.Usage.ShouldBeEmpty();
        await Poll.UntilAsync(() => server.World.Held == 0);
    }

    [Theory]
    [InlineData("callback=https%3A%2F%2Fexample.com")]
    [InlineData("case_id=NOC-1", 404, "CASE_NOT_FOUND")]
    public async Task What_would_wait_for_results_in_vain_is_refused(string parameter, int status = 400, string code = "INVALID_QUERY_PARAMETER")
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var response = await PostAsync(server, $"{Raw}&{parameter}", new byte[3200], "audio/raw");

        await LiveAdmissionTests.ShouldRefuseAsync(response, status, code);
        engine.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"url":7}""", "Bad Request")]
    [InlineData("not json", "Bad Request")]
    [InlineData("""{"url":"http://127.0.0.1:9/a.wav"}""", "REMOTE_CONTENT_ERROR")]
    [InlineData("""{"url":"http://localhost/a.wav"}""", "REMOTE_CONTENT_ERROR")]
    [InlineData("""{"url":"http://[::1]/a.wav"}""", "REMOTE_CONTENT_ERROR")]
    [InlineData("""{"url":"http://169.254.169.254/latest/meta-data"}""", "REMOTE_CONTENT_ERROR")]
    [InlineData("""{"url":"http://0x7f.1/a.wav"}""", "REMOTE_CONTENT_ERROR")]
    [InlineData("""{"url":"file:///etc/passwd"}""", "REMOTE_CONTENT_ERROR")]
    public async Task An_address_that_is_not_public_or_none_is_refused(string json, string code)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var response = await PostAsync(server, Raw, Encoding.UTF8.GetBytes(json), "application/json; charset=utf-8");

        await LiveAdmissionTests.ShouldRefuseAsync(response, 400, code);
        engine.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Media_is_fetched_from_an_address_and_a_refusal_of_its_server_is_told()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, ("Speech:Files:AllowPrivateAddresses", "true"));

        // What lies there is no audio to anybody else; the scripted engine hears anything.
        using var found = await PostAsync(server, Raw, Json(new Uri(engine.Address, "/health")), "application/json");
        using var missing = await PostAsync(server, Raw, Json(new Uri(engine.Address, "/none")), "application/json");

        await LiveAdmissionTests.ShouldRefuseAsync(found, 400, "Bad Request"); // empty
        await LiveAdmissionTests.ShouldRefuseAsync(missing, 400, "REMOTE_CONTENT_ERROR");
        missing.Headers.GetValues("dg-error").Single().ShouldContain("a client error: 404");
    }

    [Fact]
    public async Task A_full_engine_is_passed_over_before_the_body_is_read_and_a_dead_one_too()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([new Uri("http://127.0.0.1:9"), engine.Address]);

        using var response = await PostAsync(server, Raw, TestAudio.Blocks(0, 3), "audio/wav");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(415, 415)]
    [InlineData(400, 400)]
    [InlineData(500, 502)]
    [InlineData(503, 503)]
    public async Task What_an_engine_refuses_is_told_and_not_metered(int said, int told)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = _ => new EngineScript { RefuseStatus = said };
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var response = await PostAsync(server, Raw, TestAudio.Blocks(0, 3), "audio/wav");

        ((int)response.StatusCode).ShouldBe(told);
        server.World.Usage.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_engine_that_answers_rubbish_or_dies_is_a_502()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        engine.Script = static connection => connection == 0 ? new EngineScript { RubbishAt = 1 } : new EngineScript { KillAt = 1 };
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var rubbish = await PostAsync(server, Raw, TestAudio.Blocks(0, 3), "audio/wav");
        using var dead = await PostAsync(server, Raw, TestAudio.Blocks(0, 3), "audio/wav");

        ((int)rubbish.StatusCode).ShouldBe(502);
        ((int)dead.StatusCode).ShouldBe(502);
        server.World.Usage.ShouldBeEmpty();
    }

    private static byte[] Json(Uri url) => JsonSerializer.SerializeToUtf8Bytes(new { url });

    private static async Task<HttpResponseMessage> PostAsync(SpeechServer server, string query, byte[] body, string? contentType, bool chunked = false)
    {
        using var client = new HttpClient { BaseAddress = server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/listen?{query}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {SpeechWorld.Key}");
        return await client.SendAsync(request, Token);
    }
}
