using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Projects;
using Switchboard.Projects;

namespace Switchboard.Grains.Tests.Projects;

public sealed class ProjectTests
{
    private static readonly ImmutableSortedDictionary<string, string> NoSettings = ImmutableSortedDictionary<string, string>.Empty;
    private static readonly CreateProject Creation = new("SEC", "Security", NoSettings, [], null, null);
    private static readonly UpdateProject NoChange = new(null, NoSettings, null, null);
    private static readonly Actor Ana = Actor.User(Guid.Parse("0b000000-0000-0000-0000-000000000001"));

    private ProjectSnapshot? _project;
    private DateTimeOffset _now = new(2026, 3, 2, 10, 15, 30, TimeSpan.Zero);

    [Fact]
    public void A_new_project_has_the_default_notifications()
    {
        Do(Creation);

        var project = _project.ShouldNotBeNull();
        (project.Key, project.Name, project.Version, project.CreatedBy, project.CreatedAt).ShouldBe(("SEC", "Security", 1L, Ana.Id, _now));
        project.ModifiedAt.ShouldBeNull();
        project.Settings.Keys.ShouldBe(["notification"]);
        var notification = JsonNode.Parse(project.Settings["notification"])!.AsObject();
        notification.Count.ShouldBe(9);
        notification["destinations"]!.ToJsonString().ShouldBe("[1]");
        notification.Where(member => member.Key != "destinations").ShouldAllBe(member => member.Value!.GetValue<bool>());
    }

    [Theory]
    [InlineData("S", "S")]
    [InlineData("sec", "SEC")]
    [InlineData("ABCDEFGHIJ", "ABCDEFGHIJ")]
    [InlineData("CASEM", "CASEM")]
    public void A_key_is_one_to_ten_letters_kept_in_upper_case(string given, string kept)
    {
        Do(Creation with { Key = given });
        _project!.Key.ShouldBe(kept);
    }

    [Theory]
    [InlineData("ABCDEFGHIJK")]
    [InlineData("SEC1")]
    [InlineData("A-B")]
    [InlineData(" A")]
    [InlineData("Ä")]
    [InlineData("CASE")]
    [InlineData("case")]
    public void Any_other_key_is_refused(string key) => Do(Creation with { Key = key }).Error!.Kind.ShouldBe(ErrorKind.Invalid);

    [Fact]
    public void Key_and_name_are_required()
    {
        Do(Creation with { Key = "" }).Error!.Kind.ShouldBe(ErrorKind.Malformed);
        Do(Creation with { Name = " " }).Error!.Kind.ShouldBe(ErrorKind.Malformed);
        Do(Creation);
        Do(NoChange with { Name = "" }).Error!.Kind.ShouldBe(ErrorKind.Malformed);
    }

    [Fact]
    public void A_name_is_bounded() => Do(Creation with { Name = new string('x', 256) }).Error!.Kind.ShouldBe(ErrorKind.Invalid);

    [Fact]
    public void Settings_given_on_creation_are_merged_over_the_defaults()
    {
        Do(Creation with { Settings = NoSettings.Add("notification", """{"enabled":false}""") });

        Member("notification", "enabled").ShouldBe("false");
        Member("notification", "notify_on_case_closed").ShouldBe("true");
    }

    [Fact]
    public void A_patch_changes_what_it_names_at_any_depth_and_leaves_the_rest()
    {
        const string jira = "integration_jira";
        Do(Creation with
        {
            Settings = NoSettings.Add(jira, """{"enabled":true,"metadata":{"account_id":"a","project_id":"p"},"sync":{"enabled":true}}"""),
        });

        var plan = Do(NoChange with { Settings = NoSettings.Add(jira, """{"metadata":{"project_id":"q","issue_type_id":"1"},"sync":null}""") });

        JsonNode.DeepEquals(
            JsonNode.Parse(_project!.Settings[jira]),
            JsonNode.Parse("""{"enabled":true,"metadata":{"account_id":"a","project_id":"q","issue_type_id":"1"}}""")).ShouldBeTrue();
        var changed = plan.Events.Single().Body.ShouldBeOfType<ProjectSettingsChanged>();
        changed.From!.ShouldContain("sync");
        changed.To.ShouldBe(_project.Settings[jira]);
        _project.ModifiedAt.ShouldBe(_now);
    }

    [Fact]
    public void A_patch_that_changes_nothing_is_no_event_whatever_the_order_and_spacing_of_members()
    {
        Do(Creation with { Settings = NoSettings.Add("integration_monitor", """{"enabled":true,"handle":"a"}"""), ColumnsConfig = """{"columns":[]}""" });

        var plan = Do(new UpdateProject(
            "Security",
            NoSettings.Add("integration_monitor", """{ "handle": "a", "enabled": true }"""),
            ImmutableArray<string>.Empty,
            """{ "columns": [ ] }"""));

        plan.Events.ShouldBeEmpty();
        _project!.ModifiedAt.ShouldBeNull();
    }

