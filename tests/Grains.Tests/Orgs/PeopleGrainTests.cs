using System.Security.Cryptography;
using Switchboard.Commands;
using Switchboard.Orgs;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests.Orgs;

public sealed class PeopleGrainTests : IAsyncLifetime
{
    private readonly InMemoryStore _store = new();
    private GrainWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await GrainWorld.StartAsync(_store);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task An_organisation_is_created_once()
    {
        var again = await _world.DoAsync(_world.Org, new CreateOrg("Again"), _world.System());

        again.Error!.Kind.ShouldBe(ErrorKind.Conflict);
        (await _world.GetOrgAsync(_world.Org))!.Name.ShouldBe("Test");
        (await _world.GetOrgAsync(Guid.NewGuid())).ShouldBeNull();
        (await _world.DoAsync(Guid.NewGuid(), new CreateOrg("x"), _world.System())).Error!.Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public async Task An_address_is_unique_in_the_organisation_whatever_its_letter_case()
    {
        var taken = DomainError.Conflict("a user with this email exists already");
        var fresh = Guid.NewGuid();

        (await _world.DoAsync(fresh, new CreateUser("ANA@example.test", "", null, []), _world.System())).Error.ShouldBe(taken);
        (await _world.GetUserAsync(fresh)).ShouldBeNull();
        (await _world.DoAsync(_world.Ben.Id, new UpdateUser(null, "ana@example.test", null), _world.System())).Error.ShouldBe(taken);
        (await _world.GetUserAsync(_world.Ben.Id))!.Email.ShouldBe("ben@example.test");
    }

    [Fact]
    public async Task A_user_is_disabled_once_and_stays_readable()
    {
        var disable = new UpdateUser(null, null, true);
        (await _world.DoAsync(_world.Ben.Id, disable, _world.System())).Value!.Disabled.ShouldBeTrue();
        (await _world.DoAsync(_world.Ben.Id, disable, _world.System())).Value!.Version.ShouldBe(2);
        (await _world.GetUserAsync(_world.Ben.Id))!.Disabled.ShouldBeTrue();
    }

    [Fact]
    public async Task The_password_hash_is_kept_in_the_row_and_is_in_no_event_and_no_kept_answer()
    {
        var id = Guid.NewGuid();
        var created = await _world.DoAsync(id, 
            new CreateUser("new@example.test", "", null, [Roles.Admin], PasswordHash: "secret-hash"), _world.System("k"));

        created.Value!.PasswordHash.ShouldBeNull();
        (await _world.GetUserAsync(id))!.PasswordHash.ShouldBe("secret-hash");
        var kept = await _store.FindAnswerAsync(_world.Org, "k", TestContext.Current.CancellationToken);
        kept!.Json.ShouldNotContain("secret-hash");
        _store.Events.ShouldAllBe(recorded => !recorded.Body.ToString().Contains("secret-hash"));
    }

    [Fact]
    public async Task A_key_is_found_by_its_hash_and_managed_by_its_organisation_only()
    {
        var (hash, grain) = NewKey();
        var create = new CreateKey(Guid.NewGuid(), KeyKind.Application, "swb_", "wxyz", "laptop", _world.Ana.Id, [Permissions.CasesRead], null);

        (await grain.GetAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        (await grain.ExecuteAsync(create, _world.System(), TestContext.Current.CancellationToken)).Value!.Hash.ShouldBe(hash);
        (await grain.GetAsync(TestContext.Current.CancellationToken))!.UserId.ShouldBe(_world.Ana.Id);

        var foreign = _world.System() with { OrgId = Guid.NewGuid() };
        (await grain.ExecuteAsync(new RevokeKey(), foreign, TestContext.Current.CancellationToken)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await grain.ExecuteAsync(create with { KeyId = Guid.NewGuid() }, foreign, TestContext.Current.CancellationToken)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        (await grain.GetAsync(TestContext.Current.CancellationToken))!.RevokedAt.ShouldBeNull();

        (await grain.ExecuteAsync(new DisableKey(true), _world.System(), TestContext.Current.CancellationToken)).Value!.Disabled.ShouldBeTrue();
        (await grain.ExecuteAsync(new RevokeKey(), _world.System(), TestContext.Current.CancellationToken)).Value!.IsUsable(DateTimeOffset.MinValue).ShouldBeFalse();
        (await grain.GetAsync(TestContext.Current.CancellationToken))!.RevokedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_application_key_needs_a_user_of_the_organisation()
    {
        var create = new CreateKey(Guid.NewGuid(), KeyKind.Application, "swb_", "wxyz", "laptop", Guid.NewGuid(), [], null);

        (await NewKey().Grain.ExecuteAsync(create, _world.System(), TestContext.Current.CancellationToken)).Error!.Title.ShouldBe("user not found");
    }

    [Fact]
    public async Task Two_keys_cannot_have_one_id()
    {
        var create = new CreateKey(Guid.NewGuid(), KeyKind.Api, "swb_", "wxyz", "ci", null, [], null);
        (await NewKey().Grain.ExecuteAsync(create, _world.System(), TestContext.Current.CancellationToken)).Succeeded.ShouldBeTrue();

        (await NewKey().Grain.ExecuteAsync(create, _world.System(), TestContext.Current.CancellationToken)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Theory]
    [InlineData("no hash")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public async Task What_is_no_hash_is_no_key(string text)
    {
        var grain = _world.Grains.GetGrain<IKeyGrain>(text);

        (await grain.GetAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        (await grain.ExecuteAsync(new RevokeKey(), _world.System(), TestContext.Current.CancellationToken)).Error!.Kind.ShouldBe(ErrorKind.Malformed);
    }

    private (string Hash, IKeyGrain Grain) NewKey()
    {
        var hash = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (hash, _world.Grains.GetGrain<IKeyGrain>(hash));
    }
}
