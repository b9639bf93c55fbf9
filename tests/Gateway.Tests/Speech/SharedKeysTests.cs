using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;
using Switchboard.Testing.Postgres;
using Switchboard.Testing.Redis;

namespace Switchboard.Gateway.Tests.Speech;

public sealed class SharedKeysTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_Redis_a_revoked_key_is_refused_in_another_process_and_without_it_keys_go_on()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var redis = await TestRedis.StartAsync();
        await using var gateway = await RunningGatewayFixture.StartAsync(database.ConnectionString, ("Redis:Connection", redis.Connection));
        await using var other = await RunningGatewayFixture.StartAsync(database.ConnectionString, ("Redis:Connection", redis.Connection));
        var org = await gateway.NewOrgAsync();
        var key = await gateway.NewApiKeyAsync(org.Id, SpeechScopes.UsageWrite);
        (await FindAsync(other, key)).Caller!.OrgId.ShouldBe(org.Id);

        await redis.StopAsync();
        var second = await gateway.NewApiKeyAsync(org.Id, SpeechScopes.UsageWrite);
        (await FindAsync(gateway, second)).Caller.ShouldNotBeNull();
        (await FindAsync(other, second)).Caller.ShouldNotBeNull();

        await redis.StartAgainAsync();
        await UntilAsync(async () => await redis.SendAsync($"EXISTS apikey:{Fakes.FakeOrg.HashOf(key)}") == ":1");
        await gateway.RevokeAsync(org.Id, key);
        await UntilAsync(async () => (await FindAsync(other, key)).Refusal == SpeechError.InvalidAuth);
    }

    private static ValueTask<SpeechAdmission> FindAsync(RunningGateway gateway, string key) =>
        gateway.Services.GetRequiredService<ISpeechKeys>().FindAsync(key, SpeechScopes.UsageWrite, Token);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
