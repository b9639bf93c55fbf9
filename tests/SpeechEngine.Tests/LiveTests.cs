using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Speech.Recognition;
using Switchboard.Testing;
using Switchboard.Testing.Speech;

namespace Switchboard.SpeechEngine.Tests;

public sealed class LiveTests(EngineFixture engine)
{
    private const string Linear16 = "encoding=linear16&sample_rate=16000";

    [Fact]
    public async Task Speech_is_answered_with_interims_finals_and_metadata_and_closed_in_good_order()
    {
        EngineFixture.Need();
        using var client = await engine.ConnectAsync(
            $"{Linear16}&interim_results=true&endpointing=300&utterance_end_ms=1000&vad_events=true&punctuate=true&extra=k:v&tag=t&unknown=1");
        await client.SendAsync([.. EngineFixture.GoForward(), .. EngineFixture.Silence(2)], frame: 1001);
        await client.SendAsync("""{"type": "CloseStream"}""");
        await client.EndAsync();

        client.CloseCode.ShouldBe(1000);
        client.Text.ShouldBe("Go forward ten meters.");
        var final = client.Finals.First(message => LiveClient.Transcript(message).Length > 0);
        final.GetProperty("speech_final").GetBoolean().ShouldBeTrue();
        final.GetProperty("channel_index").EnumerateArray().Select(index => index.GetInt32()).ShouldBe([0, 1]);
        final.GetProperty("metadata").GetProperty("request_id").GetString().ShouldBe(client.RequestId);
        final.GetProperty("metadata").GetProperty("model_info").GetProperty("name").GetString().ShouldBe("embedded-en-us");
        final.GetProperty("metadata").GetProperty("extra").GetProperty("k").GetString().ShouldBe("v");
        var word = final.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("words")[0];
        word.GetProperty("word").GetString().ShouldBe("go");
        word.GetProperty("punctuated_word").GetString().ShouldBe("Go");
        word.GetProperty("start").GetDouble().ShouldBeInRange(0.2, 0.8);

        double at = 0;
        foreach (var result in client.Finals)
        {
            result.GetProperty("start").GetDouble().ShouldBe(at, 1e-6);
            at += result.GetProperty("duration").GetDouble();
        }

        client.Results.Count(result => !result.GetProperty("is_final").GetBoolean()).ShouldBeGreaterThan(1);
        client.Of("SpeechStarted").ShouldHaveSingleItem().GetProperty("channel").GetArrayLength().ShouldBe(2);
        client.Of("UtteranceEnd").ShouldHaveSingleItem().GetProperty("last_word_end").GetDouble().ShouldBeInRange(1.5, 3);
        var metadata = client.Messages[^1];
        metadata.GetProperty("type").GetString().ShouldBe("Metadata");
        metadata.GetProperty("duration").GetDouble().ShouldBe(at, 0.001);
        metadata.GetProperty("sha256").GetString()!.Length.ShouldBe(64);
        metadata.GetProperty("model_info").EnumerateObject().Single().Value.GetProperty("arch").GetString().ShouldBe("pocketsphinx");
    }

