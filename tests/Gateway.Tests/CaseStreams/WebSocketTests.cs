using System.Net.WebSockets;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.CaseStreams;

public sealed class WebSocketTests(RunningGatewayFixture gateway)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_WebSocket_is_told_the_same_as_an_event_stream()
    {
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        await using var events = await EventClient.FollowAsync(org);
        using var socket = await ConnectAsync(org);
        (await NextAsync(socket)).ShouldNotBeNull().Text("type").ShouldBe("ready");

        await org.NewCaseAsync(project);

        var message = (await NextAsync(socket)).ShouldNotBeNull();
        message.Text("type").ShouldBe("event");
        message.GetProperty("event").GetRawText().ShouldBe((await events.ChangeAsync()).GetRawText());
    }

    [Fact]
    public async Task A_WebSocket_resumes_by_a_parameter()
    {
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        using var socket = await ConnectAsync(org);
        var ready = (await NextAsync(socket)).ShouldNotBeNull();
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await org.NewCaseAsync(project, "missed");

        using var again = await ConnectAsync(org, $"?last_event_id={ready.Text("id")}");

        // What any other transaction on the server still holds back is told after the stream is ready.
        var message = (await NextAsync(again)).ShouldNotBeNull();
        message = message.Text("type") == "ready" ? (await NextAsync(again)).ShouldNotBeNull() : message;
        EventStreamTests.TitleOf(message.GetProperty("event")).ShouldBe("missed");
    }

    [Fact]
    public async Task A_WebSocket_is_closed_with_a_reason_when_its_key_is_revoked()
    {
        var org = await gateway.NewOrgAsync();
        using var socket = await ConnectAsync(org);
        (await NextAsync(socket)).ShouldNotBeNull();

        await org.Gateway.RevokeAsync(org.Id, org.ApplicationKey);

        (await NextAsync(socket)).ShouldNotBeNull().Text("reason").ShouldBe("access_ended");
        (await NextAsync(socket)).ShouldBeNull();
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
    }

    [Fact]
    public async Task A_WebSocket_without_keys_is_refused_before_it_opens()
    {
        var org = await gateway.NewOrgAsync();
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;

        await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(AddressOf(org, ""), Token));

        socket.HttpStatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }

    internal static async Task<ClientWebSocket> ConnectAsync(RunningOrg org, string query = "")
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("DD-API-KEY", org.ApiKey);
        socket.Options.SetRequestHeader("DD-APPLICATION-KEY", org.ApplicationKey);
        await socket.ConnectAsync(AddressOf(org, query), Token);
        return socket;
    }

    internal static async Task<JsonElement?> NextAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
                return document.RootElement.Clone();
            }
        }
    }

    private static Uri AddressOf(RunningOrg org, string query) =>
        new UriBuilder(new Uri(org.Gateway.Client.BaseAddress!, $"/api/v2/cases/stream{query}")) { Scheme = "ws" }.Uri;
}
