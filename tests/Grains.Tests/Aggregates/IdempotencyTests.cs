using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests.Aggregates;

public sealed class IdempotencyTests : IAsyncLifetime
{
    private readonly InMemoryStore _store = new();
    private GrainWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await GrainWorld.StartAsync(_store);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_repeated_command_has_one_effect_and_the_first_answer()
    {
        var opened = await _world.OpenAsync();
        var first = await _world.DoAsync(opened.Id, new SetTitle("one"), _world.By(_world.Ana, "k"));
        await _world.DoAsync(opened.Id, new SetTitle("two"), _world.By(_world.Ana));

        var again = await _world.DoAsync(opened.Id, new SetTitle("one"), _world.By(_world.Ana, "k"));

        first.Replayed.ShouldBeFalse();
        again.Replayed.ShouldBeTrue();
        Same(again.Value!, first.Value!);
        (await _world.GetCaseAsync(opened.Id))!.Title.ShouldBe("two");
    }

    [Fact]
    public async Task Fifty_parallel_openings_with_one_key_on_fifty_ids_make_one_case_and_fifty_equal_answers()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            _world.DoAsync(Guid.NewGuid(), _world.Opening(), _world.By(_world.Ana, "POST /cases k"))));

        outcomes.ShouldAllBe(outcome => outcome.Succeeded);
        outcomes.Count(outcome => !outcome.Replayed).ShouldBe(1);
        outcomes.Select(outcome => outcome.Value!.Id).Distinct().Count().ShouldBe(1);
        foreach (var outcome in outcomes)
        {
            Same(outcome.Value!, outcomes[0].Value!);
        }

        _store.Events.Count(recorded => recorded.Body is CaseOpened).ShouldBe(1);
    }

    [Fact]
    public async Task Fifty_parallel_comments_with_one_key_add_one_comment()
    {
        var opened = await _world.OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            _world.DoAsync(opened.Id, new AddComment(Guid.NewGuid(), "once"), _world.By(_world.Ana, "k"))));

        outcomes.Select(outcome => outcome.Value).Distinct().Count().ShouldBe(1);
        outcomes.Count(outcome => !outcome.Replayed).ShouldBe(1);
        (await _world.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        var opened = await _world.OpenAsync();
        await _world.DoAsync(opened.Id, new SetTitle("one"), _world.By(_world.Ana, "k", "hash-1"));

        var other = await _world.DoAsync(opened.Id, new SetTitle("two"), _world.By(_world.Ana, "k", "hash-2"));

        other.Error!.Kind.ShouldBe(ErrorKind.IdempotencyMismatch);
        (await _world.GetCaseAsync(opened.Id))!.Title.ShouldBe("one");
    }

    [Fact]
    public async Task The_same_key_with_another_body_at_the_same_moment_is_refused_too()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _world.DoAsync(Guid.NewGuid(), _world.Opening($"title {i}"), _world.By(_world.Ana, "k", $"hash-{i}"))));

        outcomes.Count(outcome => outcome.Succeeded).ShouldBe(1);
        outcomes.Where(outcome => !outcome.Succeeded).ShouldAllBe(outcome => outcome.Error!.Kind == ErrorKind.IdempotencyMismatch);
        _store.Events.Count(recorded => recorded.Body is CaseOpened).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_in_another_organisation_is_another_key()
    {
        await using var other = await GrainWorld.StartAsync(_store);
        other.Org.ShouldNotBe(_world.Org);

        var here = await _world.DoAsync(Guid.NewGuid(), _world.Opening("here"), _world.By(_world.Ana, "k", "hash-1"));
        var there = await other.DoAsync(Guid.NewGuid(), other.Opening("there"), other.By(other.Ana, "k", "hash-2"));

        (here.Succeeded, there.Succeeded, there.Replayed).ShouldBe((true, true, false));
        there.Value!.Title.ShouldBe("there");
    }

    [Fact]
    public async Task A_command_that_changes_nothing_keeps_its_answer_too()
    {
        var opened = await _world.OpenAsync();
        (await _world.DoAsync(opened.Id, new Unarchive(), _world.By(_world.Ana, "k"))).Succeeded.ShouldBeTrue();
        await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana));

        var again = await _world.DoAsync(opened.Id, new Unarchive(), _world.By(_world.Ana, "k"));

        again.Replayed.ShouldBeTrue();
        (await _world.GetCaseAsync(opened.Id))!.ArchivedAt.ShouldNotBeNull("the repetition is the first request, not a second one");
        (await _world.StreamAsync(opened.Id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_refusal_is_not_kept()
    {
        var opened = await _world.OpenAsync();
        var user = Guid.NewGuid();
        (await _world.DoAsync(opened.Id, new Assign(user), _world.By(_world.Ana, "k"))).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        await _world.DoAsync(user, new Switchboard.Orgs.CreateUser("new@example.test", "", null, []), _world.System());

        (await _world.DoAsync(opened.Id, new Assign(user), _world.By(_world.Ana, "k"))).Value!.AssigneeId.ShouldBe(user);
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

    private static void Same(CaseSnapshot one, CaseSnapshot other)
    {
        one.Attributes.Count.ShouldBe(other.Attributes.Count);
        (one with { Attributes = other.Attributes }).ShouldBe(other);
    }
}
