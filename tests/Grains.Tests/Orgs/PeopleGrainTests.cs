using System.Security.Cryptography;
using Switchboard.Commands;
using Switchboard.Orgs;
using Switchboard.Testing.Postgres;

namespace Switchboard.Grains.Tests.Orgs;

public abstract class PeopleGrainTests(DatabaseFixture? database) : GrainTests(database)
{
    [Fact]
    public async Task An_organisation_is_created_once()
    {
        var again = await World.DoAsync(World.Org, new CreateOrg("Again"), World.System());

        again.Error!.Kind.ShouldBe(ErrorKind.Conflict);
        (await World.GetOrgAsync(World.Org))!.Name.ShouldBe("Test");
        (await World.GetOrgAsync(Guid.NewGuid())).ShouldBeNull();
        (await World.DoAsync(Guid.NewGuid(), new CreateOrg("x"), World.System())).Error!.Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public async Task An_address_is_unique_in_the_organisation_whatever_its_letter_case()
    {
        var taken = DomainError.Conflict("a user with this email exists already");
        var fresh = Guid.NewGuid();

        (await World.DoAsync(fresh, new CreateUser("ANA@example.test", "", null, []), World.System())).Error.ShouldBe(taken);
        (await World.GetUserAsync(fresh)).ShouldBeNull();
        (await World.DoAsync(World.Ben.Id, new UpdateUser(null, "ana@example.test", null), World.System())).Error.ShouldBe(taken);
        (await World.GetUserAsync(World.Ben.Id))!.Email.ShouldBe("ben@example.test");
    }

    [Fact]
    public async Task A_user_is_disabled_once_and_stays_readable()
    {
        var disable = new UpdateUser(null, null, true);
        (await World.DoAsync(World.Ben.Id, disable, World.System())).Value!.Disabled.ShouldBeTrue();
        (await World.DoAsync(World.Ben.Id, disable, World.System())).Value!.Version.ShouldBe(2);
        (await World.GetUserAsync(World.Ben.Id))!.Disabled.ShouldBeTrue();
    }

    [Fact]
    public async Task The_password_hash_is_kept_in_the_row_and_is_in_no_event_and_no_kept_answer()
    {
        var id = Guid.NewGuid();
        var created = await World.DoAsync(id,
            new CreateUser("new@example.test", "", null, [Roles.Admin], PasswordHash: "secret-hash"), World.System("k"));

        created.Value!.PasswordHash.ShouldBeNull();
        (await World.GetUserAsync(id))!.PasswordHash.ShouldBe("secret-hash");
        var kept = await World.Events.FindAnswerAsync(World.Org, "k", Stop);
        kept!.Json.ShouldNotContain("secret-hash");
        (await World.StreamAsync(id)).ShouldAllBe(recorded => !recorded.Body.ToString().Contains("secret-hash"));
    }

    [Fact]
    public async Task A_key_is_found_by_its_hash_and_managed_by_its_organisation_only()
    {
        var (hash, grain) = NewKey();
        var create = new CreateKey(Guid.NewGuid(), KeyKind.Application, "swb_", "wxyz", "laptop", World.Ana.Id, [Permissions.CasesRead], null);

        (await grain.GetAsync(Stop)).ShouldBeNull();
        (await grain.ExecuteAsync(create, World.System(), Stop)).Value!.Hash.ShouldBe(hash);
        (await grain.GetAsync(Stop))!.UserId.ShouldBe(World.Ana.Id);

        var foreign = World.System() with { OrgId = Guid.NewGuid() };
        (await grain.ExecuteAsync(new RevokeKey(), foreign, Stop)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await grain.ExecuteAsync(create with { KeyId = Guid.NewGuid() }, foreign, Stop)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        (await grain.GetAsync(Stop))!.RevokedAt.ShouldBeNull();

        (await grain.ExecuteAsync(new DisableKey(true), World.System(), Stop)).Value!.Disabled.ShouldBeTrue();
        (await grain.ExecuteAsync(new RevokeKey(), World.System(), Stop)).Value!.IsUsable(DateTimeOffset.MinValue).ShouldBeFalse();
        (await grain.GetAsync(Stop))!.RevokedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_application_key_needs_a_user_of_the_organisation()
    {
        var create = new CreateKey(Guid.NewGuid(), KeyKind.Application, "swb_", "wxyz", "laptop", Guid.NewGuid(), [], null);

        (await NewKey().Grain.ExecuteAsync(create, World.System(), Stop)).Error!.Title.ShouldBe("user not found");
    }

    [Fact]
    public async Task Two_keys_cannot_have_one_id()
    {
        var create = new CreateKey(Guid.NewGuid(), KeyKind.Api, "swb_", "wxyz", "ci", null, [], null);
        (await NewKey().Grain.ExecuteAsync(create, World.System(), Stop)).Succeeded.ShouldBeTrue();

        (await NewKey().Grain.ExecuteAsync(create, World.System(), Stop)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Theory]
    [InlineData("no hash")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public async Task What_is_no_hash_is_no_key(string text)
    {
        var grain = World.Grains.GetGrain<IKeyGrain>(text);

        (await grain.GetAsync(Stop)).ShouldBeNull();
        (await grain.ExecuteAsync(new RevokeKey(), World.System(), Stop)).Error!.Kind.ShouldBe(ErrorKind.Malformed);
    }

    private (string Hash, IKeyGrain Grain) NewKey()
    {
        var hash = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (hash, World.Grains.GetGrain<IKeyGrain>(hash));
    }

    public sealed class InMemory() : PeopleGrainTests(null);

    public sealed class OnPostgres(DatabaseFixture database) : PeopleGrainTests(database), IClassFixture<DatabaseFixture>;
}
