using System.Net;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Switchboard.Gateway.CaseApi.Answers;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.Tests.Access;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;
using Case = Switchboard.Gateway.CaseApi.Messages.Case;

namespace Switchboard.Gateway.Tests.CaseApi;

/// <summary>Cases through gRPC, held against what REST says of the same. A gateway for all tests, an organisation for each.</summary>
public sealed class CaseApiTests(RunningGatewayFixture running)
{
    private const string StandardType = "00000000-0000-0000-0000-000000000001";

    [Fact]
    public async Task A_case_that_was_opened_by_gRPC_is_what_REST_shows()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var project = await api.CallAsync("CreateProject", new CreateProjectRequest { Key = "GRPC", Name = "By gRPC" }, Project.Parser);
        var request = new CreateCaseRequest
        {
            ProjectId = project.Id,
            TypeId = StandardType,
            Title = "Disk „voll“",
            Description = "on db-3",
            Priority = Priority.P2,
            AssigneeId = org.UserId.ToString(),
            Attributes = { ["team"] = new TextList { Values = { "storage", "night" } } },
        };
        var opened = await api.CallAsync("CreateCase", request, Case.Parser);
        (opened.Key, opened.Title, opened.Priority, opened.StatusGroup).ShouldBe(("GRPC-1", "Disk „voll“", Priority.P2, StatusGroup.SgOpen));
        opened.Attributes["team"].Values.ShouldBe(["storage", "night"]);
        (opened.AssigneeId, opened.CreatedById, opened.ProjectId).ShouldBe((org.UserId.ToString(), org.UserId.ToString(), project.Id));

