using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Orgs;
using Switchboard.Orgs;

namespace Switchboard.Grains.Tests.Orgs;

public sealed class UserTests
{
    private static readonly CreateUser Creation = new("Ana@Example.test", "Ana", null, []);

    private UserSnapshot? _user;
    private DateTimeOffset _now = new(2026, 3, 2, 10, 15, 30, TimeSpan.Zero);

    [Fact]
    public void A_new_user_has_the_address_in_lower_case_and_the_standard_role()
    {
        Do(Creation);

        var user = _user.ShouldNotBeNull();
        (user.Email, user.Name, user.Disabled, user.Verified, user.ModifiedAt).ShouldBe(("ana@example.test", "Ana", false, false, null));
        user.Roles.ShouldBe([Roles.Standard]);
    }

    [Fact]
    public void A_user_with_a_password_is_verified_and_the_hash_is_in_no_event_and_no_answer()
    {
        var plan = Do(Creation with { PasswordHash = "secret-hash" });

        _user!.Verified.ShouldBeTrue();
        _user.PasswordHash.ShouldBe("secret-hash");
        plan.Changes.OfType<UserWritten>().Single().User.PasswordHash.ShouldBe("secret-hash");
        plan.Answer!.PasswordHash.ShouldBeNull();
        plan.Events.Single().Body.ToString().ShouldNotContain("secret-hash");

        Do(new UpdateUser("Anna", null, null)).Answer!.PasswordHash.ShouldBeNull();
        _user.PasswordHash.ShouldBe("secret-hash");
        Do(new UpdateUser("Anna", null, null)).Answer!.PasswordHash.ShouldBeNull();
    }

    [Theory]
    [InlineData("a@b")]
    [InlineData("first.last+tag@mail.example.test")]
    [InlineData("o'neil@example.test")]
    [InlineData("root@localhost")]
    [InlineData("jürgen@exämple.test")]
    public void An_address_is_a_local_part_and_a_host(string email) => Do(Creation with { Email = email }).Error.ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ana")]
    [InlineData("@example.test")]
    [InlineData("ana@")]
    [InlineData("ana@@example.test")]
    [InlineData("ana@b@example.test")]
    [InlineData("a na@example.test")]
    [InlineData("ana@exam ple.test")]
    [InlineData(".ana@example.test")]
    [InlineData("ana.@example.test")]
    [InlineData("a..b@example.test")]
    [InlineData("ana@example..test")]
    [InlineData("ana@.test")]
    [InlineData("ana@test.")]
    [InlineData("ana@-example.test")]
    [InlineData("ana@example-.test")]
    [InlineData("ana@example.test\n")]
    [InlineData("ana\0@example.test")]
    [InlineData("<ana@example.test>")]
    [InlineData("Ana <ana@example.test>")]
    public void Anything_else_is_refused(string email)
    {
        Do(Creation with { Email = email }).Error.ShouldNotBeNull();
        Do(Creation);
        Do(new UpdateUser(null, email, null)).Error.ShouldNotBeNull();
    }

    [Fact]
    public void An_address_is_bounded_in_whole_and_in_its_parts()
    {
        Do(Creation with { Email = new string('a', 65) + "@example.test" }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        Do(Creation with { Email = "a@" + new string('b', 64) + ".test" }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        Do(Creation with { Email = "a@" + string.Join('.', Enumerable.Repeat("example", 40)) }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
    }

    [Fact]
    public void An_unknown_role_is_refused_with_the_ones_that_there_are()
    {
        Do(Creation with { Roles = [Roles.Admin, "Wizard"] }).Error!.Detail!.ShouldContain(Roles.ReadOnly);
        Do(Creation with { Roles = [Roles.Admin, Roles.Admin] });
        _user!.Roles.ShouldBe([Roles.Admin]);
    }

    [Fact]
    public void An_update_changes_what_is_given_each_as_its_own_event_with_old_and_new()
    {
        Do(Creation);

        Do(new UpdateUser("Anna", "ANNA@example.test", true)).Events.Select(stored => stored.Body).ShouldBe(
        [
            new UserRenamed("Ana", "Anna"), new UserEmailChanged("ana@example.test", "anna@example.test"), new UserDisabled(),
        ]);

        (_user!.Version, _user.Name, _user.Email, _user.Disabled, _user.ModifiedAt).ShouldBe((4L, "Anna", "anna@example.test", true, _now));
        Do(new UpdateUser(null, null, false)).Events.Single().Body.ShouldBeOfType<UserEnabled>();
        _user.Disabled.ShouldBeFalse();
    }

    [Fact]
    public void An_update_that_changes_nothing_is_no_event()
    {
        Do(Creation);
        Do(new UpdateUser("Ana", "ANA@example.test", false)).Events.ShouldBeEmpty();
        Do(new UpdateUser(null, null, null)).Events.ShouldBeEmpty();
        _user!.ModifiedAt.ShouldBeNull();
    }

    [Fact]
    public void A_user_that_does_not_exist_is_not_found_and_one_is_created_once()
    {
        Do(new UpdateUser("x", null, null)).Error.ShouldBe(DomainError.NotFound("user not found"));
        Do(Creation);
        Do(Creation).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Fact]
    public void Names_are_bounded()
    {
        Do(Creation with { Name = new string('x', 256) }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
        Do(Creation with { Title = "\0" }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
    }

    private Plan<UserSnapshot, UserSnapshot> Do(UserCommand command)
    {
        _now += TimeSpan.FromMinutes(1);
        var stream = new StreamName(Guid.Parse("0a000000-0000-0000-0000-000000000001"), "user", Guid.Parse("0b000000-0000-0000-0000-000000000001"));
        var plan = UserPlan.Of(_user, command, UserDecider.Decide(_user, command), new PlanOrigin(stream, Actor.System, _now));
        if (plan.Error is null)
        {
            _user = plan.Next;
        }

        return plan;
    }
}
