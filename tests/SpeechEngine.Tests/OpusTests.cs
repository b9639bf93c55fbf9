using System.Net;
using System.Text.Json;
using Switchboard.Testing.Speech;

namespace Switchboard.SpeechEngine.Tests;

/// <summary>Opus without a container: live a packet is a message; in a file nothing says where one ends.</summary>
public sealed class OpusTests(EngineFixture engine)
{
    private const string CloseStream = """{"type":"CloseStream"}""";

    [Theory]
    [InlineData("sample_rate=48000", 1, 20)]
    [InlineData("sample_rate=16000&channels=1", 1, 60)]
    [InlineData("channels=2", 2, 20)]
    [InlineData("sample_rate=48000&channels=1", 2, 40)]
    public async Task Packets_are_understood_a_message_each(string query, int channels, int milliseconds)
    {
        EngineFixture.Need();
        var speech = RecordedSpeech.GoForward();
        var packets = OpusPackets.Encode(RecordedSpeech.Bytes([.. speech.SelectMany(sample => Enumerable.Repeat(sample, channels))]), channels, milliseconds);
        using var client = await engine.ConnectAsync($"encoding=opus&{query}");
        foreach (var packet in packets)
        {
            await client.SendAsync(packet, packet.Length);
        }

        await client.SendAsync(CloseStream);
        await client.EndAsync();

        client.CloseCode.ShouldBe(1000);
        client.Text.ShouldContain("forward ten");
        client.Messages[^1].GetProperty("duration").GetDouble().ShouldBe(packets.Count * milliseconds / 1000.0, 0.002);
    }

    [Fact]
    public async Task Channels_in_packets_are_transcribed_each_on_its_own()
    {
        EngineFixture.Need();
        var packets = OpusPackets.Encode(RecordedSpeech.Bytes([.. RecordedSpeech.GoForward().SelectMany(sample => (short[])[0, sample])]), 2);
        using var client = await engine.ConnectAsync("encoding=opus&channels=2&multichannel=true");
        foreach (var packet in packets)
        {
            await client.SendAsync(packet, packet.Length);
        }

        await client.SendAsync(CloseStream);
        await client.EndAsync();

        client.Messages[^1].GetProperty("channels").GetInt32().ShouldBe(2);
        client.Finals.Where(final => LiveClient.Transcript(final).Length > 0).ShouldAllBe(final => final.GetProperty("channel_index")[0].GetInt32() == 1);
        client.Text.ShouldContain("forward ten");
    }

    [Fact]
    public async Task A_message_that_is_no_packet_ends_the_stream_with_the_documented_code()
    {
        EngineFixture.Need();
        using var client = await engine.ConnectAsync("encoding=opus&sample_rate=48000");
        await client.SendAsync([0x7B, 0], 2);
        await client.EndAsync();

        client.CloseCode.ShouldBe(1008);
        client.CloseReason!.ShouldStartWith("DATA-0000");
    }

    [Fact]
    public async Task Packets_of_noise_break_nothing()
    {
        EngineFixture.Need();
        var random = new Random(5);
        using var client = await engine.ConnectAsync("encoding=opus&sample_rate=48000");
        for (var packet = 0; packet < 100; packet++)
        {
            var bytes = new byte[1 + random.Next(200)];
            random.NextBytes(bytes);
            bytes[0] = (byte)(random.Next(32) << 3);
            await client.SendAsync(bytes, bytes.Length);
        }

        await client.SendAsync(CloseStream);
        await client.EndAsync();

        client.CloseCode.ShouldBeOneOf(1000, 1008);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_before_any_audio()
    {
        EngineFixture.Need();
        var (status, error) = await PostAsync("encoding=opus&channels=3", [1]);
        status.ShouldBe(HttpStatusCode.BadRequest);
        error.ShouldContain("channels");

        (status, error) = await PostAsync("encoding=opus&sample_rate=48000", [0x78, .. new byte[100]]);
        status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        error.ShouldContain("container");
    }

    private async Task<(HttpStatusCode Status, string Error)> PostAsync(string query, byte[] body)
    {
        using var response = await engine.Http.PostAsync(
            new Uri(engine.Address, "/v1/listen?" + query), new ByteArrayContent(body), TestContext.Current.CancellationToken);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (response.StatusCode, answer.RootElement.GetProperty("error").GetString()!);
    }
}
