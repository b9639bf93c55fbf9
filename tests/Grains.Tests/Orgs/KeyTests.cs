using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Orgs;
using Switchboard.Orgs;

namespace Switchboard.Grains.Tests.Orgs;

public sealed class KeyTests
{
    private static readonly string Hash = new('a', 64);
    private static readonly Guid KeyId = Guid.Parse("0f000000-0000-0000-0000-000000000001");
    private static readonly Guid User = Guid.Parse("0b000000-0000-0000-0000-000000000001");
    private static readonly CreateKey Api = new(KeyId, KeyKind.Api, "swb_", "wxyz", "ci", null, [], null);
    private static readonly CreateKey Application = Api with { Kind = KeyKind.Application, UserId = User };

    private KeySnapshot? _key;
    private readonly DateTimeOffset _now = new(2026, 3, 2, 10, 15, 30, TimeSpan.Zero);

    [Fact]
    public void A_new_key_keeps_its_hash_in_the_row_and_not_in_the_event()
    {
        var plan = Do(Application with { Scopes = [Permissions.CasesRead, Permissions.CasesRead] });

        plan.Changes.OfType<KeyWritten>().Single().Key.Hash.ShouldBe(Hash);
        plan.Events.Single().Body.ToString().ShouldNotContain(Hash);
        _key!.Scopes.ShouldBe([Permissions.CasesRead]);
        _key.UserId.ShouldBe(User);
        _key.IsUsable(_now).ShouldBeTrue();
    }

    [Fact]
    public void A_key_expires_at_its_time()
    {
        var expiry = _now.AddHours(1).AddTicks(7);
        Do(Api with { ExpiresAt = expiry.ToOffset(TimeSpan.FromHours(2)) });

        _key!.ExpiresAt.ShouldBe(expiry.AddTicks(-7), "PostgreSQL keeps whole microseconds");
        _key.ExpiresAt!.Value.Offset.ShouldBe(TimeSpan.Zero);
        _key.IsUsable(expiry.AddMinutes(-1)).ShouldBeTrue();
        _key.IsUsable(expiry).ShouldBeFalse();
    }

    [Fact]
    public void A_key_cannot_be_created_expired() => Do(Api with { ExpiresAt = _now }).Error!.Kind.ShouldBe(ErrorKind.Invalid);

    [Fact]
    public void An_api_key_has_no_user_and_an_application_key_has_one_of_the_organisation()
    {
        Do(Api with { UserId = User }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        Do(Application with { UserId = null }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        Do(Api with { Kind = (KeyKind)7 }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        Do(Application, userExists: false).Error.ShouldBe(DomainError.NotFound("user not found"));
    }

    [Fact]
    public void Names_scopes_and_limits_are_checked()
    {
        Do(Api with { Name = "" }).Error!.Kind.ShouldBe(ErrorKind.Malformed);
        Do(Api with { Prefix = new string('x', 17) }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        Do(Api with { Last4 = "12345" }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        Do(Api with { Scopes = ["everything"] }).Error!.Detail!.ShouldContain(Permissions.CasesRead);
        Do(Api with { RequestsPerSecond = 0 }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
    }

    [Fact]
    public void A_key_is_switched_off_and_on_again()
    {
        Do(Api);
        Do(new DisableKey(true)).Events.Single().Body.ShouldBe(new KeyDisabledChanged(false, true));
        _key!.IsUsable(_now).ShouldBeFalse();
        Do(new DisableKey(true)).Events.ShouldBeEmpty();
        Do(new DisableKey(false));
        _key.IsUsable(_now).ShouldBeTrue();
    }

    [Fact]
    public void A_revoked_key_stays_revoked()
    {
        Do(Api);
        Do(new RevokeKey());
        _key!.RevokedAt.ShouldBe(_now);
        _key.IsUsable(_now).ShouldBeFalse();
        Do(new RevokeKey()).Events.ShouldBeEmpty();
        Do(new DisableKey(true)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        Do(Api).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Fact]
    public void An_unknown_key_is_not_found()
    {
        Do(new RevokeKey()).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        Do(new DisableKey(true)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
    }

    private Plan<KeySnapshot, KeySnapshot> Do(KeyCommand command, bool userExists = true)
    {
        var stream = new StreamName(Guid.Parse("0a000000-0000-0000-0000-000000000001"), "key", KeyId);
        var decision = KeyDecider.Decide(_key, command, new KeyFacts(_now, userExists));
        var plan = KeyPlan.Of(_key, Hash, decision, new PlanOrigin(stream, Actor.System, _now));
        if (plan.Error is null)
        {
            _key = plan.Next;
        }

        return plan;
    }
}
