using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Gateway.Tests.Speech.Listen;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Testing.Http;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Callbacks;

public sealed class CallbackTests
{
    private const string Raw = LiveClient.Raw;

    private static readonly byte[] Audio = TestAudio.Blocks(0, 23);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_acknowledged_and_its_answer_comes_to_the_address_as_it_would_have_come_back()
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync();
        using var direct = await CallbackWorld.PostAsync(process, $"{Raw}&tag=t1&extra=k:v", Audio);
        var expected = JsonNode.Parse(await direct.Content.ReadAsStringAsync(Token))!;

        var id = await CallbackWorld.AcceptedAsync(process, $"{Raw}&tag=t1&extra=k:v&{world.CallbackTo()}", Audio);
        await process.IdleAsync();

        var request = world.Receiver.Requests.ShouldHaveSingleItem();
        request.Line.ShouldBe("POST /hook HTTP/1.1");
        request.Headers["Content-Type"].ShouldBe("application/json");
        request.Headers["dg-token"].ShouldBe(world.Shared.Caller.KeyId.ToString());
        request.Headers[DeliveryHeaders.DeliveryId].ShouldBe(id.ToString());
        var got = JsonNode.Parse(request.Body)!;
        got["metadata"]!["request_id"]!.GetValue<Guid>().ShouldBe(id);
        foreach (var node in new[] { got, expected })
        {
            node["metadata"]!.AsObject().Remove("request_id");
            node["metadata"]!.AsObject().Remove("created");
        }