    [Fact]
    public void One_update_may_change_several_things_each_as_its_own_event()
    {
        Do(Creation);

        Do(new UpdateProject("Sec", NoSettings.Add("notification", """{"enabled":false}"""), ["t"], """{"columns":[]}"""))
            .Events.Select(stored => stored.Body.GetType()).ShouldBe(
            [
                typeof(ProjectRenamed), typeof(ProjectSettingsChanged), typeof(ProjectCaseTypesChanged), typeof(ProjectColumnsChanged),
            ]);

        (_project!.Version, _project.Name, _project.ColumnsConfig).ShouldBe((5L, "Sec", """{"columns":[]}"""));
        _project.EnabledCustomCaseTypes.ShouldBe(["t"]);
    }

    [Fact]
    public void A_section_that_nobody_knows_is_left_out()
    {
        Do(Creation with { Settings = NoSettings.Add("integration_pigeon", "not even JSON") }).Error.ShouldBeNull();
        _project!.Settings.Keys.ShouldBe(["notification"]);
    }

    [Theory]
    [InlineData("notification", "[]")]
    [InlineData("notification", "{")]
    [InlineData("notification", """{"enabled":"yes"}""")]
    [InlineData("notification", """{"notify_on_case_closed":1}""")]
    [InlineData("notification", """{"destinations":[4]}""")]
    [InlineData("notification", """{"destinations":1}""")]
    [InlineData("notification", """{"a":1,"a":2}""")]
    [InlineData("auto_close_inactive_cases", """{"max_inactive_time_in_secs":0}""")]
    [InlineData("auto_close_inactive_cases", """{"max_inactive_time_in_secs":1.5}""")]
    [InlineData("auto_transition_assigned_cases", """{"auto_transition_assigned_cases_on_self_assigned":"no"}""")]
    [InlineData("integration_jira", """{"enabled":0}""")]
    [InlineData("integration_jira", """{"x":"\u0000"}""")]
    [InlineData("integration_jira", """{"\u0000":1}""")]
    [InlineData("integration_jira", """{"x":"\ud800"}""")]
    [InlineData("integration_jira", """{"x":1e999}""")]
    [InlineData("integration_jira", """{"x":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}""")]
    public void A_section_of_another_form_is_refused(string section, string json) =>
        Do(Creation with { Settings = NoSettings.Add(section, json) }).Error.ShouldNotBeNull();

    [Fact]
    public void A_section_cannot_grow_over_its_limit_by_many_patches()
    {
        Do(Creation);
        string Patch(string name) => $$"""{"{{name}}":"{{new string('x', 40_000)}}"}""";
        Do(NoChange with { Settings = NoSettings.Add("integration_jira", Patch("a")) }).Error.ShouldBeNull();

        Do(NoChange with { Settings = NoSettings.Add("integration_jira", Patch("b")) }).Error!.Kind.ShouldBe(ErrorKind.Invalid);
    }

    [Fact]
    public void A_project_that_does_not_exist_is_not_found_in_the_words_of_the_public_service()
    {
        Do(NoChange with { Name = "x" }).Error.ShouldBe(DomainError.NotFound("failed to get project: project not found"));
        Do(new DeleteProject()).Error.ShouldBe(DomainError.NotFound("project not found"));
    }

    [Fact]
    public void A_deletion_takes_the_rows_along_and_answers_the_last_state()
    {
        Do(Creation);
        var last = _project;

        var plan = Do(new DeleteProject());

        plan.Answer.ShouldBe(last);
        plan.Changes.Single().ShouldBe(new ProjectRemoved(last!, _now));
        plan.Events.Single().Body.ShouldBe(new ProjectDeleted("SEC", "Security"));
        _project.ShouldBeNull();
        Do(new DeleteProject()).Error!.Kind.ShouldBe(ErrorKind.NotFound);
    }

    private string Member(string section, string name) => JsonNode.Parse(_project!.Settings[section])![name]!.ToJsonString();

    private Plan<ProjectSnapshot, ProjectSnapshot> Do(ProjectCommand command)
    {
        _now += TimeSpan.FromMinutes(1);
        var stream = new StreamName(Guid.Parse("0a000000-0000-0000-0000-000000000001"), "project", Guid.Parse("0c000000-0000-0000-0000-000000000001"));
        var plan = ProjectPlan.Of(_project, ProjectDecider.Decide(_project, command), new PlanOrigin(stream, Ana, _now));
        if (plan.Error is null)
        {
            _project = plan.Next;
        }

        return plan;
    }
}
