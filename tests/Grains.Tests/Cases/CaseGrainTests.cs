using System.Diagnostics;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests.Cases;

public sealed class CaseGrainTests : IAsyncLifetime
{
    private readonly InMemoryStore _store = new();
    private GrainWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await GrainWorld.StartAsync(_store);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Cases_opened_one_after_the_other_get_consecutive_numbers()
    {
        var first = await _world.OpenAsync();
        var second = await _world.OpenAsync();

        (first.Key, second.Key).ShouldBe(("NOC-1", "NOC-2"));
        second.PublicId.ShouldBe(first.PublicId + 1);
    }

    [Fact]
    public async Task A_refused_opening_uses_no_number_up()
    {
        var refused = await _world.DoAsync(Guid.NewGuid(), _world.Opening() with { StatusName = "Nowhere" }, _world.By(_world.Ana));
        refused.Succeeded.ShouldBeFalse();

        (await _world.OpenAsync()).Key.ShouldBe("NOC-1");
    }

    [Fact]
    public async Task What_a_command_answers_is_what_a_read_gives_and_what_the_row_holds()
    {
        var opened = await _world.OpenAsync();
        var outcome = await _world.DoAsync(opened.Id, new SetPriority(CasePriority.P1), _world.By(_world.Ben));

        var read = await _world.GetCaseAsync(opened.Id);
        read.ShouldBe(outcome.Value);
        read!.ModifiedBy.ShouldBe(_world.Ben.Id);
        (await _store.FindByKeyAsync(_world.Org, opened.Key, TestContext.Current.CancellationToken)).ShouldBe(opened.Id);
    }

    [Fact]
    public async Task Times_are_kept_in_whole_microseconds()
    {
        var opened = await _world.OpenAsync();
        (opened.CreatedAt.Ticks % TimeSpan.TicksPerMicrosecond).ShouldBe(0);
    }

    [Fact]
    public async Task Project_type_and_assignee_must_exist_in_the_organisation()
    {
        var id = Guid.NewGuid();
        var by = _world.By(_world.Ana);

        (await _world.DoAsync(id, _world.Opening() with { ProjectId = Guid.NewGuid() }, by)).Error!.Title.ShouldBe("project not found");
        (await _world.DoAsync(id, _world.Opening() with { TypeId = Guid.NewGuid() }, by)).Error!.Title.ShouldBe("case_type not found");
        (await _world.DoAsync(id, _world.Opening() with { AssigneeId = Guid.NewGuid() }, by)).Error!.Title.ShouldBe("user not found");
        (await _world.DoAsync(id, _world.Opening() with { AssigneeId = _world.Ben.Id }, by)).Value!.AssigneeId.ShouldBe(_world.Ben.Id);
        (await _world.DoAsync(id, new Assign(Guid.NewGuid()), by)).Error!.Title.ShouldBe("user not found");
        (await _world.DoAsync(id, new Assign(_world.Ana.Id), by)).Value!.AssigneeId.ShouldBe(_world.Ana.Id);
    }

    [Fact]
    public async Task A_disabled_user_may_still_be_assigned()
    {
        var opened = await _world.OpenAsync();
        await _world.DoAsync(_world.Ben.Id, new Switchboard.Orgs.UpdateUser(null, null, true), _world.System());

        (await _world.DoAsync(opened.Id, new Assign(_world.Ben.Id), _world.By(_world.Ana))).Value!.AssigneeId.ShouldBe(_world.Ben.Id);
    }

