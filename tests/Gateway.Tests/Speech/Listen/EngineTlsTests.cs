using System.Net;
using System.Text.Json;
using Switchboard.Testing;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>Nodes that are reached by TLS: <c>https</c> for files and health, <c>wss</c> for streams.</summary>
public sealed class EngineTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private (string, string) Trusted => ("Speech:CertificateAuthorities", _authority.PemFile);

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Streams_and_files_go_to_a_node_whose_authority_is_named()
    {
        using var certificate = _authority.Issue("127.0.0.1");
        await using var engine = await ScriptedEngine.StartAsync(certificate);
        engine.Address.Scheme.ShouldBe("https");
        await using var server = await SpeechServer.StartAsync([engine.Address], null, Trusted, ("Speech:HealthInterval", "00:00:00.020"));
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&interim_results=true");

        await client.SpeakAsync(0, 34);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();
        using var answer = await PostAsync(server, TestAudio.Blocks(0, 500));

        LiveStreamTests.ShouldHaveHeard(client, 34);
        client.CloseCode.ShouldBe(1000);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        json.RootElement.GetProperty("metadata").GetProperty("duration").GetDouble().ShouldBe(50);
        server.Log.Lines.ShouldAllBe(static line => !line.Contains("gets no new work", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_such_a_node_dies_another_goes_on()
    {
        using var certificate = _authority.Issue("127.0.0.1");
        await using var first = await ScriptedEngine.StartAsync(certificate);
        await using var second = await ScriptedEngine.StartAsync(certificate);
        first.Script = second.Script = _ => new EngineScript { KillAt = first.Connections + second.Connections == 1 ? 15 : null };
        await using var server = await SpeechServer.StartAsync([first.Address, second.Address], null, Trusted);
        using var client = await LiveClient.ConnectAsync(server);

        await client.SpeakAsync(0, 34);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        LiveStreamTests.ShouldHaveHeard(client, 34);
        (first.Connections + second.Connections).ShouldBe(2);
    }

    [Theory]
    [InlineData("127.0.0.1", 10, false)]
    [InlineData("engine.example", 10, true)]
    [InlineData("127.0.0.1", 1, true)] // since yesterday
    public async Task Audio_is_given_to_no_node_of_an_unknown_authority_another_name_or_an_expired_certificate(string host, int days, bool isTrusted)
    {
        using var certificate = _authority.Issue(host, days);
        await using var engine = await ScriptedEngine.StartAsync(certificate);
        (string, string)[] settings = isTrusted ? [Trusted] : [];
        await using var server = await SpeechServer.StartAsync([engine.Address], null, [.. settings, ("Speech:Pools:default:Nodes:0:HealthPath", "")]);

        using var live = await LiveAdmissionTests.UpgradeAsync(server, LiveClient.Raw, $"Token {SpeechWorld.Key}");
        using var file = await PostAsync(server, TestAudio.Blocks(0, 5));

        live.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((int)file.StatusCode).ShouldBeOneOf(502, 503);
        engine.Connections.ShouldBe(0);
        server.World.MeteredMilliseconds.ShouldBe(0);
    }

    [Theory]
    [InlineData("/nowhere/authority.pem")]
    [InlineData("/dev/null")]
    public async Task A_file_of_authorities_that_holds_none_is_named_at_the_start(string path)
    {
        var refused = await Should.ThrowAsync<Exception>(
            SpeechServer.StartAsync([new Uri("https://127.0.0.1:9")], null, ("Speech:CertificateAuthorities", path)));

        refused.Message.ShouldContain("Speech:CertificateAuthorities");
        refused.Message.ShouldContain(path);
    }

    private static async Task<HttpResponseMessage> PostAsync(SpeechServer server, byte[] audio)
    {
        using var client = new HttpClient { BaseAddress = server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/listen?{LiveClient.Raw}") { Content = new ByteArrayContent(audio) };
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {SpeechWorld.Key}");
        return await client.SendAsync(request, Token);
    }
}
