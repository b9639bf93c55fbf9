using Google.Protobuf.WellKnownTypes;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.Tests.Running;
using Case = Switchboard.Gateway.CaseApi.Messages.Case;

namespace Switchboard.Gateway.Tests.CaseApi;

/// <summary>Merges, templates and restriction policies over gRPC. A gateway for all tests, an organisation for each.</summary>
public sealed class ProjectRpcTests(RunningGatewayFixture running)
{
    private const string StandardType = "00000000-0000-0000-0000-000000000001";

    [Fact]
    public async Task A_duplicate_is_merged_and_taken_out_again()
    {
        using var api = new CaseApiClient(await running.NewOrgAsync());
        var (project, original) = await api.OpenCaseAsync();
        var duplicate = await api.CallAsync("CreateCase", new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = "second" }, Case.Parser);

        (await api.CallAsync("MergeCase", new MergeCaseRequest { CaseId = duplicate.Id, IntoId = original }, Case.Parser)).Id.ShouldBe(original);
        (await api.CallAsync("UnmergeCase", new CaseReference { CaseId = duplicate.Id }, Case.Parser)).Id.ShouldBe(duplicate.Id);
    }

    [Fact]
    public async Task A_template_is_made_replaced_used_and_deleted()
    {
        using var api = new CaseApiClient(await running.NewOrgAsync());
        var (project, _) = await api.OpenCaseAsync();
        var made = await api.CallAsync(
            "CreateCaseTemplate",
            new CreateCaseTemplateRequest
            {
                ProjectId = project,
                Name = "Disk full",
                TypeId = StandardType,
                Title = "Disk full on ...",
                Priority = Priority.P2,
                Attributes = { ["team"] = new TextList { Values = { "data" } } },
                Tasks = { "Look", "Clean" },
            },
            CaseTemplate.Parser);
        (made.Name, made.ProjectId, made.Priority, made.Tasks.Count).ShouldBe(("Disk full", project, Priority.P2, 2));

        var replaced = await api.CallAsync(
            "ReplaceCaseTemplate",
            new ReplaceCaseTemplateRequest { ProjectId = project, TemplateId = made.Id, Name = "Disk", TypeId = StandardType, Title = "Disk", Priority = Priority.P1 },
            CaseTemplate.Parser);
        (replaced.Name, replaced.Tasks.Count).ShouldBe(("Disk", 0));
        var reference = new CaseTemplateReference { ProjectId = project, TemplateId = made.Id };
        (await api.CallAsync("GetCaseTemplate", reference, CaseTemplate.Parser)).Name.ShouldBe("Disk");
        (await api.CallAsync("ListCaseTemplates", new ListCaseTemplatesRequest { ProjectId = project }, ListCaseTemplatesResponse.Parser)).Templates.ShouldHaveSingleItem();

        var opened = await api.CallAsync(
            "CreateCaseFromTemplate", new CreateCaseFromTemplateRequest { ProjectId = project, TemplateId = made.Id, Title = "Disk full on db-7" }, Case.Parser);
        (opened.Title, opened.Priority).ShouldBe(("Disk full on db-7", Priority.P1));

        await api.CallAsync("DeleteCaseTemplate", reference, Empty.Parser);
        await api.RefusedAsync("GetCaseTemplate", reference, 5);
    }

    [Fact]
    public async Task A_restriction_policy_is_set_shown_and_taken_away()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (project, _) = await api.OpenCaseAsync();
        var resource = $"case-management-project:{project}";
        var update = new UpdateRestrictionPolicyRequest
        {
            ResourceId = resource,
            RestrictionPolicyId = resource,
            Bindings = { new RestrictionPolicyBinding { Relation = "manager", Principals = { $"user:{org.UserId}" } } },
        };

        (await api.CallAsync("UpdateRestrictionPolicy", update, RestrictionPolicy.Parser)).Id.ShouldBe(resource);
        var reference = new RestrictionPolicyReference { ResourceId = resource };
        (await api.CallAsync("GetRestrictionPolicy", reference, RestrictionPolicy.Parser)).Bindings.ShouldHaveSingleItem().Relation.ShouldBe("manager");
        await api.CallAsync("DeleteRestrictionPolicy", reference, Empty.Parser);
        (await api.CallAsync("GetRestrictionPolicy", reference, RestrictionPolicy.Parser)).Bindings.ShouldBeEmpty();
    }
}
