using Microsoft.Extensions.Options;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests;

public sealed class GatewayOptionsTests
{
    [Theory]
    [InlineData("RequestsPerSecond", "0")]
    [InlineData("MaxBodyBytes", "10")]
    [InlineData("MaxJsonDepth", "1")]
    [InlineData("KeyTimeToLive", "00:00:00")]
    [InlineData("CachedKeys", "1")]
    [InlineData("CachedUnknownKeys", "1")]
    [InlineData("ConcurrentKeyLookups", "0")]
    [InlineData("IdempotencyWait", "01:00:00")]
    [InlineData("RetryAfter", "00:00:00")]
    public async Task A_setting_that_cannot_work_stops_the_start_and_is_named(string setting, string value)
    {
        var failure = await Should.ThrowAsync<OptionsValidationException>(
            async () => await GatewayServer.StartAsync(null, ($"Gateway:{setting}", value)));

        failure.Message.ShouldContain($"Gateway:{setting} is {value}; set it to");
    }

    [Fact]
    public void The_defaults_are_valid() =>
        new GatewayOptionsValidator().Validate(null, new GatewayOptions()).Succeeded.ShouldBeTrue();
}
