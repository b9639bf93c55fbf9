using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Tests.Cases;

public sealed class CaseChangeTests
{
    private static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> Web =
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("team", ["web"]);

    // These need a task, or a closed case: TaskTests, ClosedReasonTests.
    private static readonly Type[] TestedElsewhere = [typeof(AddTask), typeof(ChangeTask), typeof(RemoveTask), typeof(SetClosedReason)];

    public static TheoryData<CaseCommand> EveryCommand =>
    [
        CaseStory.Opening,
        new SetTitle("x"),
        new SetDescription("x"),
        new SetPriority(CasePriority.P1),
        new SetStatus("Closed", null),
        new Assign(CaseStory.Ben.Id),
        new Unassign(),
        new ReplaceAttributes(Web),
        new Archive(),
        new Unarchive(),
        new SetCustomValue("cost", new(CustomAttributeTypes.Number, false, ["1.5"])),
        new ClearCustomValue("cost"),
        new MoveToProject(CaseStory.Other.Id),
        new SetDueDate(new DateOnly(2026, 3, 31)),
        new SetResolvedReason("FALSE_POSITIVE"),
        new Watch(CaseStory.Ben.Id),
        new Unwatch(CaseStory.Ana.Id),
        new AddInsights([new("MONITOR", "/monitors/1", "1")]),
        new RemoveInsights([new("MONITOR", "/monitors/1", "1")]),
    ];

