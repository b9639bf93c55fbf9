using System.Net;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Files;
using Switchboard.Grains.PublicAddresses;
using Switchboard.Testing.Http;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>Media is fetched through redirects, each of which is looked at. Here 127.0.0.1 is public, and nothing else is.</summary>
public sealed class MediaFetcherTests
{
    private const string Named = "media.example";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Redirects_are_followed_to_public_addresses()
    {
        await using var peer = HttpPeer.Start();
        peer.Then(302, $"Location: http://{Named}:{peer.Port}/second\r\n").Then(307, "Location: third?x=1\r\n").Then(200, body: "audio");
        using var fetcher = Fetcher();

        using var answer = await fetcher.FetchAsync(peer.Url, Token);

        (await answer.Content.ReadAsStringAsync(Token)).ShouldBe("audio");
        peer.Requests.Select(static request => request.Line).ShouldBe(["GET /hook HTTP/1.1", "GET /second HTTP/1.1", "GET /third?x=1 HTTP/1.1"]);
    }

    [Theory]
    [InlineData("http://127.0.0.2/secret")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::1]/")]
    [InlineData("http://inside.example/")]
    [InlineData("//127.0.0.2/secret")]
    public async Task A_redirect_to_an_address_that_is_not_public_is_not_followed(string location)
    {
        await using var peer = HttpPeer.Start();
        peer.Then(302, $"Location: {location}\r\n");
        using var fetcher = Fetcher();

        var refused = await Should.ThrowAsync<SpeechRefusedException>(fetcher.FetchAsync(peer.Url, Token));

        refused.Error.Code.ShouldBe("REMOTE_CONTENT_ERROR");
        refused.Error.Message.ShouldContain("not publicly routable");
        peer.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/a.wav")]
    [InlineData("http://user:secret@127.0.0.1/a.wav")]
    public async Task A_redirect_to_what_is_no_web_address_is_not_followed(string location)
    {
        await using var peer = HttpPeer.Start();
        peer.Then(301, $"Location: {location}\r\n");
        using var fetcher = Fetcher();

        var refused = await Should.ThrowAsync<SpeechRefusedException>(fetcher.FetchAsync(peer.Url, Token));

        refused.Error.Message.ShouldNotContain("secret");
        peer.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        await using var peer = HttpPeer.Start();
        for (var redirects = 0; redirects < 10; redirects++)
        {
            peer.Then(302, "Location: /hook\r\n");
        }

        using var fetcher = Fetcher();

        var refused = await Should.ThrowAsync<SpeechRefusedException>(fetcher.FetchAsync(peer.Url, Token));

        refused.Error.Message.ShouldContain("more than 5 times");
        peer.Requests.Count.ShouldBe(6);
    }

    private static MediaFetcher Fetcher() => new(
        Options.Create(new SpeechFileOptions()),
        new GuardedConnector(
            static address => address.Equals(IPAddress.Loopback),
            "Speech:Files:AllowPrivateAddresses",
            static (host, _) => Task.FromResult<IPAddress[]>(host == Named ? [IPAddress.Loopback] : [IPAddress.Parse("10.0.0.1")])));
}
