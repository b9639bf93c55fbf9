using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Switchboard.SpeechEngine.Tests;

public sealed class FileTests(EngineFixture engine)
{
    [Fact]
    public async Task A_file_is_answered_with_everything_that_was_asked_for()
    {
        EngineFixture.Need();
        var file = EngineFixture.Librivox("0930");
        var id = Guid.NewGuid();
        var (status, answer) = await PostAsync(
            "punctuate=true&utterances=true&paragraphs=true&search=amiable&tag=a&summarize=v2&keyterm=x", new ByteArrayContent(file), id);
        status.ShouldBe(HttpStatusCode.OK);
        var metadata = answer.GetProperty("metadata");
        metadata.GetProperty("request_id").GetGuid().ShouldBe(id);
        metadata.GetProperty("sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(file)));
        metadata.GetProperty("duration").GetDouble().ShouldBeInRange(3, 4);
        metadata.GetProperty("channels").GetInt32().ShouldBe(1);
        metadata.GetProperty("tags")[0].GetString().ShouldBe("a");
        metadata.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetProperty("parameter").GetString()).ShouldBe(["summarize", "keyterm"]);
        var alternative = answer.GetProperty("results").GetProperty("channels")[0].GetProperty("alternatives")[0];
        alternative.GetProperty("transcript").GetString()!.ShouldEndWith("amiable himself.");
        alternative.GetProperty("paragraphs").GetProperty("paragraphs").GetArrayLength().ShouldBe(1);
        answer.GetProperty("results").GetProperty("utterances").GetArrayLength().ShouldBeGreaterThan(0);
        answer.GetProperty("results").GetProperty("channels")[0].GetProperty("search")[0].GetProperty("hits").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Raw_samples_and_silence_are_answered()
    {
        EngineFixture.Need();
        var (_, spoken) = await PostAsync("encoding=linear16&sample_rate=16000", new ByteArrayContent(EngineFixture.GoForward()));
        Transcript(spoken).ShouldBe("go forward ten meters");
        var (status, silent) = await PostAsync("encoding=mulaw&sample_rate=8000", new ByteArrayContent([.. Enumerable.Repeat((byte)0xFF, 16_000)]));
        status.ShouldBe(HttpStatusCode.OK);
        Transcript(silent).ShouldBe("");
        silent.GetProperty("metadata").GetProperty("duration").GetDouble().ShouldBe(2);
    }

    [Fact]
    public async Task A_body_is_believed_and_its_content_type_is_not()
    {
        EngineFixture.Need();
        using var content = new ByteArrayContent(EngineFixture.Librivox("0930"));
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        var (status, answer) = await PostAsync("", content);
        status.ShouldBe(HttpStatusCode.OK);
        Transcript(answer).ShouldContain("himself");
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("this is no audio at all, whatever is said of it", 400)]
    [InlineData("RIFF....WAVEfmt ", 400)]
    [InlineData("OggS and then nothing that would be audio in any codec", 400)]
    public async Task What_is_no_audio_is_refused(string body, int expected)
    {
        EngineFixture.Need();
        var (status, answer) = await PostAsync("", new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(body)));
        ((int)status).ShouldBe(expected);
        answer.GetProperty("err_code").GetString().ShouldBe("Bad Request");
    }

    [Fact]
    public async Task Without_ffmpeg_containers_are_refused_and_the_rest_goes_on()
    {
        EngineFixture.Need();
        var (app, address) = await EngineFixture.StartAsync("--Ffmpeg:Path", "", "--Engine:MaximumUploadBytes", "200000");
        await using (app)
        {
            var (status, answer) = await PostAsync("", new ByteArrayContent([.. "fLaC"u8, .. new byte[100]]), address: address);
            ((int)status).ShouldBe(415);
            answer.GetProperty("error").GetString()!.ShouldContain("WAV");
            (status, answer) = await PostAsync("", new ByteArrayContent(EngineFixture.Librivox("0930")), address: address);
            status.ShouldBe(HttpStatusCode.OK);
            (status, _) = await PostAsync("encoding=linear16", new ByteArrayContent(new byte[300_000]), address: address);
            status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        }
    }

    [Fact]
    public async Task A_secret_is_asked_for_where_one_is_set()
    {
        EngineFixture.Need();
        var (app, address) = await EngineFixture.StartAsync("--Engine:Secret", "sixteen-characters-at-least");
        await using (app)
        {
            var (status, answer) = await PostAsync("", new ByteArrayContent([1]), address: address);
            status.ShouldBe(HttpStatusCode.Unauthorized);
            answer.GetProperty("err_code").GetString().ShouldBe("INVALID_AUTH");
            using var content = new ByteArrayContent(EngineFixture.GoForward());
            content.Headers.Add("x-switchboard-engine-key", "sixteen-characters-at-least");
            (status, _) = await PostAsync("encoding=linear16", content, address: address);
            status.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Health_and_metrics_tell_of_the_load()
    {
        EngineFixture.Need();
        var health = JsonDocument.Parse(await engine.Http.GetStringAsync(new Uri(engine.Address, "/health"), TestContext.Current.CancellationToken)).RootElement;
        health.GetProperty("status").GetString().ShouldBe("ok");
        health.GetProperty("max_sessions").GetInt32().ShouldBeGreaterThan(0);
        var metrics = await engine.Http.GetStringAsync(new Uri(engine.Address, "/metrics"), TestContext.Current.CancellationToken);
        metrics.ShouldContain("switchboard_speech_engine_decoders_made");
        metrics.ShouldContain("switchboard_speech_engine_sessions");
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string query, HttpContent content, Guid? id = null, Uri? address = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address ?? engine.Address, "/v1/listen?" + query)) { Content = content };
        if (id is { } given)
        {
            request.Headers.Add("x-switchboard-request-id", given.ToString());
        }

        if (content.Headers.TryGetValues("x-switchboard-engine-key", out var keys))
        {
            request.Headers.Add("x-switchboard-engine-key", keys);
            content.Headers.Remove("x-switchboard-engine-key");
        }

        using var response = await engine.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, text.Length > 0 ? JsonDocument.Parse(text).RootElement : default);
    }

    private static string Transcript(JsonElement answer) => answer.GetProperty("results").GetProperty("channels")[0]
        .GetProperty("alternatives")[0].GetProperty("transcript").GetString()!;
}
