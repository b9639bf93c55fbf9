using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Speech;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

public sealed class LiveResumeTests
{
    private const string Resumable = $"{LiveClient.Raw}&resume=true";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_client_that_comes_back_hears_every_word_once_whatever_it_had_heard(int windowsKnown)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var first = await LiveClient.ConnectAsync(server, Resumable);
        await first.SpeakAsync(0, 25);
        await first.UntilAsync(static message => message.GetProperty("start").GetDouble() >= 1);
        first.Break();

        using var second = await LiveClient.ConnectAsync(
            server, $"{Resumable}&session_id={first.SessionId}&offset={windowsKnown * 10 * TestAudio.BlockBytes}");
        await second.SpeakAsync(windowsKnown * 10, 35 - (windowsKnown * 10));
        await second.SayAsync("""{"type":"CloseStream"}""");
        await second.ReadToEndAsync();

        second.SessionId.ShouldBe(first.SessionId);
        LiveStreamTests.ShouldHaveHeard(second, 35 - (windowsKnown * 10), from: windowsKnown * 10);
        second.CloseCode.ShouldBe(1000);
        engine.Connections.ShouldBe(1);
        await LiveStreamTests.ShouldBeSettledAsync(server, first.SessionId, 3500);
    }

    [Fact]
    public async Task Another_process_goes_on_with_a_session_and_times_and_meter_go_on_too()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var world = new SpeechWorld();
        await using var dead = await SpeechServer.StartAsync([engine.Address], world);
        await using var server = await SpeechServer.StartAsync([engine.Address], world);
        using var first = await LiveClient.ConnectAsync(dead, Resumable);
        await first.SpeakAsync(0, 25);
        await first.UntilAsync(static message => message.GetProperty("start").GetDouble() >= 1);
        first.Break();
        await Poll.UntilAsync(() => world.Rows[first.SessionId].AcceptedMilliseconds > 0);

        using var second = await LiveClient.ConnectAsync(
            server, $"{Resumable}&session_id={first.SessionId}&offset={20 * TestAudio.BlockBytes}");
        await second.SpeakAsync(20, 15);
        await second.SayAsync("""{"type":"CloseStream"}""");
        await second.ReadToEndAsync();

        LiveStreamTests.ShouldHaveHeard(second, 15, from: 20);
        second.Messages[^1].GetProperty("duration").GetDouble().ShouldBe(3.5);
        await LiveStreamTests.ShouldBeSettledAsync(server, first.SessionId, 3500);
        world.Rows[first.SessionId].Epoch.ShouldBe(2);
        await Poll.UntilAsync(() => dead.Sessions.Find(world.Caller.OrgId, first.SessionId) is null);
    }

    [Fact]
    public async Task A_client_that_gives_up_while_its_session_is_fetched_from_another_process_leaves_no_place_taken()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var (world, places) = (new SpeechWorld(), new SpeechWorld());
        await using var dead = await SpeechServer.StartAsync([engine.Address], world);
        await using var server = await SpeechServer.StartAsync(
            [new Uri($"http://{silent.LocalEndpoint}")], world, services => services.AddSingleton<ISpeechSlots>(places));
        using var first = await LiveClient.ConnectAsync(dead, Resumable);
        first.Break();
        using var second = new LiveClient();
        var coming = second.OpenAsync(server, $"{Resumable}&session_id={first.SessionId}&offset=0");
        await Poll.UntilAsync(() => places.Held == 1);

        second.Break();

        await Should.ThrowAsync<Exception>(coming);
        await Poll.UntilAsync(() => places.Held == 0);
    }

    [Theory]
    [InlineData("&offset=3200000", "offset")]
    [InlineData("&offset=3", "offset")]
    public async Task An_offset_that_cannot_be_resumed_from_is_refused_with_what_can(string offset, string name)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var first = await LiveClient.ConnectAsync(server, Resumable);
        using var second = new LiveClient();

        await Should.ThrowAsync<WebSocketException>(() => second.OpenAsync(server, $"{Resumable}&session_id={first.SessionId}{offset}"));

        ((int)second.Status).ShouldBe(400);
        second.Header("dg-error").ShouldContain(name);
    }

    [Fact]
    public async Task A_session_that_was_closed_or_is_not_of_this_organisation_cannot_be_resumed()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var first = await LiveClient.ConnectAsync(server, Resumable);
        await first.SayAsync("""{"type":"CloseStream"}""");
        await first.ReadToEndAsync();
        await Poll.UntilAsync(() => server.World.Rows[first.SessionId].Settled);

        foreach (var session in new[] { first.SessionId, Guid.NewGuid() })
        {
            using var second = new LiveClient();
            await Should.ThrowAsync<WebSocketException>(() => second.OpenAsync(server, $"{Resumable}&session_id={session}&offset=0"));
            ((int)second.Status).ShouldBe(400);
        }
    }

    [Fact]
    public async Task A_client_that_does_not_come_back_in_time_ends_the_session()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address], null, ("Speech:Listen:ResumeWindow", "00:00:00.200"));
        using var first = await LiveClient.ConnectAsync(server, Resumable);
        await first.SpeakAsync(0, 10);
        await first.UntilAsync(static _ => true);

        first.Break();

        await LiveStreamTests.ShouldBeSettledAsync(server, first.SessionId, 1000);
        server.World.Rows[first.SessionId].State.ShouldBe(SessionState.Ended);
        server.World.Held.ShouldBe(0);
    }
}
