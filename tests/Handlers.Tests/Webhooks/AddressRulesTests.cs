using System.Net;
using Microsoft.Extensions.Options;
using Switchboard.Grains.PublicAddresses;
using Switchboard.Grains.Webhooks;
using Switchboard.Handlers.Webhooks;
using Switchboard.Testing.Http;

namespace Switchboard.Handlers.Tests.Webhooks;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")] // cloud metadata
    [InlineData("168.63.129.16")]
    [InlineData("192.0.0.192")]
    [InlineData("198.18.0.1")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:a9fe:a9fe")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::a00:1")] // 10.0.0.1 behind NAT64
    [InlineData("2002:7f00:1::")] // 127.0.0.1 behind 6to4
    [InlineData("2001:0:7f00:1::")] // Teredo
    [InlineData("2001:db8::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    public void An_address_that_is_not_public_is_refused(string address) => AddressRules.IsPublic(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("169.253.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void A_public_address_may_be_called(string address) => AddressRules.IsPublic(IPAddress.Parse(address)).ShouldBeTrue();

    [Theory]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://[::1]:8443/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("http://example.com/")]
    [InlineData("https://user:word@example.com/")]
    [InlineData("https://example.com/#part")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/")]
    [InlineData("/relative")]
    [InlineData("")]
    public void A_url_that_must_not_be_called_is_refused_when_it_is_set(string url) =>
        WebhookRules.Check(Settings(url), new WebhookOptions()).ShouldNotBeNull();

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("https://example.com:8443/hooks?token=1")]
    [InlineData("https://[2606:4700:4700::1111]/")]
    public void A_public_url_may_be_set(string url) => WebhookRules.Check(Settings(url), new WebhookOptions()).ShouldBeNull();

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("2130706433")]
    public async Task A_name_that_leads_to_this_machine_is_refused_at_the_connection(string host)
    {
        var connector = new GuardedConnector(allowPrivate: false, "Webhooks:AllowPrivateAddresses", Dns.GetHostAddressesAsync);

        var refused = await Should.ThrowAsync<AddressRefusedException>(() => connector.AddressesOfAsync(host, Token).AsTask());

        refused.Message.ShouldStartWith($"{host} is not at a public address;");
    }

    [Fact]
    public async Task Of_a_names_addresses_only_the_public_ones_are_called()
    {
        var connector = new GuardedConnector(false, "Webhooks:AllowPrivateAddresses", (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("1.1.1.1")]));

        (await connector.AddressesOfAsync("mixed.example", Token)).ShouldBe([IPAddress.Parse("1.1.1.1")]);
    }

    [Fact]
    public async Task A_name_that_answers_differently_the_second_time_reaches_nothing()
    {
        await using var inside = HttpPeer.Start();
        var asked = 0;
        using var http = new WebhookHttp(
            Options.Create(new WebhookOptions { AllowHttp = true }),
            TimeProvider.System,
            (_, _) => Task.FromResult<IPAddress[]>([++asked == 1 ? IPAddress.Parse("192.168.0.9") : IPAddress.Loopback]));

        for (var i = 0; i < 2; i++)
        {
            var result = await http.PostAsync(new Uri($"http://rebinding.example:{inside.Port}/"), [], [], Token);
            result.Error.ShouldNotBeNull().ShouldContain("not at a public address");
        }

        asked.ShouldBe(2);
        inside.Requests.ShouldBeEmpty();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static WebhookSettings Settings(string url) => new("name", url, null, null, null);
}
