using System.Text;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Deliveries;
using Switchboard.Handlers.Webhooks;
using Switchboard.Testing;
using Switchboard.Testing.Http;

namespace Switchboard.Handlers.Tests.Webhooks;

public sealed class WebhookHttpTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly HttpPeer _peer = HttpPeer.Start();
    private readonly WebhookHttp _http;

    public WebhookHttpTests() =>
        _http = new WebhookHttp(Options.Create(new WebhookOptions { AllowHttp = true, AllowPrivateAddresses = true }), _time);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _peer.DisposeAsync();
    }

    [Fact]
    public async Task A_delivery_is_posted_as_JSON_with_its_headers()
    {
        var result = await PostAsync();

        result.Succeeded.ShouldBeTrue();
        var request = _peer.Requests.ShouldHaveSingleItem();
        request.Line.ShouldBe("POST /hook HTTP/1.1");
        request.Headers["Content-Type"].ShouldBe("application/json");
        request.Headers["X-Test"].ShouldBe("yes");
        Encoding.UTF8.GetString(request.Body).ShouldBe("""{"a":1}""");
    }

    [Fact]
    public async Task A_redirect_is_not_followed_wherever_it_leads()
    {
        await using var inside = HttpPeer.Start();
        _peer.Then(302, $"Location: {inside.Url}\r\n");

        var result = await PostAsync();

        (result.Succeeded, result.Status).ShouldBe((false, 302));
        result.Error.ShouldNotBeNull().ShouldContain("redirects are not followed");
        inside.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Retry-After: 120\r\n", 120)]
    [InlineData("Retry-After: Thu, 15 Jan 2026 09:01:30 GMT\r\n", 90)]
    [InlineData("Retry-After: Thu, 15 Jan 2026 08:00:00 GMT\r\n", null)]
    [InlineData("Retry-After: soon\r\n", null)]
    [InlineData("", null)]
    public async Task What_a_receiver_asks_for_is_read_in_both_forms(string header, int? seconds)
    {
        _peer.Then(429, header);

        var result = await PostAsync();

        result.AskedPause?.TotalSeconds.ShouldBe(seconds ?? -1);
        (result.AskedPause is null).ShouldBe(seconds is null);
        result.IsOverloaded.ShouldBe(seconds is not null);
    }

    [Fact]
    public async Task Of_an_answer_only_the_beginning_is_kept_and_nothing_that_harms()
    {
        _peer.Then(500, "", "no\0\u001b[31m" + new string('x', 100_000));

        var result = await PostAsync();

        result.Error.ShouldBe("answered with 500");
        result.Response.ShouldNotBeNull().Length.ShouldBe(1024);
        result.Response.ShouldStartWith("no\uFFFD\uFFFD[31m");
    }

    [Fact]
    public async Task A_receiver_that_goes_away_after_it_has_taken_the_delivery_has_not_taken_it()
    {
        _peer.ThenDrop();

        var result = await PostAsync();

        (result.Succeeded, result.Status).ShouldBe((false, null));
        result.Error.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_left_after_the_time_out()
    {
        _peer.ThenHang();
        var posting = PostAsync();
        while (_peer.Requests.IsEmpty)
        {
            await Task.Yield();
        }

        _time.Advance(TimeSpan.FromSeconds(10));

        (await posting).Error.ShouldBe("no answer within 10 s");
    }

    private Task<AttemptResult> PostAsync() =>
        _http.PostAsync(new Uri(_peer.Url), """{"a":1}"""u8.ToArray(), [("X-Test", "yes")], TestContext.Current.CancellationToken);
}