        JsonNode.DeepEquals(got, expected).ShouldBeTrue(got.ToJsonString());
        (await world.ProgressAsync(process, id)).State.ShouldBe(CallbackState.Delivered);
        world.Shared.Usage.Where(row => row.Key.Session == id).Sum(static row => row.Value).ShouldBe(2_300);
        world.Shared.Requests[id].ShouldSatisfyAllConditions(
            row => row.Method.ShouldBe("async"), row => row.Code.ShouldBe(200), row => row.Callback.ShouldBe(world.Receiver.Url));
        world.KeptFiles.ShouldBeEmpty();
        await Poll.UntilAsync(() => world.Shared.Held == 0);
    }

    [Fact]
    public async Task A_receiver_that_fails_twice_gets_it_the_third_time_after_growing_pauses_and_it_is_heard_and_metered_once()
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync();
        world.Receiver.Then(500).ThenDrop();

        var id = await CallbackWorld.AcceptedAsync(process, $"{Raw}&{world.CallbackTo()}", Audio);
        await process.IdleAsync();
        var first = await world.ProgressAsync(process, id);
        (await process.RunDueAsync()).ShouldBe(0);
        world.Time.Advance(TimeSpan.FromSeconds(6.1));
        (await process.RunDueAsync()).ShouldBe(1);
        var second = await world.ProgressAsync(process, id);
        world.Time.Advance(TimeSpan.FromSeconds(12.1));
        (await process.RunDueAsync()).ShouldBe(1);

        first.ShouldSatisfyAllConditions(
            _ => first.State.ShouldBe(CallbackState.Delivering), _ => first.LastStatus.ShouldBe(500), _ => first.LastError.ShouldBe("answered with 500"));
        second.Attempts.ShouldBe(2);
        (await world.ProgressAsync(process, id)).State.ShouldBe(CallbackState.Delivered);
        world.Receiver.Requests.Select(static request => request.Headers[DeliveryHeaders.Attempt]).ShouldBe(["1", "2", "3"]);
        world.Receiver.Requests.Select(static request => Convert.ToHexString(SHA256.HashData(request.Body))).Distinct().ShouldHaveSingleItem();
        world.Engine.Connections.ShouldBe(1);
        world.Shared.MeteredMilliseconds.ShouldBe(2_300);
    }

    [Fact]
    public async Task A_project_that_has_made_a_secret_gets_signatures_by_it_and_by_the_one_before()
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync();
        var (org, box, now) = (world.Shared.Caller.OrgId, new SecretBox(new byte[SecretBox.KeyLength]), world.Time.GetUtcNow());

        await CallbackWorld.AcceptedAsync(process, $"{Raw}&{world.CallbackTo()}", Audio);
        await process.IdleAsync();
        await process.Jobs.SetSecretAsync(org, box.Seal(org, "whsec_old"), "_old", now, now, Token);
        await process.Jobs.SetSecretAsync(org, box.Seal(org, "whsec_new"), "_new", now, now.AddHours(1), Token);
        await CallbackWorld.AcceptedAsync(process, $"{Raw}&{world.CallbackTo()}", Audio);
        await process.IdleAsync();

        var (unsigned, signed) = (world.Receiver.Requests.First(), world.Receiver.Requests.Last());
        unsigned.Headers.ContainsKey(DeliveryHeaders.Signature).ShouldBeFalse();
        signed.Headers[DeliveryHeaders.Signature].ShouldBe($"v1={SignatureOf(signed, "whsec_new")},v1={SignatureOf(signed, "whsec_old")}");
    }

    [Fact]
    public async Task An_address_with_a_password_is_called_with_basic_authentication_by_PUT_and_the_password_is_listed_nowhere()
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync();
        var url = $"http://user:pa%3Ass@127.0.0.1:{world.Receiver.Port}/hook?a=1";

        var id = await CallbackWorld.AcceptedAsync(process, $"{Raw}&callback_method=put&metadata=%7B%22a%22%3A1%7D&{world.CallbackTo(url)}", Audio);
        await process.IdleAsync();

        var request = world.Receiver.Requests.ShouldHaveSingleItem();
        request.Line.ShouldBe("PUT /hook?a=1 HTTP/1.1");
        request.Headers["Authorization"].ShouldBe($"Basic {Convert.ToBase64String("user:pa:ss"u8)}");
        JsonNode.Parse(request.Body)!["metadata"]!["metadata"]!["a"]!.GetValue<int>().ShouldBe(1);
        world.Shared.Requests[id].Callback.ShouldBe($"http://127.0.0.1:{world.Receiver.Port}/hook?a=1");
        process.Server.Log.Lines.ShouldAllBe(line => !line.Contains("pa:ss") && !line.Contains("pa%3Ass"));
    }

    [Fact]
    public async Task A_file_whose_engine_dies_is_heard_by_another_in_the_same_attempt()
    {
        await using var world = await CallbackWorld.StartAsync();
        await using var other = await ScriptedEngine.StartAsync();
        world.MoreEngines.Add(other.Address);
        world.Engine.Script = static _ => new EngineScript { KillAt = 10 };
        var process = await world.NewProcessAsync();

        var id = await CallbackWorld.AcceptedAsync(process, $"{Raw}&{world.CallbackTo()}", Audio);
        await process.IdleAsync();

        world.Receiver.Requests.ShouldHaveSingleItem();
        (await world.ProgressAsync(process, id)).ShouldSatisfyAllConditions(
            static job => job.State.ShouldBe(CallbackState.Delivered), static job => job.Attempts.ShouldBe(1));
        world.Shared.MeteredMilliseconds.ShouldBe(2_300);
    }

    [Fact]
    public async Task A_process_killed_before_it_has_heard_the_file_is_followed_by_another_that_hears_and_delivers_it()
    {
        await using var world = await CallbackWorld.StartAsync();
        var (killed, other) = (await world.NewProcessAsync(), await world.NewProcessAsync());
        world.Engine.Script = static connection => connection == 0 ? new EngineScript { FreezeAt = 1 } : new EngineScript();

        var id = await CallbackWorld.AcceptedAsync(killed, $"{Raw}&{world.CallbackTo()}", Audio);
        await Poll.UntilAsync(() => world.Engine.Files.Count == 1);
        await killed.KillAsync();
        (await other.RunDueAsync()).ShouldBe(0); // the lease holds
        world.Time.Advance(TimeSpan.FromSeconds(61));
        (await other.RunDueAsync()).ShouldBe(1);

        var request = world.Receiver.Requests.ShouldHaveSingleItem();
        JsonNode.Parse(request.Body)!["metadata"]!["request_id"]!.GetValue<Guid>().ShouldBe(id);
        (await world.ProgressAsync(other, id)).State.ShouldBe(CallbackState.Delivered);
        world.Shared.MeteredMilliseconds.ShouldBe(2_300);
        world.KeptFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_process_killed_while_it_delivers_is_followed_by_another_that_delivers_what_was_heard()
    {
        await using var world = await CallbackWorld.StartAsync();
        var (killed, other) = (await world.NewProcessAsync(), await world.NewProcessAsync());
        world.Receiver.ThenHang();

        var id = await CallbackWorld.AcceptedAsync(killed, $"{Raw}&{world.CallbackTo()}", Audio);
        await Poll.UntilAsync(() => world.Receiver.Requests.Count == 1);
        await killed.KillAsync();
        world.Time.Advance(TimeSpan.FromSeconds(61));
        (await other.RunDueAsync()).ShouldBe(1);

        world.Receiver.Requests.Count.ShouldBe(2);
        (await world.ProgressAsync(other, id)).State.ShouldBe(CallbackState.Delivered);
        world.Engine.Connections.ShouldBe(1);
        world.Shared.MeteredMilliseconds.ShouldBe(2_300);
    }

    [Fact]
    public async Task Media_is_fetched_from_its_address_and_one_whose_server_is_away_is_asked_again()
    {
        await using var world = await CallbackWorld.StartAsync();
        await using var media = HttpPeer.Start();
        var process = await world.NewProcessAsync();
        media.Then(503).Then(200, body: new string('a', 3200));

        var id = await CallbackWorld.AcceptedAsync(
            process, $"{Raw}&{world.CallbackTo()}", JsonSerializer.SerializeToUtf8Bytes(new { url = media.Url }), "application/json");
        await process.IdleAsync();
        var first = await world.ProgressAsync(process, id);
        world.Time.Advance(TimeSpan.FromSeconds(7));
        (await process.RunDueAsync()).ShouldBe(1);

        first.State.ShouldBe(CallbackState.Transcribing);
        first.LastError.ShouldNotBeNull().ShouldContain("a server error: 503");
        world.Shared.MeteredMilliseconds.ShouldBe(100);
        world.Receiver.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_an_engine_cannot_hear_is_told_to_the_receiver_and_not_metered()
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync();
        world.Engine.Script = static _ => new EngineScript { RefuseStatus = 415 };

        var id = await CallbackWorld.AcceptedAsync(process, $"{Raw}&{world.CallbackTo()}", Audio);
        await process.IdleAsync();

        var told = JsonNode.Parse(world.Receiver.Requests.ShouldHaveSingleItem().Body)!;
        told["request_id"]!.GetValue<Guid>().ShouldBe(id);
        told["err_code"]!.GetValue<string>().ShouldBe("Scripted");
        world.Shared.Requests[id].Code.ShouldBe(415);
        world.Shared.Usage.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_receiver_that_never_takes_it_is_left_alone_after_a_day_and_the_last_error_stays_to_be_seen()
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync();

        var id = await CallbackWorld.AcceptedAsync(process, $"{Raw}&{world.CallbackTo("http://127.0.0.1:9/hook")}", Audio);
        await process.IdleAsync();
        var ended = world.Time.GetUtcNow().AddDays(1);
        CallbackProgress progress;
        while ((progress = await world.ProgressAsync(process, id)).State == CallbackState.Delivering)
        {
            world.Time.Advance(progress.DueAt - world.Time.GetUtcNow());
            (await process.RunDueAsync()).ShouldBe(1);
        }

        progress.State.ShouldBe(CallbackState.GivenUp);
        progress.LastError.ShouldNotBeNullOrEmpty();
        progress.FinishedAt.ShouldBe(ended);
        progress.Attempts.ShouldBeGreaterThan(40);
        (await process.RunDueAsync()).ShouldBe(0);
        world.Engine.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/hook")]
    [InlineData("http://localhost/hook")]
    [InlineData("http://[::1]/hook")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("http://0x7f.1/hook")]
    public async Task An_address_that_is_not_public_is_refused_before_anything_is_kept(string url)
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync(allowPrivate: false);

        using var response = await CallbackWorld.PostAsync(process, $"{Raw}&{world.CallbackTo(url)}", Audio);

        await LiveAdmissionTests.ShouldRefuseAsync(response, 400, "INVALID_QUERY_PARAMETER");
        response.Headers.GetValues("dg-error").Single().ShouldContain("Invalid callback url.");
        world.KeptFiles.ShouldBeEmpty();
        world.Shared.Requests.ShouldBeEmpty();
        world.Shared.Held.ShouldBe(0);
    }

    [Fact]
    public async Task Media_at_an_address_that_is_not_public_and_an_empty_body_are_refused_at_once()
    {
        await using var world = await CallbackWorld.StartAsync();
        var process = await world.NewProcessAsync(allowPrivate: false);
        const string Public = "callback=https%3A%2F%2F1.1.1.1%2Fhook";

        using var media = await CallbackWorld.PostAsync(process, $"{Raw}&{Public}", """{"url":"http://127.0.0.1:9/a.wav"}"""u8.ToArray(), "application/json");
        using var empty = await CallbackWorld.PostAsync(process, $"{Raw}&{Public}", []);

        await LiveAdmissionTests.ShouldRefuseAsync(media, 400, "REMOTE_CONTENT_ERROR");
        await LiveAdmissionTests.ShouldRefuseAsync(empty, 400, "Bad Request");
        world.KeptFiles.ShouldBeEmpty();
        world.Shared.Held.ShouldBe(0);
    }

    private static string SignatureOf(ReceivedRequest request, string secret)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(request.Headers[DeliveryHeaders.Timestamp] + "."), .. request.Body];
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }
}
