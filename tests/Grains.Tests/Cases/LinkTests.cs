using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests.Cases;

public sealed class LinkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_ends_of_a_link_have_its_event_and_its_cell()
    {
        await using var world = await GrainWorld.StartAsync(new InMemoryStore());
        var (parent, child) = (await world.OpenAsync("outage"), await world.OpenAsync("symptom"));

        var link = (await LinkAsync(world, CaseLinkNames.ParentOf, parent.Id, child.Id)).Value!;

        var fact = new LinkAdded(link.Id, CaseLinkNames.ParentOf, LinkEnd.Case(parent.Id), LinkEnd.Case(child.Id));
        foreach (var id in (Guid[])[parent.Id, child.Id])
        {
            (await world.StreamAsync(id))[^1].Body.ShouldBe(fact);
            var now = (await world.GetCaseAsync(id))!;
            now.Version.ShouldBe(2);
            now.ModifiedAt.ShouldBeNull();
            (await world.Port<ICaseLinks>().ListAsync(world.Project.OrgId, LinkEnd.Case(id), null, Stop)).ShouldBe([link]);
        }

        (await world.DoAsync(child.Id, new SetPriority(CasePriority.P1), world.By(world.Ana))).Value!.Version.ShouldBe(3);
    }

    [Fact]
    public async Task A_removed_link_is_gone_and_known_at_both_ends()
    {
        await using var world = await GrainWorld.StartAsync(new InMemoryStore());
        var (one, two) = (await world.OpenAsync("one"), await world.OpenAsync("two"));
        var link = (await LinkAsync(world, CaseLinkNames.RelatesTo, one.Id, two.Id)).Value!;

        (await DoAsync(world, one.Id, new RemoveLink(link.Id))).Error.ShouldBeNull();

        (await world.StreamAsync(one.Id))[^1].Body.ShouldBeOfType<LinkRemoved>();
        (await world.StreamAsync(two.Id))[^1].Body.ShouldBeOfType<LinkRemoved>();
        (await world.Port<ICaseLinks>().FindAsync(world.Project.OrgId, link.Id, Stop)).ShouldBeNull();
        (await DoAsync(world, one.Id, new RemoveLink(link.Id))).Error!.Title.ShouldBe("case link not found");
    }

    [Fact]
    public async Task The_same_two_are_linked_once_by_a_relation_whichever_way()
    {
        await using var world = await GrainWorld.StartAsync(new InMemoryStore());
        var (one, two) = (await world.OpenAsync("one"), await world.OpenAsync("two"));
        (await LinkAsync(world, CaseLinkNames.RelatesTo, one.Id, two.Id)).Error.ShouldBeNull();

        (await LinkAsync(world, CaseLinkNames.RelatesTo, two.Id, one.Id)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        (await LinkAsync(world, "CAUSES", two.Id, one.Id)).Error.ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_becomes_a_part_of_its_own_part()
    {
        await using var world = await GrainWorld.StartAsync(new InMemoryStore());
        var (a, b, c) = (await world.OpenAsync("a"), await world.OpenAsync("b"), await world.OpenAsync("c"));
        (await LinkAsync(world, CaseLinkNames.ParentOf, a.Id, b.Id)).Error.ShouldBeNull();
        (await LinkAsync(world, CaseLinkNames.ParentOf, b.Id, c.Id)).Error.ShouldBeNull();

        (await LinkAsync(world, CaseLinkNames.ParentOf, c.Id, a.Id)).Error!.Detail.ShouldBe("PARENT_OF would lead back to where it starts");
        (await LinkAsync(world, CaseLinkNames.Duplicates, c.Id, a.Id)).Error.ShouldBeNull();
    }

    [Fact]
    public async Task Another_thing_than_a_case_is_linked_from_either_side()
    {
        await using var world = await GrainWorld.StartAsync(new InMemoryStore());
        var one = await world.OpenAsync("one");
        var incident = new LinkEnd("INCIDENT", "77aa");

        (await DoAsync(world, one.Id, new AddLink(Guid.NewGuid(), "ESCALATES_TO", LinkEnd.Case(one.Id), incident))).Error.ShouldBeNull();
        (await DoAsync(world, one.Id, new AddLink(Guid.NewGuid(), "CAUSES", incident, LinkEnd.Case(one.Id)))).Error.ShouldBeNull();

        (await world.Port<ICaseLinks>().ListAsync(world.Project.OrgId, incident, null, Stop)).Length.ShouldBe(2);
        (await world.GetCaseAsync(one.Id))!.Version.ShouldBe(3);
    }

    [Fact]
    public async Task A_case_of_another_organisation_is_not_found_at_the_other_end()
    {
        var store = new InMemoryStore();
        await using var world = await GrainWorld.StartAsync(store);
        await using var foreign = await world.ForeignAsync();
        var (mine, theirs) = (await world.OpenAsync("mine"), await foreign.OpenAsync("theirs"));

        (await LinkAsync(world, CaseLinkNames.RelatesTo, mine.Id, theirs.Id)).Error!.Title.ShouldBe("case not found");
        (await foreign.GetCaseAsync(theirs.Id))!.Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_link_goes_with_a_case_that_is_deleted()
    {
        await using var world = await GrainWorld.StartAsync(new InMemoryStore());
        var doomed = await world.AddProjectAsync("TMP");
        var kept = await world.OpenAsync("kept");
        var gone = (await world.DoAsync(Guid.NewGuid(), world.Opening("gone") with { ProjectId = doomed.Id }, world.By(world.Ana))).Value!;
        (await LinkAsync(world, CaseLinkNames.RelatesTo, kept.Id, gone.Id)).Error.ShouldBeNull();

        (await world.DoAsync(doomed.Id, new Switchboard.Projects.DeleteProject(), world.By(world.Ana))).Error.ShouldBeNull();

        (await world.Port<ICaseLinks>().ListAsync(world.Project.OrgId, LinkEnd.Case(kept.Id), null, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Writers_of_both_ends_at_once_lose_nothing()
    {
        await using var world = await GrainWorld.StartAsync(new InMemoryStore());
        var (one, two) = (await world.OpenAsync("one"), await world.OpenAsync("two"));
        var work = new List<Task<bool>>();
        for (var n = 0; n < 20; n++)
        {
            var id = n % 2 == 0 ? one.Id : two.Id;
            var end = new LinkEnd("PAGE", $"page-{n}");
            work.Add(Task.Run(async () => (await DoAsync(world, id, new AddLink(Guid.NewGuid(), "CAUSES", LinkEnd.Case(id), end))).Succeeded, Stop));
            work.Add(Task.Run(async () => (await world.DoAsync(id, new AddComment(Guid.NewGuid(), "busy"), world.By(world.Ben))).Succeeded, Stop));
        }

        work.Add(Task.Run(async () => (await LinkAsync(world, CaseLinkNames.RelatesTo, one.Id, two.Id)).Succeeded, Stop));
        work.Add(Task.Run(async () => (await LinkAsync(world, "CAUSES", two.Id, one.Id)).Succeeded, Stop));

        (await Task.WhenAll(work)).ShouldAllBe(done => done);
        foreach (var id in (Guid[])[one.Id, two.Id])
        {
            var events = await world.StreamAsync(id);
            events.Count(recorded => recorded.Body is LinkAdded).ShouldBe(12);
            events.Select(recorded => recorded.Version).ShouldBe(Enumerable.Range(1, events.Count).Select(n => (long)n));
            (await world.GetCaseAsync(id))!.CommentCount.ShouldBe(10);
        }
    }

    private static Task<Outcome<CaseLink>> LinkAsync(GrainWorld world, string relationship, Guid parent, Guid child) =>
        DoAsync(world, parent, new AddLink(Guid.NewGuid(), relationship, LinkEnd.Case(parent), LinkEnd.Case(child)));

    private static async Task<Outcome<CaseLink>> DoAsync(GrainWorld world, Guid owner, LinkCommand command) =>
        await world.Grains.GetGrain<ICaseGrain>(GrainKeys.Of(world.Project.OrgId, owner)).LinkAsync(command, world.By(world.Ana), Stop);
}
