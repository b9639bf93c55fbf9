using Switchboard.Gateway.Access;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Access;

public sealed class PermissionSetTests
{
    [Fact]
    public void Every_permission_is_a_bit_of_its_own()
    {
        var bits = Permissions.All.Select(name => PermissionSet.Of(name).Bits).ToList();

        bits.ShouldAllBe(bit => ulong.PopCount(bit) == 1);
        bits.Distinct().Count().ShouldBe(Permissions.All.Count);
        PermissionSet.All.Bits.ShouldBe(bits.Aggregate((all, bit) => all | bit));
    }

    [Fact]
    public void A_misspelt_permission_of_an_operation_is_an_error() =>
        Should.Throw<ArgumentException>(() => AccessRule.Needs("cases_raed")).Message.ShouldContain("cases_raed");

    [Fact]
    public void An_unknown_scope_of_a_key_grants_nothing() =>
        PermissionSet.Of([Permissions.CasesRead, "made_up"]).ShouldBe(PermissionSet.Of(Permissions.CasesRead));

    [Fact]
    public void The_empty_requirement_is_met_by_everybody() =>
        default(PermissionSet).Contains(AccessRule.AnyUser.Required).ShouldBeTrue();
}
