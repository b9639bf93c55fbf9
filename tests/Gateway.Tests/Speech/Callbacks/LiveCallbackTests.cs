using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchboard.Gateway.Tests.Speech.Listen;
using Switchboard.Grains.Deliveries;
using Switchboard.Testing.Http;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Callbacks;

public sealed class LiveCallbackTests
{
    private const string Secret = "whsec_live";

    private static readonly (string, string) AnyAddress = ("Speech:Files:AllowPrivateAddresses", "true");
    private static readonly (string, string) Patient = ("Speech:Listen:IdleTimeout", "00:10:00");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_of_a_stream_are_posted_one_by_one_in_their_order_and_the_client_hears_of_its_end_only()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, AnyAddress, Patient);
        await using var receiver = HttpPeer.Start();
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&{To($"http://user:pa%3Ass@127.0.0.1:{receiver.Port}/hook?a=1")}");

        await client.SpeakAsync(0, 34);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1000);
        client.Messages.ShouldHaveSingleItem().TypeOf().ShouldBe("Metadata");
        var requests = receiver.Requests.ToList();
        ShouldHaveGot(requests.Select(static request => Encoding.UTF8.GetString(request.Body)), 34);
        requests.ShouldAllBe(static request => request.Line == "POST /hook?a=1 HTTP/1.1");
        requests.ShouldAllBe(request => request.Headers["dg-request-id"] == client.SessionId.ToString());
        requests.ShouldAllBe(request => request.Headers["dg-token"] == server.World.Caller.KeyId.ToString());
        var basic = $"Basic {Convert.ToBase64String("user:pa:ss"u8)}";
        requests.ShouldAllBe(request => request.Headers["Authorization"] == basic);
        requests.Select(static request => request.Headers[DeliveryHeaders.DeliveryId])
            .ShouldBe(Enumerable.Range(1, requests.Count).Select(number => $"{client.SessionId}-{number}"));
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 3400);
        server.World.Requests[client.SessionId].Callback.ShouldBe($"http://127.0.0.1:{receiver.Port}/hook?a=1");
        server.World.Requests[client.SessionId].Path.ShouldNotContain("callback");
        server.Log.Lines.ShouldAllBe(static line => !line.Contains("pa:ss") && !line.Contains("pa%3Ass"));
    }

    [Fact]
    public async Task A_message_that_is_not_taken_is_sent_again_before_the_next_one()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, AnyAddress, Patient);
        await using var receiver = HttpPeer.Start();
        receiver.Then(500).ThenDrop();
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&callback_method=put&{To(receiver.Url)}");

        await client.SpeakAsync(0, 23);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1000);
        var requests = receiver.Requests.ToList();
        requests.ShouldAllBe(static request => request.Line == "PUT /hook HTTP/1.1");
        requests.Take(3).Select(static request => request.Headers[DeliveryHeaders.Attempt]).ShouldBe(["1", "2", "3"]);
        requests.Take(3).Select(static request => request.Headers[DeliveryHeaders.DeliveryId]).Distinct().ShouldHaveSingleItem();
        ShouldHaveGot(requests.Skip(2).Select(static request => Encoding.UTF8.GetString(request.Body)), 23);
    }

    [Fact]
    public async Task A_receiver_that_never_takes_anything_ends_the_stream_and_what_was_heard_is_metered()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, AnyAddress, Patient, ("Speech:Callbacks:LiveGiveUpAfter", "00:00:00.050"));
        await using var receiver = HttpPeer.Start();
        for (var answers = 0; answers < 20; answers++)
        {
            receiver.Then(503);
        }

        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&{To(receiver.Url)}");
        await client.SpeakAsync(0, 10);
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1011);
        client.CloseReason!.ShouldStartWith("CALLBACK");
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 1000);
    }

    [Fact]
    public async Task Results_of_a_stream_go_to_a_socket_that_is_closed_as_the_stream_ends()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, AnyAddress, Patient);
        await using var receiver = await CallbackSocket.StartAsync();
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&{To(receiver.Address.ToString())}");

        await client.SpeakAsync(0, 34);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1000);
        client.Messages.ShouldHaveSingleItem().TypeOf().ShouldBe("Metadata");
        (await receiver.Closed).ShouldBe(1000);
        ShouldHaveGot(receiver.Messages, 34);
        receiver.Headers!["dg-request-id"].ShouldBe(client.SessionId.ToString());
    }

    [Fact]
    public async Task A_client_that_hangs_up_leaves_its_last_results_to_the_receiver()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, AnyAddress, Patient);
        await using var receiver = await CallbackSocket.StartAsync();
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&{To(receiver.Address.ToString())}");

        await client.SpeakAsync(0, 14);
        await client.CloseAsync();

        (await receiver.Closed).ShouldBe(1001);
        ShouldHaveGot(receiver.Messages, 14);
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 1400);
    }

    [Fact]
    public async Task A_socket_that_breaks_ends_the_stream()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, AnyAddress, Patient);
        await using var receiver = await CallbackSocket.StartAsync();
        receiver.BreakAfter = 1;
        using var client = await LiveClient.ConnectAsync(server, $"{LiveClient.Raw}&{To(receiver.Address.ToString())}");

        await client.SpeakAsync(0, 10);
        await client.ReadToEndAsync();

        client.CloseCode.ShouldBe(1011);
        client.CloseReason!.ShouldStartWith("CALLBACK");
        await LiveStreamTests.ShouldBeSettledAsync(server, client.SessionId, 1000);
    }

    [Fact]
    public async Task What_is_sent_is_signed_with_the_projects_secret_each_request_and_the_opening_of_a_socket()
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync();
        var (org, box, now) = (world.Shared.Caller.OrgId, new SecretBox(new byte[SecretBox.KeyLength]), world.Time.GetUtcNow());
        await process.Jobs.SetSecretAsync(org, box.Seal(org, Secret), "live", now, now, Token);
        await using var socket = await CallbackSocket.StartAsync();

        foreach (var address in (string[])[world.Receiver.Url, socket.Address.ToString()])
        {
            using var client = await LiveClient.ConnectAsync(process.Server, $"{LiveClient.Raw}&{To(address)}");
            await client.SpeakAsync(0, 10);
            await client.SayAsync("""{"type":"CloseStream"}""");
            await client.ReadToEndAsync();
            client.CloseCode.ShouldBe(1000);
        }

        world.Receiver.Requests.Count.ShouldBeGreaterThan(1);
        foreach (var request in world.Receiver.Requests)
        {
            ShouldBeSigned(request.Headers, request.Body);
        }

        ShouldBeSigned(socket.Headers!, Encoding.ASCII.GetBytes(socket.Headers!["dg-request-id"]));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/hook")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("ws://127.0.0.1:9/hook")]
    [InlineData("ws://localhost:9/hook")]
    [InlineData("wss://[::1]:9/hook")]
    [InlineData("ws://0x7f.1:9/hook")]
    public async Task An_address_that_is_not_public_is_refused_before_the_upgrade(string url)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);

        using var response = await LiveAdmissionTests.UpgradeAsync(server, $"{LiveClient.Raw}&{To(url)}", $"Token {SpeechWorld.Key}");

        await LiveAdmissionTests.ShouldRefuseAsync(response, 400, "INVALID_QUERY_PARAMETER");
        (await response.Content.ReadAsStringAsync(Token)).ShouldContain("Invalid callback url.");
        engine.Connections.ShouldBe(0);
        server.World.Held.ShouldBe(0);
    }

    [Theory]
    [InlineData("ws://127.0.0.1:9/nobody", "")]
    [InlineData("http://127.0.0.1:9/hook", "&resume=true")]
    public async Task A_receiver_that_is_not_there_and_resumption_are_refused_before_the_upgrade(string url, string more)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, AnyAddress, Patient);

        using var response = await LiveAdmissionTests.UpgradeAsync(server, $"{LiveClient.Raw}&{To(url)}{more}", $"Token {SpeechWorld.Key}");

        await LiveAdmissionTests.ShouldRefuseAsync(response, 400, "INVALID_QUERY_PARAMETER");
        engine.Connections.ShouldBe(0);
        server.World.Held.ShouldBe(0);
    }

    private static void ShouldBeSigned(IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{headers[DeliveryHeaders.Timestamp]}."), .. body];
        headers[DeliveryHeaders.Signature].ShouldBe($"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed))}");
    }

    private static string To(string url) => $"callback={Uri.EscapeDataString(url)}";

    private static void ShouldHaveGot(IEnumerable<string> messages, int blocks)
    {
        var got = messages.Select(static message => JsonElement.Parse(message)).ToList();
        got[^1].TypeOf().ShouldBe("Metadata");
        got.SkipLast(1).ShouldAllBe(static message => message.GetProperty("is_final").GetBoolean());
        got.SkipLast(1)
            .SelectMany(static message => message.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("words").EnumerateArray())
            .Select(static word => word.GetProperty("word").GetString())
            .ShouldBe(Enumerable.Range(0, blocks).Select(static block => TestAudio.Word(block)));
    }
}
