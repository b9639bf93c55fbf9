using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>The kinds of nodes against peers that talk as theirs do, seen from a client.</summary>
public sealed class EngineKindTests
{
    private static readonly (string, string) Vosk = ("Speech:Pools:default:Nodes:0:Kind", "Vosk");
    private static readonly (string, string) OpenAi = ("Speech:Pools:default:Nodes:0:Kind", "OpenAi");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Vosk_node_is_heard_as_any_other()
    {
        await using var peer = await ScriptedVosk.StartAsync();
        await using var server = await SpeechServer.StartAsync([peer.Address], null, Vosk);
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&interim_results=true");

        await client.SpeakAsync(0, 23);
        await client.SayAsync("""{"type":"Finalize"}""");
        var finalized = await client.UntilAsync(LiveMessages.IsFromFinalize);
        await client.SpeakAsync(23, 4);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        peer.Configuration!.ShouldContain("16000");
        finalized.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("transcript").GetString().ShouldBe("w20 w21 w22");
        client.Words.ShouldBe(Enumerable.Range(0, 27).Select(static block => (TestAudio.Word(block), Math.Round(block * 0.1, 3))));
        client.Messages.Any(static message => message.TypeOf() == "Results" && !message.GetProperty("is_final").GetBoolean()).ShouldBeTrue();
        client.Messages[^1].TypeOf().ShouldBe("Metadata");
        client.Messages[^1].GetProperty("duration").GetDouble().ShouldBe(2.7);
        client.CloseCode.ShouldBe(1000);
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 2700);
    }

    [Theory]
    [InlineData("encoding=mulaw&sample_rate=8000", 415)]
    [InlineData("", 415)]
    [InlineData($"{LiveClient.Raw}&redact=pci", 400)]
    public async Task What_a_Vosk_node_cannot_do_is_refused_before_it_is_asked(string query, int status)
    {
        await using var server = await SpeechServer.StartAsync([new Uri("http://127.0.0.1:9")], null, Vosk);

        using var response = await LiveAdmissionTests.UpgradeAsync(server, query, $"Token {SpeechWorld.Key}");

        ((int)response.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task An_OpenAI_node_transcribes_a_file_and_headerless_samples_get_a_header()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var peer = builder.Build();
        peer.Urls.Add("http://127.0.0.1:0");
        var (model, length, header) = ("", 0L, "");
        peer.MapGet("/health", static () => Results.Ok());
        peer.MapPost("/v1/audio/transcriptions", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync(Token);
            using var file = new MemoryStream();
            await form.Files["file"]!.CopyToAsync(file, Token);
            (model, length, header) = (form["model"].ToString(), file.Length, Encoding.ASCII.GetString(file.ToArray(), 0, 4));
            return Results.Text(
                """
                {"text":" Hello there. Again.","language":"english","duration":4.5,
                 "words":[{"word":"Hello","start":0.5,"end":0.9},{"word":"there","start":1.0,"end":1.3},{"word":"Again","start":3.5,"end":4.0}]}
                """,
                "application/json");
        });
        await peer.StartAsync(Token);
        await using var server = await SpeechServer.StartAsync(
            [new Uri(peer.Urls.Single())], null, OpenAi, ("Speech:Pools:default:EngineModel", "large-v3"));

        using var client = new HttpClient { BaseAddress = server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/listen?{LiveClient.Raw}&utterances=true")
        {
            Content = new ByteArrayContent(TestAudio.Blocks(0, 45)),
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {SpeechWorld.Key}");
        using var response = await client.SendAsync(request, Token);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));

        (model, length, header).ShouldBe(("large-v3", (45L * TestAudio.BlockBytes) + 44, "RIFF"));
        var results = answer.RootElement.GetProperty("results");
        results.GetProperty("channels")[0].GetProperty("alternatives")[0].GetProperty("transcript").GetString().ShouldBe("Hello there. Again.");
        results.GetProperty("utterances").EnumerateArray().Select(static utterance => utterance.GetProperty("transcript").GetString())
            .ShouldBe(["Hello there", "Again"]);
        answer.RootElement.GetProperty("metadata").GetProperty("model_info").EnumerateObject().Single().Value.GetProperty("name").GetString()
            .ShouldBe("large-v3");
        server.World.MeteredMilliseconds.ShouldBe(4500);
    }

    [Fact]
    public async Task New_streams_go_to_the_least_loaded_node_by_its_weight_and_none_to_one_that_drains()
    {
        await using var small = await ScriptedEngine.StartAsync();
        await using var large = await ScriptedEngine.StartAsync();
        await using var draining = await ScriptedEngine.StartAsync();
        draining.IsWell = false;
        await using var server = await SpeechServer.StartAsync(
            [small.Address, large.Address, draining.Address],
            null,
            ("Speech:Pools:default:Nodes:0:Capacity", "2"),
            ("Speech:Pools:default:Nodes:1:Capacity", "6"),
            ("Speech:HealthInterval", "00:00:00.020"));
        await Poll.UntilAsync(() => server.Log.Lines.Any(static line => line.Contains("gets no new work", StringComparison.Ordinal)));

        var clients = new List<LiveClient>();
        for (var count = 0; count < 8; count++)
        {
            clients.Add(await LiveClient.ConnectAsync(server));
        }

        using var response = await LiveAdmissionTests.UpgradeAsync(server, LiveClient.Raw, $"Token {SpeechWorld.Key}");

        (small.Connections, large.Connections, draining.Connections).ShouldBe((2, 6, 0));
        ((int)response.StatusCode).ShouldBe(503);
        clients.ForEach(static client => client.Dispose());
    }
}
