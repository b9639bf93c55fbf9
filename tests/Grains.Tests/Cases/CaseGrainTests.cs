using System.Diagnostics;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Testing.Postgres;

namespace Switchboard.Grains.Tests.Cases;

public abstract class CaseGrainTests(DatabaseFixture? database) : GrainTests(database)
{
    [Fact]
    public async Task Cases_opened_one_after_the_other_get_consecutive_numbers()
    {
        var first = await World.OpenAsync();
        var second = await World.OpenAsync();

        (first.Key, second.Key).ShouldBe(("NOC-1", "NOC-2"));
        second.PublicId.ShouldBe(first.PublicId + 1);
    }

    [Fact]
    public async Task A_refused_opening_uses_no_number_up()
    {
        var refused = await World.DoAsync(Guid.NewGuid(), World.Opening() with { StatusName = "Nowhere" }, World.By(World.Ana));
        refused.Succeeded.ShouldBeFalse();

        (await World.OpenAsync()).Key.ShouldBe("NOC-1");
    }

    [Fact]
    public async Task What_a_command_answers_is_what_a_read_gives_and_what_the_row_holds()
    {
        var opened = await World.OpenAsync();
        var outcome = await World.DoAsync(opened.Id, new SetPriority(CasePriority.P1), World.By(World.Ben));

        var read = await World.GetCaseAsync(opened.Id);
        read.ShouldBe(outcome.Value);
        read!.ModifiedBy.ShouldBe(World.Ben.Id);
        (await World.Port<ICaseDirectory>().FindByKeyAsync(World.Org, opened.Key, Stop)).ShouldBe(opened.Id);
    }

    [Fact]
    public async Task Times_are_kept_in_whole_microseconds()
    {
        var opened = await World.OpenAsync();
        (opened.CreatedAt.Ticks % TimeSpan.TicksPerMicrosecond).ShouldBe(0);
    }

    [Fact]
    public async Task Project_type_and_assignee_must_exist_in_the_organisation()
    {
        var id = Guid.NewGuid();
        var by = World.By(World.Ana);

        (await World.DoAsync(id, World.Opening() with { ProjectId = Guid.NewGuid() }, by)).Error!.Title.ShouldBe("project not found");
        (await World.DoAsync(id, World.Opening() with { TypeId = Guid.NewGuid() }, by)).Error!.Title.ShouldBe("case_type not found");
        (await World.DoAsync(id, World.Opening() with { AssigneeId = Guid.NewGuid() }, by)).Error!.Title.ShouldBe("user not found");
        (await World.DoAsync(id, World.Opening() with { AssigneeId = World.Ben.Id }, by)).Value!.AssigneeId.ShouldBe(World.Ben.Id);
        (await World.DoAsync(id, new Assign(Guid.NewGuid()), by)).Error!.Title.ShouldBe("user not found");
        (await World.DoAsync(id, new Assign(World.Ana.Id), by)).Value!.AssigneeId.ShouldBe(World.Ana.Id);
    }

    [Fact]
    public async Task A_disabled_user_may_still_be_assigned()
    {
        var opened = await World.OpenAsync();
        await World.DoAsync(World.Ben.Id, new Switchboard.Orgs.UpdateUser(null, null, true), World.System());

        (await World.DoAsync(opened.Id, new Assign(World.Ben.Id), World.By(World.Ana))).Value!.AssigneeId.ShouldBe(World.Ben.Id);
    }

