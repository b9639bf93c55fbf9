using Switchboard.Cases;

namespace Switchboard.Grains.Tests.Cases;

public sealed class CaseTypesTests
{
    [Fact]
    public void The_built_in_types_have_the_public_ids_names_and_order() =>
        CaseTypes.BuiltIn.Select(type => (type.Id.ToString(), type.Name, type.LegacyName)).ShouldBe(
        [
            ("00000000-0000-0000-0000-000000000001", "Standard", "STANDARD"),
            ("00000000-0000-0000-0000-000000000002", "Event Management", "EVENT_MANAGEMENT"),
            ("00000000-0000-0000-0000-000000000003", "Security", "SECURITY"),
            ("00000000-0000-0000-0000-000000000004", "Change Request", "CHANGE_REQUEST"),
            ("00000000-0000-0000-0000-000000000005", "Error Tracking", "ERROR_TRACKING_ISSUE"),
            ("00000000-0000-0000-0000-000000000007", "Logs Optimization Insights", "LOGS_OPTIMIZATION_INSIGHTS"),
        ]);

    [Fact]
    public void Every_group_of_every_type_has_a_default_that_is_one_of_its_statuses()
    {
        foreach (var type in CaseTypes.BuiltIn)
        {
            foreach (var group in Enum.GetValues<StatusGroup>())
            {
                type[group].Names.ShouldContain(type[group].Default);
                type.TryFindStatus(type[group].Default, out var status).ShouldBeTrue();
                status.ShouldBe(new CaseStatus(type[group].Default, group));
            }
        }
    }

    [Fact]
    public void Types_are_found_by_id_and_by_legacy_name()
    {
        foreach (var type in CaseTypes.BuiltIn)
        {
            CaseTypes.Find(type.Id).ShouldBe(type);
            CaseTypes.FindByLegacyName(type.LegacyName).ShouldBe(type);
        }

        CaseTypes.Find(Guid.Empty).ShouldBeNull();
        CaseTypes.FindByLegacyName("standard").ShouldBeNull();
    }

    [Fact]
    public void Every_priority_and_group_has_an_outside_name()
    {
        Enum.GetValues<CasePriority>().Select(CaseNames.Of).ShouldBe(["NOT_DEFINED", "P1", "P2", "P3", "P4", "P5"]);
        Enum.GetValues<StatusGroup>().Select(CaseNames.Of).ShouldBe(["SG_OPEN", "SG_IN_PROGRESS", "SG_CLOSED"]);
    }
}