        var document = await org.GetAsync($"/api/v2/cases/{opened.Key}");
        Case.Parser.ParseFrom(EncodedAnswer.Of(Case.Descriptor, Encoding.UTF8.GetBytes(document.GetRawText())).Bytes.Span)
            .ShouldBe(await api.CallAsync("GetCase", new GetCaseRequest { CaseId = "GRPC-1" }, Case.Parser));
        document.GetProperty("data").GetProperty("attributes").GetProperty("title").GetString().ShouldBe("Disk „voll“");
    }

    [Fact]
    public async Task Every_change_of_a_case_has_its_rpc()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (project, id) = await api.OpenCaseAsync();
        var changed = await api.CallAsync("UpdateCaseTitle", new UpdateCaseTitleRequest { CaseId = id, Title = "second" }, Case.Parser);
        changed.Title.ShouldBe("second");
        (await api.CallAsync("UpdateCaseDescription", new UpdateCaseDescriptionRequest { CaseId = id }, Case.Parser)).Description.ShouldBeEmpty();
        (await api.CallAsync("UpdatePriority", new UpdatePriorityRequest { CaseId = id, Priority = Priority.P1 }, Case.Parser)).Priority.ShouldBe(Priority.P1);
        (await api.CallAsync("UpdateStatus", new UpdateStatusRequest { CaseId = id, StatusName = "In Progress" }, Case.Parser)).StatusGroup.ShouldBe(StatusGroup.SgInProgress);
        (await api.CallAsync("AssignCase", new AssignCaseRequest { CaseId = id, AssigneeId = org.UserId.ToString() }, Case.Parser)).AssigneeId.ShouldBe(org.UserId.ToString());
        (await api.CallAsync("UnassignCase", new CaseReference { CaseId = id }, Case.Parser)).AssigneeId.ShouldBeEmpty();
        (await api.CallAsync("UpdateCaseDueDate", new UpdateCaseDueDateRequest { CaseId = id, DueDate = "2027-03-31" }, Case.Parser)).DueDate.ShouldBe("2027-03-31");
        (await api.CallAsync("UpdateCaseDueDate", new UpdateCaseDueDateRequest { CaseId = id }, Case.Parser)).DueDate.ShouldBeEmpty();
        var insights = new CaseInsightsRequest { CaseId = id, Insights = { new Insight { Type = "MONITOR", Ref = "/monitors/7", ResourceId = "7" } } };
        (await api.CallAsync("AddCaseInsights", insights, Case.Parser)).Insights.ShouldBe(insights.Insights);
        (await api.CallAsync("RemoveCaseInsights", insights, Case.Parser)).Insights.ShouldBeEmpty();
        var attributes = new UpdateAttributesRequest { CaseId = id, Attributes = { ["env"] = new TextList { Values = { "prod" } } } };
        (await api.CallAsync("UpdateAttributes", attributes, Case.Parser)).Attributes["env"].Values.ShouldBe(["prod"]);
        (await api.CallAsync("UpdateAttributes", new UpdateAttributesRequest { CaseId = id }, Case.Parser)).Attributes.ShouldBeEmpty();
        var other = await api.CallAsync("CreateProject", new CreateProjectRequest { Key = "OTHER", Name = "Other" }, Project.Parser);
        (await api.CallAsync("MoveCaseToProject", new MoveCaseToProjectRequest { CaseId = id, ProjectId = other.Id }, Case.Parser)).Key.ShouldBe("OTHER-1");
        (await api.CallAsync("ArchiveCase", new CaseReference { CaseId = id }, Case.Parser)).ArchivedAt.ShouldNotBeNull();
        (await api.CallAsync("UnarchiveCase", new CaseReference { CaseId = id }, Case.Parser)).ArchivedAt.ShouldBeNull();
        project.ShouldNotBe(other.Id);
    }

    [Fact]
    public async Task Comments_watchers_links_and_bulk_changes_work_as_through_REST()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (_, id) = await api.OpenCaseAsync();
        var (_, second) = await api.OpenCaseAsync("TWO");
        var cell = (await api.CallAsync("CommentCase", new CommentCaseRequest { CaseId = id, Comment = "hello" }, TimelineResponse.Parser)).Cells.Single();
        (cell.Type, cell.Author.Content.Id).ShouldBe(("COMMENT", org.UserId.ToString()));
        await api.CallAsync("UpdateCaseComment", new UpdateCaseCommentRequest { CaseId = id, CellId = cell.Id, Comment = "bye" }, Empty.Parser);
        await api.CallAsync("DeleteCaseComment", new DeleteCaseCommentRequest { CaseId = id, CellId = cell.Id }, Empty.Parser);

        await api.CallAsync("AddCaseWatcher", new CaseWatcherRequest { CaseId = id, UserId = org.UserId.ToString() }, Empty.Parser);
        var watchers = await api.CallAsync("ListCaseWatchers", new CaseReference { CaseId = id }, ListCaseWatchersResponse.Parser);
        watchers.Watchers.Single().UserId.ShouldBe(org.UserId.ToString());
        await api.CallAsync("RemoveCaseWatcher", new CaseWatcherRequest { CaseId = id, UserId = org.UserId.ToString() }, Empty.Parser);

        var link = await api.CallAsync(
            "CreateCaseLink",
            new CreateCaseLinkRequest
            {
                ParentEntityType = "CASE",
                ParentEntityId = id,
                ChildEntityType = "CASE",
                ChildEntityId = second,
                Relationship = "BLOCKS",
            },
            CaseLink.Parser);
        var links = await api.CallAsync("ListCaseLinks", new ListCaseLinksRequest { EntityType = "CASE", EntityId = id }, ListCaseLinksResponse.Parser);
        links.Links.ShouldBe([link]);
        await api.CallAsync("DeleteCaseLink", new DeleteCaseLinkRequest { LinkId = link.Id }, Empty.Parser);

        var task = await api.CallAsync("CreateCaseTask", new CreateCaseTaskRequest { CaseId = id, Title = "look", AssigneeId = org.UserId.ToString() }, CaseTask.Parser);
        task = await api.CallAsync("UpdateCaseTask", new UpdateCaseTaskRequest { CaseId = id, TaskId = task.Id, Done = true }, CaseTask.Parser);
        (task.Done, task.AssigneeId, task.DoneById).ShouldBe((true, org.UserId.ToString(), org.UserId.ToString()));
        task = await api.CallAsync("UpdateCaseTask", new UpdateCaseTaskRequest { CaseId = id, TaskId = task.Id, AssigneeId = "" }, CaseTask.Parser);
        (task.Title, task.AssigneeId).ShouldBe(("look", ""));
        (await api.CallAsync("ListCaseTasks", new CaseReference { CaseId = id }, ListCaseTasksResponse.Parser)).Tasks.ShouldBe([task]);

        var bulk = new BulkUpdateCasesRequest { CaseIds = { id, second }, Type = "priority", Payload = { ["priority"] = "P3" } };
        var outcomes = await api.CallAsync("BulkUpdateCases", bulk, BulkUpdateCasesResponse.Parser);
        (outcomes.Done, outcomes.Refused).ShouldBe((2L, 0L));
        outcomes.Outcomes.Select(outcome => (outcome.Id, outcome.Status)).ShouldBe([(id, "done"), (second, "done")]);
    }

    [Fact]
    public async Task Projects_types_and_attributes_work_as_through_REST()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var settings = new Struct { Fields = { ["auto_close_inactive_cases"] = Value.ForStruct(new Struct { Fields = { ["enabled"] = Value.ForBool(true), ["max_inactive_time_in_secs"] = Value.ForNumber(86400) } }) } };
        var project = await api.CallAsync("CreateProject", new CreateProjectRequest { Key = "SET", Name = "Settings", Settings = settings }, Project.Parser);
        project.Settings.Fields["auto_close_inactive_cases"].StructValue.Fields["max_inactive_time_in_secs"].NumberValue.ShouldBe(86400);
        (await api.CallAsync("UpdateProject", new UpdateProjectRequest { ProjectId = project.Id, Name = "Renamed" }, Project.Parser)).Name.ShouldBe("Renamed");
        var team = (await org.PostAsync(
            "/api/v2/team", new { data = new { type = "team", attributes = new { handle = "network", name = "Network" } } }, HttpStatusCode.Created)).Data().Id();
        (await api.CallAsync("UpdateProject", new UpdateProjectRequest { ProjectId = project.Id, TeamUuid = team }, Project.Parser)).MemberTeamIds.ShouldBe([team]);
        await api.CallAsync("FavoriteCaseProject", new ProjectReference { ProjectId = project.Id }, Empty.Parser);
        var favorites = await api.CallAsync("ListUserCaseProjectFavorites", new ListUserCaseProjectFavoritesRequest(), ListUserCaseProjectFavoritesResponse.Parser);
        favorites.Favorites.Single().Id.ShouldBe(project.Id);
        (await api.CallAsync("GetProjects", new GetProjectsRequest(), GetProjectsResponse.Parser)).Projects.Single().Name.ShouldBe("Renamed");

        var type = await api.CallAsync("CreateCaseType", new CreateCaseTypeRequest { Name = "Outage", Emoji = "🔥" }, CaseType.Parser);
        type.StatusesConfig.Open.StatusOptions.ShouldNotBeEmpty();
        var attribute = await api.CallAsync(
            "CreateCustomAttributeConfig",
            new CreateCustomAttributeConfigRequest { CaseTypeId = type.Id, Key = "cost", DisplayName = "Cost", Type = "NUMBER", IsMulti = false },
            CustomAttributeConfig.Parser);
        (await api.CallAsync("GetAllCustomAttributeConfigsByCaseType", new CaseTypeReference { CaseTypeId = type.Id }, CustomAttributeConfigsResponse.Parser))
            .CustomAttributes.ShouldContain(attribute);
        (await api.CallAsync("GetAllCaseTypes", new GetAllCaseTypesRequest(), GetAllCaseTypesResponse.Parser)).CaseTypes.ShouldContain(one => one.Id == type.Id);
        var opened = await api.CallAsync(
            "CreateCase",
            new CreateCaseRequest
            {
                ProjectId = project.Id,
                TypeId = type.Id,
                Title = "costly",
                CustomAttributes = { ["cost"] = new CustomValue { Type = "NUMBER", Value = Value.ForNumber(12.5) } },
            },
            Case.Parser);
        opened.CustomAttributes["cost"].Value.NumberValue.ShouldBe(12.5);
    }

    [Fact]
    public async Task Refusals_are_the_domains_with_codes_and_details()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (project, id) = await api.OpenCaseAsync();
        var missing = await api.RefusedAsync("GetCase", new GetCaseRequest { CaseId = Guid.NewGuid().ToString() }, 5);
        missing.Details[0].Unpack<ErrorInfo>().Metadata["http_status"].ShouldBe("404");
        missing.Details[1].Unpack<RequestInfo>().RequestId.ShouldNotBeEmpty();
        (await api.RefusedAsync("UpdateCaseTitle", new UpdateCaseTitleRequest { CaseId = id }, 3)).Message.ShouldContain("title");
        await api.RefusedAsync("UpdatePriority", new UpdatePriorityRequest { CaseId = id }, 3);
        await api.RefusedAsync("UpdateStatus", new UpdateStatusRequest { CaseId = id, StatusName = "Nowhere" }, 3);
        await api.RefusedAsync("SearchCases", new SearchCasesRequest { PageSize = 101 }, 3);
        await api.RefusedAsync("CreateProject", new CreateProjectRequest { Key = "FIRST", Name = "again" }, 3, 9);
        await api.RefusedAsync("CreateCase", new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = new string('x', 2_000_000) }, 8);

        using var reader = new CaseApiClient(await org.AsAsync(org.UserId, Permissions.CasesRead));
        await reader.RefusedAsync("UpdateCaseTitle", new UpdateCaseTitleRequest { CaseId = id, Title = "no" }, 7);
        using var stranger = new CaseApiClient(org, "no-such-key");
        (await stranger.RefusedAsync("GetCase", new GetCaseRequest { CaseId = id }, 16)).Message.ShouldContain("unknown");
    }

    [Fact]
    public async Task An_idempotency_key_lets_a_case_be_opened_once()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (project, _) = await api.OpenCaseAsync();
        var request = new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = "once" };
        var key = ("idempotency-key", Guid.NewGuid().ToString());
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => api.CallAsync("CreateCase", request, Case.Parser, key)));
        answers.Select(answer => answer.Id).Distinct().Count().ShouldBe(1);
        (await api.CallAsync("CreateCase", request, Case.Parser, key)).Id.ShouldBe(answers[0].Id);
        await api.RefusedAsync("CreateCase", new CreateCaseRequest(request) { Title = "other" }, [3], key);
    }

    [Fact]
    public async Task An_import_opens_every_row_that_is_right_and_says_what_is_wrong_with_the_others()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (project, _) = await api.OpenCaseAsync();
        var rows = Enumerable.Range(0, 200).Select(row => new ImportCasesRequest
        {
            Reference = $"r{row}",
            Case = new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = row % 50 == 7 ? "" : $"row {row}" },
        }).ToList();
        var key = ("idempotency-key", Guid.NewGuid().ToString());
        var answer = await api.ImportAsync(rows, key);
        (answer.Created, answer.Refused, answer.Truncated).ShouldBe((196L, 4L, false));
        answer.Results.Select(result => (result.Row, result.Reference)).ShouldBe(Enumerable.Range(0, 200).Select(row => ((long)row, $"r{row}")));
        answer.Results.Where(result => result.Code != 0).Select(result => (result.Row, result.Code)).ShouldBe([(7L, 3), (57L, 3), (107L, 3), (157L, 3)]);
        answer.Results[7].Message.ShouldContain("title");
        (await api.CallAsync("GetCase", new GetCaseRequest { CaseId = answer.Results[199].CaseKey }, Case.Parser)).Title.ShouldBe("row 199");
        (await api.ImportAsync(rows, key)).Results.ShouldBe(answer.Results);
    }

    [Fact]
    public async Task An_export_is_every_case_as_a_message()
    {
        const int Cases = 620; // more than one part
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (project, _) = await api.OpenCaseAsync();
        await api.ImportAsync(Enumerable.Range(0, Cases).Select(row => new ImportCasesRequest
        {
            Case = new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = $"row {row}", AssigneeId = org.UserId.ToString() },
        }));
        var all = await api.ExportAsync(new ExportCasesRequest());
        all.Select(one => one.Id).Distinct().Count().ShouldBe(Cases + 1);
        var shown = all.Single(one => one.Title == "row 17");
        var alone = await api.CallAsync("GetCase", new GetCaseRequest { CaseId = shown.Id }, Case.Parser);
        alone.MergeStatus = ""; // of no use where it is imported
        shown.ShouldBe(alone);
    }

    [Fact]
    public async Task An_export_takes_a_query_and_leaves_out_what_the_caller_may_not_see()
    {
        var org = await RestrictedOrg.CreateAsync(running);
        using var manager = new CaseApiClient(org.Manager);
        using var stranger = new CaseApiClient(org.Stranger);
        var (open, secret) = (org.OpenCase.Id(), org.SecretCase.Id());
        (await manager.ExportAsync(new ExportCasesRequest())).Select(static one => one.Id).ShouldBe([open, secret], ignoreOrder: true);
        (await stranger.ExportAsync(new ExportCasesRequest())).Select(static one => one.Id).ShouldBe([open]);

        await manager.CallAsync("UpdatePriority", new UpdatePriorityRequest { CaseId = secret, Priority = Priority.P1 }, Case.Parser);
        (await manager.ExportAsync(new ExportCasesRequest { Filter = "priority:P1" })).Select(static one => one.Id).ShouldBe([secret]);
        (await stranger.ExportAsync(new ExportCasesRequest { Filter = "priority:P1" })).ShouldBeEmpty();
        (await manager.ExportAsync(new ExportCasesRequest { Filter = "title:nothing-like-it" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_export_that_cannot_be_made_is_refused_before_its_first_case()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        await api.OpenCaseAsync();
        using var blind = new CaseApiClient(await org.AsAsync(org.UserId, Permissions.CasesWrite));
        using var unknown = new CaseApiClient(org, "no such key");
        using var nobody = new CaseApiClient(org) { Credentials = [] };

        (await api.RefusedAsync("ExportCases", new ExportCasesRequest { Filter = "priority:(" }, 3)).Message.ShouldContain("character");
        await api.RefusedAsync("ExportCases", new ExportCasesRequest { Filter = new string('a', 5000) }, 3);
        (await blind.RefusedAsync("ExportCases", new ExportCasesRequest(), 7)).Message.ShouldContain("cases_read");
        await unknown.RefusedAsync("ExportCases", new ExportCasesRequest(), 16);
        await nobody.RefusedAsync("ExportCases", new ExportCasesRequest(), 16);
    }

    [Fact]
    public async Task Nonsense_in_messages_is_refused_and_nothing_breaks()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (project, id) = await api.OpenCaseAsync();
        var deep = Value.ForString("deep");
        for (var i = 0; i < 40; i++)
        {
            deep = Value.ForList(deep);
        }

        IMessage[] refused =
        [
            new CreateCaseRequest { ProjectId = "no uuid", TypeId = StandardType, Title = "x" },
            new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = "nul \0" },
            new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = "x", CustomAttributes = { ["a"] = new CustomValue { Type = "TEXT", Value = deep } } },
            new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = "x", CustomAttributes = { ["a"] = new CustomValue { Type = "NUMBER", Value = Value.ForNumber(double.NaN) } } },
            new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = "x", Priority = (Priority)99 },
            new CreateCaseRequest { ProjectId = project, TypeId = StandardType, Title = "x", CustomAttributes = { ["a"] = new CustomValue { Type = "TEXT", Value = new Value() } } },
        ];
        foreach (var request in refused)
        {
            await api.RefusedAsync("CreateCase", request, 3, 5);
        }

        (await api.CallAsync("GetCase", new GetCaseRequest { CaseId = id }, Case.Parser)).Id.ShouldBe(id);
    }
}
