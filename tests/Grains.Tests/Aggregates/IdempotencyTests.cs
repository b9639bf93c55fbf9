using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Testing.Postgres;

namespace Switchboard.Grains.Tests.Aggregates;

public abstract class IdempotencyTests(DatabaseFixture? database) : GrainTests(database)
{
    [Fact]
    public async Task A_repeated_command_has_one_effect_and_the_first_answer()
    {
        var opened = await World.OpenAsync();
        var first = await World.DoAsync(opened.Id, new SetTitle("one"), World.By(World.Ana, "k"));
        await World.DoAsync(opened.Id, new SetTitle("two"), World.By(World.Ana));

        var again = await World.DoAsync(opened.Id, new SetTitle("one"), World.By(World.Ana, "k"));

        first.Replayed.ShouldBeFalse();
        again.Replayed.ShouldBeTrue();
        Same(again.Value!, first.Value!);
        (await World.GetCaseAsync(opened.Id))!.Title.ShouldBe("two");
    }

    [Fact]
    public async Task Fifty_parallel_openings_with_one_key_on_fifty_ids_make_one_case_and_fifty_equal_answers()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            World.DoAsync(Guid.NewGuid(), World.Opening(), World.By(World.Ana, "POST /cases k"))));

        outcomes.ShouldAllBe(outcome => outcome.Succeeded);
        outcomes.Count(outcome => !outcome.Replayed).ShouldBe(1);
        outcomes.Select(outcome => outcome.Value!.Id).Distinct().Count().ShouldBe(1);
        foreach (var outcome in outcomes)
        {
            Same(outcome.Value!, outcomes[0].Value!);
        }

        (await World.ListCasesAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Fifty_parallel_comments_with_one_key_add_one_comment()
    {
        var opened = await World.OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            World.DoAsync(opened.Id, new AddComment(Guid.NewGuid(), "once"), World.By(World.Ana, "k"))));

        outcomes.Select(outcome => outcome.Value).Distinct().Count().ShouldBe(1);
        outcomes.Count(outcome => !outcome.Replayed).ShouldBe(1);
        (await World.GetCaseAsync(opened.Id))!.CommentCount.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        var opened = await World.OpenAsync();
        await World.DoAsync(opened.Id, new SetTitle("one"), World.By(World.Ana, "k", "hash-1"));

        var other = await World.DoAsync(opened.Id, new SetTitle("two"), World.By(World.Ana, "k", "hash-2"));

        other.Error!.Kind.ShouldBe(ErrorKind.IdempotencyMismatch);
        (await World.GetCaseAsync(opened.Id))!.Title.ShouldBe("one");
    }

    [Fact]
    public async Task The_same_key_with_another_body_at_the_same_moment_is_refused_too()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => World.DoAsync(Guid.NewGuid(), World.Opening($"title {i}"), World.By(World.Ana, "k", $"hash-{i}"))));

        outcomes.Count(outcome => outcome.Succeeded).ShouldBe(1);
        outcomes.Where(outcome => !outcome.Succeeded).ShouldAllBe(outcome => outcome.Error!.Kind == ErrorKind.IdempotencyMismatch);
        (await World.ListCasesAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_in_another_organisation_is_another_key()
    {
        await using var other = await World.ForeignAsync();
        other.Org.ShouldNotBe(World.Org);

        var here = await World.DoAsync(Guid.NewGuid(), World.Opening("here"), World.By(World.Ana, "k", "hash-1"));
        var there = await other.DoAsync(Guid.NewGuid(), other.Opening("there"), other.By(other.Ana, "k", "hash-2"));

        (here.Succeeded, there.Succeeded, there.Replayed).ShouldBe((true, true, false));
        there.Value!.Title.ShouldBe("there");
    }

    [Fact]
    public async Task A_command_that_changes_nothing_keeps_its_answer_too()
    {
        var opened = await World.OpenAsync();
        (await World.DoAsync(opened.Id, new Unarchive(), World.By(World.Ana, "k"))).Succeeded.ShouldBeTrue();
        await World.DoAsync(opened.Id, new Archive(), World.By(World.Ana));

        var again = await World.DoAsync(opened.Id, new Unarchive(), World.By(World.Ana, "k"));

        again.Replayed.ShouldBeTrue();
        (await World.GetCaseAsync(opened.Id))!.ArchivedAt.ShouldNotBeNull("the repetition is the first request, not a second one");
        (await World.StreamAsync(opened.Id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_refusal_is_not_kept()
    {
        var opened = await World.OpenAsync();
        var user = Guid.NewGuid();
        (await World.DoAsync(opened.Id, new Assign(user), World.By(World.Ana, "k"))).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        await World.DoAsync(user, new Switchboard.Orgs.CreateUser("new@example.test", "", null, []), World.System());

        (await World.DoAsync(opened.Id, new Assign(user), World.By(World.Ana, "k"))).Value!.AssigneeId.ShouldBe(user);
    }

    private static void Same(CaseSnapshot one, CaseSnapshot other)
    {
        one.Attributes.Count.ShouldBe(other.Attributes.Count);
        (one with { Attributes = other.Attributes }).ShouldBe(other);
    }

    public sealed class InMemory() : IdempotencyTests(null);

    public sealed class OnPostgres(DatabaseFixture database) : IdempotencyTests(database), IClassFixture<DatabaseFixture>;
}