    [Fact]
    public async Task Finalize_is_answered_also_in_silence_and_before_any_audio()
    {
        EngineFixture.Need();
        using var client = await engine.ConnectAsync($"{Linear16}&endpointing=false");
        await client.SendAsync("""{ "type": "Finalize", "channel": 0 }""");
        await client.UntilAsync(c => c.Finals.Count() == 1);
        await client.SendAsync(EngineFixture.GoForward());
        await client.SendAsync("""{"type":"Finalize"}""");
        await client.UntilAsync(c => c.Finals.Count() == 2);
        client.Finals.ShouldAllBe(final => final.GetProperty("from_finalize").GetBoolean());
        client.Text.ShouldBe("go forward ten meters");
        await client.SendAsync([], frame: 1);
        await client.Socket.SendAsync(Array.Empty<byte>(), WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
        await client.EndAsync();
        client.CloseCode.ShouldBe(1000);
    }

    [Fact]
    public async Task Channels_are_transcribed_each_on_its_own()
    {
        EngineFixture.Need();
        var speech = RecordedSpeech.GoForward();
        var stereo = RecordedSpeech.Bytes([.. speech.SelectMany(sample => (short[])[0, sample])]);
        using var client = await engine.ConnectAsync($"{Linear16}&channels=2&multichannel=true");
        await client.SendAsync(stereo, 6400);
        await client.SendAsync("""{"type":"CloseStream"}""");
        await client.EndAsync();
        client.Finals.Select(final => final.GetProperty("channel_index")[0].GetInt32()).Distinct().Order().ShouldBe([0, 1]);
        client.Finals.ShouldAllBe(final => final.GetProperty("channel_index")[1].GetInt32() == 2);
        client.Finals.Where(final => LiveClient.Transcript(final).Length > 0).ShouldAllBe(final => final.GetProperty("channel_index")[0].GetInt32() == 1);
        client.Text.ShouldBe("go forward ten meters");
        client.Messages[^1].GetProperty("channels").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_container_needs_no_declaration()
    {
        EngineFixture.Need();
        using var client = await engine.ConnectAsync("endpointing=800&smart_format=true");
        await client.SendAsync(EngineFixture.Librivox("0930"), 4096);
        await client.SendAsync("""{"type":"CloseStream"}""");
        await client.EndAsync();
        client.CloseCode.ShouldBe(1000);
        client.Text.ShouldContain("amiable himself");
    }

    [Fact]
    public async Task Garbage_is_refused_with_the_documented_code()
    {
        EngineFixture.Need();
        using var client = await engine.ConnectAsync("model=nova-3");
        await client.SendAsync([.. Enumerable.Repeat((byte)'x', 5000)], 1000);
        await client.EndAsync();
        client.CloseCode.ShouldBe(1008);
        client.CloseReason!.ShouldStartWith("DATA-0000");
    }

    [Fact]
    public async Task Unknown_messages_odd_frames_and_a_flood_of_pings_change_nothing()
    {
        EngineFixture.Need();
        using var client = await LiveClient.ConnectAsync(engine.Address, Linear16, options =>
        {
            options.KeepAliveInterval = TimeSpan.FromMilliseconds(1);
            options.KeepAliveTimeout = TimeSpan.FromMinutes(5);
        });
        var random = new Random(3);
        var audio = EngineFixture.GoForward();
        for (var at = 0; at < audio.Length;)
        {
            var length = Math.Min(1 + (2 * random.Next(2000)), audio.Length - at);
            await client.SendAsync(audio[at..(at + length)], length);
            at += length;
            await client.SendAsync(random.Next(4) switch { 0 => "hello", 1 => """{"type":"Later"}""", 2 => "[1]", _ => """{"type":7}""" });
        }

        await client.SendAsync("""{"type":"CloseStream"}""");
        await client.EndAsync();
        client.CloseCode.ShouldBe(1000);
        client.Text.ShouldBe("go forward ten meters");
    }

    [Fact]
    public async Task Too_large_a_frame_is_refused()
    {
        EngineFixture.Need();
        using var client = await engine.ConnectAsync(Linear16);
        await client.SendAsync(new byte[(1 << 20) + 2], (1 << 20) + 2);
        await client.EndAsync();
        client.CloseCode.ShouldBe(1009);
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_told_so_after_its_metadata()
    {
        EngineFixture.Need();
        var (app, address) = await EngineFixture.StartAsync("--Engine:IdleAfter", "00:00:00.3");
        await using (app)
        {
            using var client = await engine.ConnectAsync(Linear16, address);
            await client.EndAsync();
            client.CloseCode.ShouldBe(1011);
            client.CloseReason!.ShouldStartWith("NET-0001");
            client.Messages[^1].GetProperty("duration").GetDouble().ShouldBe(0);
            client.Messages[^1].GetProperty("sha256").GetString().ShouldBe("incomplete");
            client.Messages[^1].TryGetProperty("models", out _).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_client_that_waits_for_an_answer_is_not_one_that_says_nothing()
    {
        EngineFixture.Need();
        var time = new FakeTimeProvider();
        var (app, address) = await EngineFixture.StartAsync(time, "--Recognition:LiveDecoders", "1", "--Engine:SendWithin", "01:00:00");
        await using (app)
        {
            using var silent = await engine.ConnectAsync(Linear16, address);
            await silent.UntilAsync(_ => time.WaitingTimers > 0);
            using var waiting = await engine.ConnectAsync($"{Linear16}&vad_events=true", address);
            using (await app.Services.GetRequiredService<Recognizer>().Live.LeaseAsync(Guid.Empty, TestContext.Current.CancellationToken))
            {
                await waiting.SendAsync(EngineFixture.GoForward());
                await waiting.SendAsync("""{"type":"Finalize"}""");
                await waiting.UntilAsync(c => c.Of("SpeechStarted").Any());
                time.Advance(TimeSpan.FromMinutes(5));
                await silent.EndAsync();
                await waiting.SendAsync("""{"type":"CloseStream"}""");
            }

            await waiting.EndAsync();
            silent.CloseCode.ShouldBe(1011);
            waiting.CloseCode.ShouldBe(1000);
            waiting.Text.ShouldBe("go forward ten meters");
        }
    }

    [Fact]
    public async Task Keep_alives_alone_do_not_keep_a_session_for_ever()
    {
        EngineFixture.Need();
        var (app, address) = await EngineFixture.StartAsync("--Engine:AudioWithin", "00:00:00.5");
        await using (app)
        {
            using var client = await engine.ConnectAsync(Linear16, address);
            await client.SendAsync("""{"type":"KeepAlive"}""");
            await client.EndAsync();
            client.CloseCode.ShouldBe(1011);
            client.CloseReason!.ShouldStartWith("NET-0000");
        }
    }

    [Fact]
    public async Task A_full_node_refuses_and_a_draining_one_says_good_bye_with_what_it_heard()
    {
        EngineFixture.Need();
        var (app, address) = await EngineFixture.StartAsync("--Engine:MaximumSessions", "1");
        await using (app)
        {
            using var client = await engine.ConnectAsync($"{Linear16}&interim_results=true", address);
            var refused = await Should.ThrowAsync<WebSocketException>(() => engine.ConnectAsync(Linear16, address));
            refused.Message.ShouldContain("503");

            await client.SendAsync(EngineFixture.GoForward());
            await client.UntilAsync(c => c.Results.Any(result => LiveClient.Transcript(result).Contains("ten", StringComparison.Ordinal)));
            await app.StopAsync(TestContext.Current.CancellationToken);
            await client.EndAsync();
            client.CloseCode.ShouldBe(1001);
            client.Text.ShouldContain("go forward ten");
            client.Messages[^1].GetProperty("type").GetString().ShouldBe("Metadata");
        }
    }

    [Fact]
    public async Task A_client_that_goes_without_a_word_frees_its_place()
    {
        EngineFixture.Need();
        var (app, address) = await EngineFixture.StartAsync("--Engine:MaximumSessions", "1");
        await using (app)
        {
            using (var gone = await engine.ConnectAsync(Linear16, address))
            {
                await gone.SendAsync(EngineFixture.GoForward());
                gone.Socket.Abort();
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (true)
            {
                await timer.WaitForNextTickAsync(patience.Token);
                var health = JsonDocument.Parse(await engine.Http.GetStringAsync(new Uri(address, "/health"), patience.Token)).RootElement;
                if (health.GetProperty("sessions").GetInt32() == 0)
                {
                    break;
                }
            }

            using var next = await engine.ConnectAsync(Linear16, address);
            next.Socket.State.ShouldBe(WebSocketState.Open);
        }
    }

    [Fact]
    public async Task What_is_left_out_is_told_with_the_upgrade()
    {
        EngineFixture.Need();
        using var client = await engine.ConnectAsync($"{Linear16}&diarize=true&keyterm=meters&punctuate=true");
        client.Warning.ShouldBe("not done: diarize, keyterm");
        await client.SendAsync("""{"type":"CloseStream"}""");
        await client.EndAsync();
        client.CloseCode.ShouldBe(1000);
    }

    [Theory]
    [InlineData("encoding=linear16&sample_rate=ten", HttpStatusCode.BadRequest)]
    [InlineData("language=de", HttpStatusCode.BadRequest)]
    [InlineData("redact=pii", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_done_is_refused_before_the_upgrade(string query, HttpStatusCode status)
    {
        EngineFixture.Need();
        var response = await engine.Http.GetAsync(new Uri(engine.Address, "/v1/listen?" + query), TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(status);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        body.GetProperty("request_id").GetString().ShouldBe(response.Headers.GetValues("dg-request-id").Single());
        body.GetProperty("err_msg").GetString().ShouldBe(body.GetProperty("error").GetString());
        response.Headers.GetValues("dg-error").Single().ShouldNotBeEmpty();
    }
}