    [Fact]
    public void Every_kind_of_command_is_among_the_ones_tested_here() =>
        EveryCommand.Select(row => ((CaseCommand)row.Data).GetType()).ShouldBe(
            typeof(CaseCommand).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(CaseCommand))).Except(TestedElsewhere), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(EveryCommand), DisableDiscoveryEnumeration = true)]
    public void A_case_that_does_not_exist_is_not_found(CaseCommand command)
    {
        if (command is not OpenCase)
        {
            new CaseStory().Do(command).Error.ShouldBe(DomainError.NotFound("case not found"));
        }
    }

    [Theory]
    [MemberData(nameof(EveryCommand), DisableDiscoveryEnumeration = true)]
    public void A_command_that_changes_nothing_yields_no_event_and_no_modification(CaseCommand command)
    {
        if (command is OpenCase)
        {
            return;
        }

        var story = CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.Security.Id });
        story.Do(command);
        var (before, events) = (story.Case!, story.Events.Count);

        var again = story.Do(command, actor: CaseStory.Ben);

        again.Error.ShouldBeNull();
        again.Events.ShouldBeEmpty();
        again.Changes.ShouldBeEmpty();
        again.Answer.ShouldBe(before);
        story.Events.Count.ShouldBe(events);
    }

    [Theory]
    [MemberData(nameof(EveryCommand), DisableDiscoveryEnumeration = true)]
    public void A_real_change_is_one_event_that_names_its_author_and_time(CaseCommand command)
    {
        var story = CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.Security.Id, AssigneeId = CaseStory.Ana.Id });
        if (command is OpenCase or Watch or Unwatch)
        {
            return;
        }

        if (command is Unarchive)
        {
            story.Do(new Archive());
        }

        if (command is ClearCustomValue)
        {
            story.Do(new SetCustomValue("cost", new(CustomAttributeTypes.Number, false, ["1.5"])));
        }

        if (command is RemoveInsights present)
        {
            story.Do(new AddInsights(present.Insights));
        }

        var before = story.Case!.Version;
        var changed = story.Do(command, actor: CaseStory.Ben);

        changed.Events.Length.ShouldBe(1);
        story.Case.Version.ShouldBe(before + 1);
        story.Case.ModifiedBy.ShouldBe(CaseStory.Ben.Id);
        story.Case.ModifiedAt.ShouldBe(story.Now);
        story.Case.CreatedBy.ShouldBe(CaseStory.Ana.Id);
        var cell = story.Cells.Last();
        (cell.Author, cell.CreatedAt, cell.CaseVersion, cell.Id).ShouldBe((CaseStory.Ben, story.Now, before + 1, changed.Events[0].Id));
    }

    [Fact]
    public void Changes_carry_the_old_and_the_new_value()
    {
        var story = CaseStory.Opened(CaseStory.Opening with { Description = "old", Attributes = Web });
        story.Do(new SetTitle("new title"));
        story.Do(new SetDescription("new"));
        story.Do(new SetPriority(CasePriority.P2));
        story.Do(new SetStatus("closed", null));
        story.Do(new Assign(CaseStory.Ben.Id));
        story.Do(new Assign(CaseStory.Ana.Id));
        story.Do(new Unassign());

        story.Events.Skip(1).Select(recorded => recorded.Body).ShouldBe(
        [
            new TitleChanged("Disk filling on db-3", "new title"),
            new DescriptionChanged("old", "new"),
            new PriorityChanged(CasePriority.NotDefined, CasePriority.P2),
            new StatusChanged("Open", StatusGroup.Open, "Closed", StatusGroup.Closed),
            new AssigneeChanged(null, CaseStory.Ben.Id),
            new AssigneeChanged(CaseStory.Ben.Id, CaseStory.Ana.Id),
            new AssigneeChanged(CaseStory.Ana.Id, null),
        ]);

        story.Do(new ReplaceAttributes(Web.Clear()));
        var replaced = story.Events[^1].Body.ShouldBeOfType<AttributesReplaced>();
        replaced.From["team"].ShouldBe(["web"]);
        replaced.To.ShouldBeEmpty();
    }

    [Fact]
    public void A_case_that_is_taken_up_is_assigned_and_goes_on_in_one_change()
    {
        var story = CaseStory.Opened();
        var taken = new CaseFacts { AssigneeExists = true, TakenUp = new CaseStatus("In Progress", StatusGroup.InProgress) };
        story.Do(new Assign(CaseStory.Ben.Id), taken with { AssigneeExists = false }, CaseStory.Ben).Error!.Title.ShouldBe("user not found");
        story.Do(new Assign(CaseStory.Ben.Id), taken, CaseStory.Ben);
        story.Do(new Assign(CaseStory.Ben.Id), taken, CaseStory.Ben);

        story.Events.Skip(1).Select(recorded => recorded.Body).ShouldBe(
        [
            new AssigneeChanged(null, CaseStory.Ben.Id),
            new StatusChanged("Open", StatusGroup.Open, "In Progress", StatusGroup.InProgress),
        ]);
        (story.Case!.StatusName, story.Case.StatusGroup, story.Case.AssigneeId).ShouldBe(("In Progress", StatusGroup.InProgress, CaseStory.Ben.Id));
    }

    [Fact]
    public void The_timeline_shows_what_changed_from_what_to_what()
    {
        var story = CaseStory.Opened();
        story.Do(new SetPriority(CasePriority.P2));
        story.Do(new SetStatus(null, StatusGroup.InProgress));
        story.Do(new Assign(CaseStory.Ben.Id));
        story.Do(new SetTitle("\"<é>\""));
        story.Do(new ReplaceAttributes(Web));
        story.Do(new Archive());
        story.Do(new Unarchive());
        story.Do(new SetDescription("d"));

        story.Cells.Select(cell => (cell.Kind, Json(cell.Content))).ShouldBe(
        [
            ("CASE_CREATED", Json("""{"key":"NOC-42","title":"Disk filling on db-3","priority":"NOT_DEFINED","status_name":"Open","status_group":"SG_OPEN"}""")),
            ("PRIORITY_CHANGED", Json("""{"from":"NOT_DEFINED","to":"P2"}""")),
            ("STATUS_CHANGED", Json("""{"from":"Open","from_group":"SG_OPEN","to":"In Progress","to_group":"SG_IN_PROGRESS"}""")),
            ("ASSIGNEE_CHANGED", Json($$"""{"from":null,"to":"{{CaseStory.Ben.Id}}"}""")),
            ("TITLE_CHANGED", Json("""{"from":"Disk filling on db-3","to":"\"<é>\""}""")),
            ("ATTRIBUTE_CHANGED", Json("""{"from":{},"to":{"team":["web"]}}""")),
            ("ARCHIVED", Json("""{"from":false,"to":true}""")),
            ("UNARCHIVED", Json("""{"from":true,"to":false}""")),
            ("DESCRIPTION_CHANGED", Json("""{"from":"","to":"d"}""")),
        ]);
    }

    [Fact]
    public void Entering_a_closed_status_sets_the_time_of_closing_and_leaving_clears_it()
    {
        var story = CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.ChangeRequest.Id });
        story.Do(new SetStatus("Completed", null));
        var closed = story.Now;
        story.Case!.ClosedAt.ShouldBe(closed);

        story.Do(new SetStatus("Declined", null));
        story.Case.ClosedAt.ShouldBe(closed, "it went from one closed status to another");

        story.Do(new SetStatus(null, StatusGroup.Open));
        story.Case.ClosedAt.ShouldBeNull();
    }

    [Theory]
    [InlineData(StatusGroup.Open, "Open")]
    [InlineData(StatusGroup.InProgress, "Pending Approval")]
    [InlineData(StatusGroup.Closed, "Completed")]
    public void A_group_alone_means_its_default_status(StatusGroup group, string status)
    {
        var story = CaseStory.Opened(CaseStory.Opening with { TypeId = CaseTypes.ChangeRequest.Id, StatusName = "Approved" });
        story.Do(new SetStatus(null, group));
        story.Case!.StatusName.ShouldBe(status);
    }

    [Fact]
    public void A_status_name_wins_over_a_group()
    {
        var story = CaseStory.Opened();
        story.Do(new SetStatus("In Progress", StatusGroup.Closed));
        story.Case!.StatusGroup.ShouldBe(StatusGroup.InProgress);
    }

    [Fact]
    public void A_status_command_without_name_and_group_is_malformed() =>
        CaseStory.Opened().Do(new SetStatus(null, null)).Error!.Kind.ShouldBe(ErrorKind.Malformed);

    [Fact]
    public void A_status_that_the_type_lacks_is_refused_and_a_long_one_is_cut_in_the_answer()
    {
        CaseStory.Opened().Do(new SetStatus("Approved", null))
            .Error.ShouldBe(DomainError.Invalid("invalid status Approved. Must be one of Open, In Progress, Closed"));
        CaseStory.Opened().Do(new SetStatus(new string('x', 100_000), null)).Error!.Detail!.Length.ShouldBeLessThan(200);
    }

    [Fact]
    public void A_priority_outside_the_enumeration_is_refused() =>
        CaseStory.Opened().Do(new SetPriority((CasePriority)9)).Error!.Detail
            .ShouldBe("invalid priority 9. Must be one of P1, P2, P3, P4, P5, NOT_DEFINED");

    [Fact]
    public void Archiving_keeps_the_status_and_the_case_may_go_on_changing()
    {
        var story = CaseStory.Opened();
        story.Do(new SetStatus("In Progress", null));
        story.Do(new Archive());
        (story.Case!.ArchivedAt, story.Case.StatusName).ShouldBe((story.Now, "In Progress"));

        story.Do(new SetTitle("still here")).Error.ShouldBeNull();
        story.Do(new Unarchive());
        story.Case.ArchivedAt.ShouldBeNull();
    }

    [Fact]
    public void Only_title_description_and_attributes_touch_the_searchable_text()
    {
        var story = CaseStory.Opened();
        bool TextChanged(CaseCommand command) => story.Do(command).Changes.OfType<CaseWritten>().Single().TextChanged;

        TextChanged(new SetTitle("t")).ShouldBeTrue();
        TextChanged(new SetDescription("d")).ShouldBeTrue();
        TextChanged(new ReplaceAttributes(Web)).ShouldBeTrue();
        TextChanged(new SetPriority(CasePriority.P1)).ShouldBeFalse();
        TextChanged(new SetStatus("Closed", null)).ShouldBeFalse();
        TextChanged(new Assign(CaseStory.Ben.Id)).ShouldBeFalse();
        TextChanged(new Archive()).ShouldBeFalse();
    }

    [Fact]
    public void An_event_that_does_not_follow_on_the_state_is_a_damaged_stream()
    {
        var story = CaseStory.Opened();
        story.Do(new SetTitle("t"));
        var rebuild = new CaseRebuild();
        rebuild.Apply(story.Events[0]);

        Should.Throw<InvalidOperationException>(() => rebuild.Apply(story.Events[1] with { Version = 3 }))
            .Message.ShouldContain("does not follow on version 1");
        Should.Throw<InvalidOperationException>(() => new CaseRebuild().Apply(story.Events[1]));
    }

    [Fact]
    public void A_deleted_case_folds_to_nothing()
    {
        var story = CaseStory.Opened();
        var rebuild = new CaseRebuild();
        rebuild.Apply(story.Events[0]);
        rebuild.Apply(story.Events[0] with { Version = 2, Body = new CaseDeleted(CaseStory.Project.Id, "NOC-42") });

        rebuild.Case.ShouldBeNull();
        rebuild.Cells.ShouldBeEmpty();
    }

    private static string Json(string text) => JsonNode.Parse(text)!.ToJsonString();
}