    [Fact]
    public async Task A_foreign_organisations_id_is_not_found()
    {
        var opened = await _world.OpenAsync();
        var foreign = Guid.NewGuid();

        var throughOwnKey = _world.Grains.GetGrain<ICaseGrain>(GrainKeys.Of(foreign, opened.Id));
        (await throughOwnKey.GetAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        var context = _world.By(_world.Ana) with { OrgId = foreign };
        (await throughOwnKey.ExecuteAsync(new Archive(), context, TestContext.Current.CancellationToken)).Error.ShouldBe(DomainError.NotFound("case not found"));

        // A door that mixes the two up must not get through either.
        (await _world.DoAsync(opened.Id, new Archive(), context)).Error.ShouldBe(DomainError.NotFound("case not found"));
        (await _world.DoAsync(opened.Id, new AddComment(Guid.NewGuid(), "x"), context)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await _world.StreamAsync(opened.Id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Comments_are_added_edited_and_deleted_by_their_author()
    {
        var opened = await _world.OpenAsync();
        var cell = Guid.NewGuid();

        (await _world.DoAsync(opened.Id, new AddComment(cell, "one"), _world.By(_world.Ana))).Value!.Id.ShouldBe(cell);
        (await _world.DoAsync(opened.Id, new EditComment(cell, "two"), _world.By(_world.Ben))).Error!.Kind.ShouldBe(ErrorKind.Forbidden);
        (await _world.DoAsync(opened.Id, new EditComment(cell, "two"), _world.By(_world.Ana))).Value!.Content.ShouldContain("two");
        (await _world.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(1);
        var manager = _world.By(_world.Ben) with { ManagesProject = true };
        (await _world.DoAsync(opened.Id, new DeleteComment(cell), manager)).Succeeded.ShouldBeTrue();
        (await _world.DoAsync(opened.Id, new DeleteComment(cell), manager)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await _world.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_comment_of_another_case_is_not_found()
    {
        var (one, other, cell) = (await _world.OpenAsync(), await _world.OpenAsync(), Guid.NewGuid());
        await _world.DoAsync(one.Id, new AddComment(cell, "x"), _world.By(_world.Ana));

        (await _world.DoAsync(other.Id, new EditComment(cell, "y"), _world.By(_world.Ana))).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await _world.DoAsync(other.Id, new AddComment(cell, "y"), _world.By(_world.Ana))).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Fact]
    public async Task Events_carry_the_actor_the_request_and_the_trace()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var id = Guid.NewGuid();
        await _world.DoAsync(id, _world.Opening(), _world.By(_world.Ana) with { CorrelationId = "outermost" });

        var recorded = (await _world.StreamAsync(id)).Single();
        recorded.Metadata.Actor.ShouldBe(_world.Ana);
        recorded.Metadata.CorrelationId.ShouldBe("outermost");
        recorded.Metadata.TraceParent.ShouldNotBeNull().ShouldContain(activity.TraceId.ToHexString());
    }

    [Fact]
    public async Task A_grain_that_was_told_to_refresh_reads_the_row_again()
    {
        var opened = await _world.OpenAsync();
        await using var other = await _world.SplitAsync(_store);
        await other.DoAsync(opened.Id, new SetTitle("changed elsewhere"), other.By(_world.Ana));
        (await _world.GetCaseAsync(opened.Id))!.Title.ShouldBe(opened.Title, "a held row is not read again for every reader");

        await _world.RefreshCaseAsync(opened.Id);

        (await _world.GetCaseAsync(opened.Id))!.Title.ShouldBe("changed elsewhere");
    }

    [Fact]
    public async Task Unknown_ids_leave_no_activation_behind()
    {
        var management = _world.Grains.GetGrain<Orleans.Runtime.IManagementGrain>(0);
        var before = await CountAsync();
        for (var i = 0; i < 20; i++)
        {
            (await _world.GetCaseAsync(Guid.NewGuid())).ShouldBeNull();
            (await _world.DoAsync(Guid.NewGuid(), new Archive(), _world.By(_world.Ana))).Succeeded.ShouldBeFalse();
        }

        // Deactivation goes on after the answer: look until it is done; the runner's time-out ends a look in vain.
        while (await CountAsync() > before)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        async Task<int> CountAsync() => (await management.GetSimpleGrainStatistics())
            .Where(grain => grain.GrainType.Contains("CaseGrain", StringComparison.OrdinalIgnoreCase))
            .Sum(grain => grain.ActivationCount);
    }
}
