using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Switchboard.Commands;
using Switchboard.Gateway.Speech.Access;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Speech;

public sealed class SpeechKeysTests(RunningGatewayFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_without_scopes_is_a_members()
    {
        var org = await fixture.NewOrgAsync();

        var caller = (await FindAsync(org, org.ApiKey)).Caller!;

        caller.OrgId.ShouldBe(org.Id);
        caller.Scopes.ShouldBe([SpeechScopes.Member]);
        (await FindAsync(org, org.ApiKey, SpeechScopes.KeysWrite)).Refusal.ShouldBe(SpeechError.InsufficientPermissions);
    }

    [Fact]
    public async Task A_key_does_what_its_scopes_say()
    {
        var org = await fixture.NewOrgAsync();
        var reader = await org.Gateway.NewApiKeyAsync(org.Id, SpeechScopes.UsageRead);
        var keeper = await org.Gateway.NewApiKeyAsync(org.Id, SpeechScopes.MembersWrite, Permissions.CasesRead);

        (await FindAsync(org, reader)).Refusal.ShouldBe(SpeechError.InsufficientPermissions);
        (await FindAsync(org, reader, SpeechScopes.UsageRead)).Caller.ShouldNotBeNull();
        (await FindAsync(org, keeper, SpeechScopes.MembersWriteKick)).Caller.ShouldNotBeNull();
        (await FindAsync(org, keeper, SpeechScopes.MembersRead)).Caller.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("org_nobody_has_this_key")]
    [InlineData("'; drop table access_key; --")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.e30")]
    public async Task What_is_no_key_is_refused(string secret)
    {
        var org = await fixture.NewOrgAsync();

        (await FindAsync(org, secret)).Refusal.ShouldBe(SpeechError.InvalidAuth);
    }

    [Fact]
    public async Task An_application_key_is_no_key_of_the_speech_API()
    {
        var org = await fixture.NewOrgAsync();

        (await FindAsync(org, org.ApplicationKey)).Refusal.ShouldBe(SpeechError.InvalidAuth);
    }

    [Fact]
    public async Task A_short_lived_token_transcribes_and_does_nothing_else_and_dies_with_its_key()
    {
        var org = await fixture.NewOrgAsync();
        var caller = (await FindAsync(org, org.ApiKey)).Caller!;
        var token = await org.Gateway.Services.GetRequiredService<SpeechTokens>().IssueAsync(org.Id, caller.KeyId, TimeSpan.FromMinutes(5), Token);

        var temporary = (await FindAsync(org, token)).Caller!;
        temporary.KeyId.ShouldBe(caller.KeyId);
        temporary.IsTemporary.ShouldBeTrue();
        (await FindAsync(org, token, SpeechScopes.UsageRead)).Refusal.ShouldBe(SpeechError.InsufficientPermissions);

        await org.Gateway.RevokeAsync(org.Id, org.ApiKey);
        await UntilAsync(async () => (await FindAsync(org, token)).Refusal == SpeechError.InvalidAuth);
        await UntilAsync(async () => (await FindAsync(org, org.ApiKey)).Refusal == SpeechError.InvalidAuth);
    }

    [Fact]
    public async Task A_revoked_key_ends_its_sessions_and_no_others()
    {
        var org = await fixture.NewOrgAsync();
        var other = await org.Gateway.NewApiKeyAsync(org.Id, SpeechScopes.UsageWrite);
        var keys = org.Gateway.Services.GetRequiredService<ISpeechKeys>();
        using var first = keys.Watch((await FindAsync(org, org.ApiKey)).Caller!);
        using var second = keys.Watch((await FindAsync(org, org.ApiKey)).Caller!);
        using var bystander = keys.Watch((await FindAsync(org, other)).Caller!);

        await org.Gateway.RevokeAsync(org.Id, org.ApiKey);

        await first.Revoked.EndAsync();
        await second.Revoked.EndAsync();
        bystander.Revoked.IsCancellationRequested.ShouldBeFalse();
        await Grain(org, other).ExecuteAsync(new DisableKey(true), new CommandContext(org.Id, Actor.System, "test"), Token);
        await bystander.Revoked.EndAsync();
    }

    [Fact]
    public async Task An_expired_key_ends_its_sessions()
    {
        var org = await fixture.NewOrgAsync();
        var text = $"org_{Guid.NewGuid():N}";
        var soon = DateTimeOffset.UtcNow.AddSeconds(1.5);
        (await Grain(org, text).ExecuteAsync(
            new CreateKey(Guid.CreateVersion7(), KeyKind.Api, text[..6], text[^4..], "short", null, [], soon, Tags: ["a", "a", "b"]),
            new CommandContext(org.Id, Actor.System, "test"), Token)).Error.ShouldBeNull();
        var caller = (await FindAsync(org, text)).Caller!;
        caller.Tags.ShouldBe(["a", "b"]);

        using var watch = org.Gateway.Services.GetRequiredService<ISpeechKeys>().Watch(caller);

        await watch.Revoked.EndAsync();
        (await FindAsync(org, text)).Refusal.ShouldBe(SpeechError.InvalidAuth);
    }

    [Fact]
    public void A_refusal_is_written_for_both_dialects()
    {
        var id = Guid.NewGuid();

        var body = JsonDocument.Parse(SpeechErrors.Body(SpeechError.TooManyRequests, id)).RootElement;

        body.EnumerateObject().Select(member => member.Name).ShouldBe(["err_code", "err_msg", "error", "request_id"]);
        body.GetProperty("request_id").GetGuid().ShouldBe(id);
        body.GetProperty("error").GetString().ShouldBe(body.GetProperty("err_msg").GetString());
    }

    private static ValueTask<SpeechAdmission> FindAsync(RunningOrg org, string secret, string scope = SpeechScopes.UsageWrite) =>
        org.Gateway.Services.GetRequiredService<ISpeechKeys>().FindAsync(secret, scope, Token);

    private static IKeyGrain Grain(RunningOrg org, string key) =>
        org.Gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IKeyGrain>(Fakes.FakeOrg.HashOf(key));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}

/// <summary>Waiting for tokens.</summary>
internal static class CancellationTokens
{
    /// <summary>Completes when the token is cancelled; fails when that takes very long.</summary>
    public static async Task EndAsync(this CancellationToken token)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(() => ended.TrySetResult());
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
