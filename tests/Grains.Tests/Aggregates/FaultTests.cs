using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Tests.Cases;
using Switchboard.Projects;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests.Aggregates;

public sealed class FaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly InMemoryStore _store = new();
    private GrainWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await GrainWorld.StartAsync(_store);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(StoreFault.BeforeCommit, "Disk filling on db-3")]
    [InlineData(StoreFault.AfterCommit, "changed")]
    public async Task After_a_fault_the_next_read_gives_the_committed_truth(StoreFault fault, string title)
    {
        var opened = await _world.OpenAsync();
        _store.Faults.Next(fault);

        await Should.ThrowAsync<StorageUnavailableException>(async () =>
            await _world.DoAsync(opened.Id, new SetTitle("changed"), _world.By(_world.Ana)));

        (await _world.GetCaseAsync(opened.Id))!.Title.ShouldBe(title);
    }

    [Fact]
    public async Task A_repeated_change_after_an_unknown_outcome_has_no_second_effect()
    {
        var opened = await _world.OpenAsync();
        _store.Faults.Next(StoreFault.AfterCommit);
        await Should.ThrowAsync<StorageUnavailableException>(async () =>
            await _world.DoAsync(opened.Id, new SetPriority(CasePriority.P1), _world.By(_world.Ana)));

        var again = await _world.DoAsync(opened.Id, new SetPriority(CasePriority.P1), _world.By(_world.Ana));

        again.Value!.Version.ShouldBe(2);
        (await _world.StreamAsync(opened.Id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task While_the_store_is_down_calls_fail_and_afterwards_they_work_again()
    {
        var opened = await _world.OpenAsync();
        var cold = Guid.NewGuid();
        _store.Faults.Down = true;

        await Should.ThrowAsync<StorageUnavailableException>(async () => await _world.GetCaseAsync(cold));
        await Should.ThrowAsync<StorageUnavailableException>(async () =>
            await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana)));

        _store.Faults.Down = false;
        (await _world.GetCaseAsync(cold)).ShouldBeNull();
        (await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana))).Value!.ArchivedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_held_case_can_be_read_while_the_store_is_down()
    {
        var opened = await _world.OpenAsync();
        _store.Faults.Down = true;

        (await _world.GetCaseAsync(opened.Id))!.Id.ShouldBe(opened.Id);
    }

    [Fact]
    public async Task Under_random_faults_and_repetitions_every_command_takes_effect_once_and_the_rows_rebuild_from_the_events()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new RandomCommands(seed);
        var opened = await _world.OpenAsync();
        var expected = CaseStory.Opened(_world.Opening());
        var type = _world.Grains.GetGrain<ICaseTypeGrain>(GrainKeys.Of(_world.Org, CaseTypes.Standard.Id));
        foreach (var attribute in (CustomAttribute[])[CaseStory.Region, CaseStory.Cost])
        {
            (await type.ExecuteAsync(new DefineAttribute(attribute), _world.By(_world.Ana), TestContext.Current.CancellationToken)).Error.ShouldBeNull();
        }

        _store.Faults.AtRandom(0.3, seed);

        for (var i = 0; i < 150; i++)
        {
            var key = $"command {i}";
            if (random.NextIsComment())
            {
                var comment = random.Comment();
                expected.Do(comment, _world.Ana);
                await UntilAnsweredAsync(async () => await _world.DoAsync(opened.Id, comment, _world.By(_world.Ana, key)));
            }
            else
            {
                var command = random.Command();
                command = command switch
                {
                    Assign => new Assign(_world.Ben.Id),
                    Watch => new Watch(_world.Ben.Id),
                    Unwatch => new Unwatch(_world.Ben.Id),
                    AddTask { AssigneeId: not null } add => add with { AssigneeId = _world.Ben.Id },
                    ChangeTask { AssigneeId: not null } change => change with { AssigneeId = _world.Ben.Id },
                    _ => command,
                };
                expected.Do(command, actor: _world.Ana);
                await UntilAnsweredAsync(async () => await _world.DoAsync(opened.Id, command, _world.By(_world.Ana, key)));
            }
        }

        var stream = await _world.StreamAsync(opened.Id);
        stream.Skip(1).Select(recorded => recorded.Body.ToString())
            .ShouldBe(expected.Events.Skip(1).Select(recorded => recorded.Body.ToString()), $"seed {seed}");

        var rebuild = new CaseRebuild();
        stream.ForEach(rebuild.Apply);
        Json(rebuild.Case!).ShouldBe(Json((await _world.GetCaseAsync(opened.Id))!), $"seed {seed}");
        var row = await ((IAggregateRows<CaseSnapshot>)_store).LoadAsync(_world.Org, opened.Id, TestContext.Current.CancellationToken);
        Json(rebuild.Case!).ShouldBe(Json(row!), $"seed {seed}");
        foreach (var cell in rebuild.Cells)
        {
            (await _store.FindAsync(_world.Org, opened.Id, cell.Id, TestContext.Current.CancellationToken)).ShouldBe(cell, $"seed {seed}");
        }
    }

    [Fact]
    public async Task A_repetition_after_an_unknown_outcome_finds_the_committed_answer()
    {
        var opened = await _world.OpenAsync();
        _store.Faults.Next(StoreFault.AfterCommit);
        await Should.ThrowAsync<StorageUnavailableException>(async () =>
            await _world.DoAsync(opened.Id, new AddComment(Guid.NewGuid(), "once"), _world.By(_world.Ana, "k")));

        var again = await _world.DoAsync(opened.Id, new AddComment(Guid.NewGuid(), "once"), _world.By(_world.Ana, "k"));

        again.Replayed.ShouldBeTrue();
        (await _world.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_repetition_after_a_failure_before_the_commit_does_the_work()
    {
        var opened = await _world.OpenAsync();
        _store.Faults.Next(StoreFault.BeforeCommit);
        await Should.ThrowAsync<StorageUnavailableException>(async () =>
            await _world.DoAsync(opened.Id, new AddComment(Guid.NewGuid(), "once"), _world.By(_world.Ana, "k")));

        var again = await _world.DoAsync(opened.Id, new AddComment(Guid.NewGuid(), "once"), _world.By(_world.Ana, "k"));

        again.Replayed.ShouldBeFalse();
        (await _world.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_case_is_not_opened_in_a_project_that_is_deleted_at_the_same_moment()
    {
        var project = await _world.AddProjectAsync("SEC");
        await using var other = await _world.SplitAsync();
        _store.BeforeAppend = async request =>
        {
            if (request.Stream.Type == "case")
            {
                _store.BeforeAppend = null;
                await other.DoAsync(project.Id, new DeleteProject(), other.By(_world.Ana));
            }
        };

        var id = Guid.NewGuid();
        var outcome = await _world.DoAsync(id, _world.Opening() with { ProjectId = project.Id }, _world.By(_world.Ana));

        outcome.Succeeded.ShouldBeFalse();
        (await _world.StreamAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_command_that_loses_against_another_writer_is_decided_again_on_the_new_state()
    {
        var opened = await _world.OpenAsync();
        await _world.GetCaseAsync(opened.Id);
        await using var other = await _world.SplitAsync();
        var turns = 0;
        _store.BeforeAppend = async request =>
        {
            if (request.Stream.Id == opened.Id && Interlocked.Increment(ref turns) == 1)
            {
                await other.DoAsync(opened.Id, new SetTitle("by the other"), other.By(_world.Ben));
            }
        };

        var outcome = await _world.DoAsync(opened.Id, new SetTitle("by me"), _world.By(_world.Ana));

        outcome.Value!.Version.ShouldBe(3);
        (await _world.StreamAsync(opened.Id)).Skip(1).Select(recorded => recorded.Body).ShouldBe(
            [new TitleChanged("Disk filling on db-3", "by the other"), new TitleChanged("by the other", "by me")]);
    }

    [Fact]
    public async Task A_writer_that_loses_fifty_times_in_a_row_gives_up_and_says_so()
    {
        var opened = await _world.OpenAsync();
        for (var i = 0; i < 50; i++)
        {
            _store.Faults.Next(StoreFault.Conflict);
        }

        var fault = await Should.ThrowAsync<StorageUnavailableException>(async () =>
            await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana)));

        fault.Message.ShouldContain("50 times");
        (await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana))).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task A_case_that_is_committed_while_its_project_is_being_deleted_is_not_shown_afterwards()
    {
        var project = await _world.AddProjectAsync("SEC");
        var (id, listed) = (Guid.NewGuid(), new TaskCompletionSource());
        Task? deletion = null;
        _store.BeforeAppend = async request =>
        {
            if (request.Stream.Type == "case")
            {
                deletion = _world.DoAsync(project.Id, new DeleteProject(), _world.By(_world.Ana));
                await listed.Task;
            }
            else
            {
                listed.SetResult();
                while (await ((IAggregateRows<CaseSnapshot>)_store).LoadAsync(_world.Org, id, TestContext.Current.CancellationToken) is null)
                {
                    await Task.Yield();
                }
            }
        };

        var opened = await _world.DoAsync(id, _world.Opening() with { ProjectId = project.Id }, _world.By(_world.Ana));
        await deletion!;

        opened.Succeeded.ShouldBeTrue("it was committed before the deletion was");
        (await _world.GetCaseAsync(id)).ShouldBeNull();
        (await _world.StreamAsync(id)).Count.ShouldBe(2);
    }

    private static async Task UntilAnsweredAsync(Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StorageUnavailableException)
            {
                // What a client with an idempotency key does: the same request again.
            }
        }
    }

    private static string Json(CaseSnapshot snapshot) => JsonSerializer.Serialize(snapshot, AnswerJson.Default.CaseSnapshot);
}