    [Fact]
    public async Task A_foreign_organisations_id_is_not_found()
    {
        var opened = await World.OpenAsync();
        var foreign = Guid.NewGuid();

        var throughOwnKey = World.Grains.GetGrain<ICaseGrain>(GrainKeys.Of(foreign, opened.Id));
        (await throughOwnKey.GetAsync(Stop)).ShouldBeNull();
        var context = World.By(World.Ana) with { OrgId = foreign };
        (await throughOwnKey.ExecuteAsync(new Archive(), context, Stop)).Error.ShouldBe(DomainError.NotFound("case not found"));

        // A door that mixes the two up must not get through either.
        (await World.DoAsync(opened.Id, new Archive(), context)).Error.ShouldBe(DomainError.NotFound("case not found"));
        (await World.DoAsync(opened.Id, new AddComment(Guid.NewGuid(), "x"), context)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await World.StreamAsync(opened.Id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Comments_are_added_edited_and_deleted_by_their_author()
    {
        var opened = await World.OpenAsync();
        var cell = Guid.NewGuid();

        (await World.DoAsync(opened.Id, new AddComment(cell, "one"), World.By(World.Ana))).Value!.Id.ShouldBe(cell);
        (await World.DoAsync(opened.Id, new EditComment(cell, "two"), World.By(World.Ben))).Error!.Kind.ShouldBe(ErrorKind.Forbidden);
        (await World.DoAsync(opened.Id, new EditComment(cell, "two"), World.By(World.Ana))).Value!.Content.ShouldContain("two");
        (await World.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(1);
        var manager = World.By(World.Ben) with { ManagesProject = true };
        (await World.DoAsync(opened.Id, new DeleteComment(cell), manager)).Succeeded.ShouldBeTrue();
        (await World.DoAsync(opened.Id, new DeleteComment(cell), manager)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await World.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_comment_of_another_case_is_not_found()
    {
        var (one, other, cell) = (await World.OpenAsync(), await World.OpenAsync(), Guid.NewGuid());
        await World.DoAsync(one.Id, new AddComment(cell, "x"), World.By(World.Ana));

        (await World.DoAsync(other.Id, new EditComment(cell, "y"), World.By(World.Ana))).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await World.DoAsync(one.Id, new AddComment(cell, "y"), World.By(World.Ana))).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Fact]
    public async Task Events_carry_the_actor_the_request_and_the_trace()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var id = Guid.NewGuid();
        await World.DoAsync(id, World.Opening(), World.By(World.Ana) with { CorrelationId = "outermost" });

        var recorded = (await World.StreamAsync(id)).Single();
        recorded.Metadata.Actor.ShouldBe(World.Ana);
        recorded.Metadata.CorrelationId.ShouldBe("outermost");
        recorded.Metadata.TraceParent.ShouldNotBeNull().ShouldContain(activity.TraceId.ToHexString());
    }

    [Fact]
    public async Task A_grain_that_was_told_to_refresh_reads_the_row_again()
    {
        var opened = await World.OpenAsync();
        await using var other = await World.SplitAsync();
        await other.DoAsync(opened.Id, new SetTitle("changed elsewhere"), other.By(World.Ana));
        (await World.GetCaseAsync(opened.Id))!.Title.ShouldBe(opened.Title, "a held row is not read again for every reader");

        await World.RefreshCaseAsync(opened.Id);

        (await World.GetCaseAsync(opened.Id))!.Title.ShouldBe("changed elsewhere");
    }

    [Fact]
    public async Task Unknown_ids_leave_no_activation_behind()
    {
        var management = World.Grains.GetGrain<Orleans.Runtime.IManagementGrain>(0);
        var before = await CountAsync();
        for (var i = 0; i < 20; i++)
        {
            (await World.GetCaseAsync(Guid.NewGuid())).ShouldBeNull();
            (await World.DoAsync(Guid.NewGuid(), new Archive(), World.By(World.Ana))).Succeeded.ShouldBeFalse();
        }

        // Deactivation goes on after the answer: look until it is done; the runner's time-out ends a look in vain.
        while (await CountAsync() > before)
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        async Task<int> CountAsync() => (await management.GetSimpleGrainStatistics())
            .Where(grain => grain.GrainType.Contains("CaseGrain", StringComparison.OrdinalIgnoreCase))
            .Sum(grain => grain.ActivationCount);
    }

    public sealed class InMemory() : CaseGrainTests(null);

    public sealed class OnPostgres(DatabaseFixture database) : CaseGrainTests(database), IClassFixture<DatabaseFixture>;
}
