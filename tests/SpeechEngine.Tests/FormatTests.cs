using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Switchboard.Testing.Speech;

namespace Switchboard.SpeechEngine.Tests;

/// <summary>Every form in which audio may come, at the node: "go forward ten meters" in 2.786 seconds.</summary>
public sealed class FormatTests(EngineFixture engine)
{
    private const double Seconds = 2.786;

    [Theory]
    [InlineData("", "-f wav -c:a pcm_s24le -ar 48000 -ac 2")]
    [InlineData("", "-f wav -c:a pcm_f32le -ar 44100")]
    [InlineData("", "-f wav -c:a pcm_alaw -ar 16000 -ac 6")]
    [InlineData("encoding=ogg-opus", "-f ogg -c:a libopus")]
    [InlineData("", "-f webm -c:a libopus")]
    [InlineData("", "-f mp3 -b:a 128k")]
    [InlineData("encoding=linear16&sample_rate=44100", "-f s16le -ar 44100")]
    [InlineData("encoding=linear16&sample_rate=48000&channels=2", "-f s16le -ar 48000 -ac 2")]
    [InlineData("encoding=linear32&sample_rate=16000", "-f f32le -ar 16000")]
    public async Task Speech_is_understood_in_every_form(string query, string form)
    {
        EngineFixture.Need();
        var (status, answer) = await PostAsync(query, Convert(form));
        status.ShouldBe(HttpStatusCode.OK);
        answer.GetProperty("metadata").GetProperty("duration").GetDouble().ShouldBe(Seconds, 0.1);
        answer.GetProperty("metadata").GetProperty("channels").GetInt32().ShouldBe(1);
        Transcripts(answer).ShouldHaveSingleItem().ShouldContain("forward ten");
    }

    // 8 kHz is understood poorly, as documented: something is heard, and at the right time.
    [Theory]
    [InlineData("encoding=mulaw&sample_rate=8000", "-f mulaw -ar 8000")]
    [InlineData("encoding=alaw&sample_rate=8000", "-f alaw -ar 8000")]
    public async Task Telephone_audio_is_heard(string query, string form)
    {
        EngineFixture.Need();
        var (status, answer) = await PostAsync(query, Convert(form));
        status.ShouldBe(HttpStatusCode.OK);
        answer.GetProperty("metadata").GetProperty("duration").GetDouble().ShouldBe(Seconds, 0.05);
        var words = answer.GetProperty("results").GetProperty("channels")[0].GetProperty("alternatives")[0].GetProperty("words");
        words.GetArrayLength().ShouldBeGreaterThan(0);
        words[0].GetProperty("start").GetDouble().ShouldBeInRange(0.1, 1.2);
    }

    [Fact]
    public async Task Channels_of_a_file_are_transcribed_apart_when_asked()
    {
        EngineFixture.Need();
        var stereo = RecordedSpeech.Bytes([.. RecordedSpeech.GoForward().SelectMany(sample => (short[])[0, sample])]);
        var (status, answer) = await PostAsync("encoding=linear16&channels=2&multichannel=true", stereo);
        status.ShouldBe(HttpStatusCode.OK);
        answer.GetProperty("metadata").GetProperty("channels").GetInt32().ShouldBe(2);
        Transcripts(answer).ShouldBe(["", "go forward ten meters"]);
    }

    // Without a container nothing says where a packet ends; what else Opus may do, its own tests tell.
    [Theory]
    [InlineData("g729")]
    [InlineData("speex")]
    [InlineData("amr-nb")]
    public async Task Packets_without_a_container_are_refused_with_what_to_send_instead(string encoding)
    {
        EngineFixture.Need();
        byte[] packet = [0x78, .. Enumerable.Repeat((byte)0x5A, 119)];
        var (status, answer) = await PostAsync($"encoding={encoding}&sample_rate=48000", packet);
        status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        answer.GetProperty("error").GetString()!.ShouldContain("container");

        using var client = await engine.ConnectAsync($"encoding={encoding}&sample_rate=48000");
        await client.SendAsync(packet, packet.Length);
        await client.EndAsync();
        client.CloseCode.ShouldBe(1008);
        client.CloseReason!.ShouldStartWith("DATA-0000");
        client.CloseReason!.ShouldContain(encoding);
    }

    private static byte[] Convert(string form)
    {
        var start = new ProcessStartInfo(
            "/usr/bin/ffmpeg", ["-v", "error", "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "/usr/share/pocketsphinx/test/data/goforward.raw", .. form.Split(' '), "pipe:1"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return output.ToArray();
    }

    private static IEnumerable<string> Transcripts(JsonElement answer) => answer.GetProperty("results").GetProperty("channels").EnumerateArray()
        .Select(channel => channel.GetProperty("alternatives")[0].GetProperty("transcript").GetString()!);

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string query, byte[] body)
    {
        using var response = await engine.Http.PostAsync(
            new Uri(engine.Address, "/v1/listen?" + query), new ByteArrayContent(body), TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }
}
