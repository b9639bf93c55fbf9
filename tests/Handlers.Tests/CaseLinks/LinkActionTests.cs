using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Handlers.CaseLinks;
using Switchboard.Testing;

namespace Switchboard.Handlers.Tests.CaseLinks;

/// <summary>Pure: who follows whom.</summary>
public sealed class LinkActionTests
{
    private static readonly Guid _org = Guid.NewGuid();
    private static readonly StatusChanged _closing = new("Open", StatusGroup.Open, "Closed", StatusGroup.Closed);
    private static readonly LinkRules _all = new(CloseChildren: true, CloseDuplicates: true);

    [Theory]
    [InlineData(null, false, true)]
    [InlineData("""{}""", false, true)]
    [InlineData("""{"close_children_with_parent":true}""", true, true)]
    [InlineData("""{"close_duplicates_with_original":false}""", false, false)]
    [InlineData("""{"close_children_with_parent":null,"close_duplicates_with_original":null}""", false, true)]
    public void Duplicates_follow_unless_switched_off_and_children_only_when_switched_on(string? section, bool children, bool duplicates)
    {
        var settings = ImmutableSortedDictionary<string, string>.Empty;
        LinkRules.Of(section is null ? settings : settings.Add("case_links", section)).ShouldBe(new LinkRules(children, duplicates));
    }

    [Fact]
    public void Only_closing_and_linking_a_duplicate_make_cases_follow()
    {
        var (one, original) = (Guid.NewGuid(), Guid.NewGuid());
        LinkAction.LeaderOf(Record(one, _closing), _closing).ShouldBe(one);
        var reopened = new StatusChanged("Closed", StatusGroup.Closed, "Open", StatusGroup.Open);
        LinkAction.LeaderOf(Record(one, reopened), reopened).ShouldBeNull();
        var renamed = new StatusChanged("Closed", StatusGroup.Closed, "Done", StatusGroup.Closed);
        LinkAction.LeaderOf(Record(one, renamed), renamed).ShouldBeNull();

        var linked = new LinkAdded(Guid.NewGuid(), CaseLinkNames.Duplicates, LinkEnd.Case(one), LinkEnd.Case(original));
        LinkAction.LeaderOf(Record(one, linked), linked).ShouldBe(original);
        LinkAction.LeaderOf(Record(original, linked), linked).ShouldBeNull(); // the echo
        var parent = linked with { Relationship = CaseLinkNames.ParentOf };
        LinkAction.LeaderOf(Record(one, parent), parent).ShouldBeNull();
        var elsewhere = linked with { Child = new LinkEnd("INCIDENT", "7") };
        LinkAction.LeaderOf(Record(one, elsewhere), elsewhere).ShouldBeNull();
    }

    [Fact]
    public void A_closed_case_leads_its_children_and_duplicates_as_its_project_wants_and_nobody_else()
    {
        var leader = Closed();
        var (child, duplicate, other) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        ImmutableArray<CaseLink> links =
        [
            Link(CaseLinkNames.ParentOf, leader.Id, child), Link(CaseLinkNames.ParentOf, other, leader.Id),
            Link(CaseLinkNames.Duplicates, duplicate, leader.Id), Link(CaseLinkNames.Duplicates, leader.Id, other),
            Link(CaseLinkNames.RelatesTo, leader.Id, other), Link("BLOCKS", leader.Id, other), Link(CaseLinkNames.ParentOf, leader.Id, duplicate),
        ];

        LinkAction.FollowersOf(_closing, leader, _all, links).Select(static one => one.CaseId).ShouldBe([child, duplicate]);
        LinkAction.FollowersOf(_closing, leader, new LinkRules(false, true), links).ShouldBe([new Follower(duplicate, "DUPLICATE")]);
        LinkAction.FollowersOf(_closing, leader, new LinkRules(true, false), links).Select(static one => one.CaseId).ShouldBe([child, duplicate]);
        LinkAction.FollowersOf(_closing, leader, default, links).ShouldBeEmpty();
        LinkAction.FollowersOf(_closing, leader with { StatusGroup = StatusGroup.InProgress }, _all, links).ShouldBeEmpty();
    }

    [Fact]
    public void A_new_duplicate_of_a_closed_case_follows_alone_and_only_while_it_is_linked()
    {
        var leader = Closed();
        var link = Link(CaseLinkNames.Duplicates, Guid.NewGuid(), leader.Id);
        var before = Link(CaseLinkNames.Duplicates, Guid.NewGuid(), leader.Id);
        var added = new LinkAdded(link.Id, link.Relationship, link.Parent, link.Child);

        LinkAction.FollowersOf(added, leader, _all, [before, link]).ShouldBe([new Follower(link.Parent.CaseId!.Value, "DUPLICATE")]);
        LinkAction.FollowersOf(added, leader, _all, [before]).ShouldBeEmpty();
        LinkAction.FollowersOf(added, leader with { StatusGroup = StatusGroup.Open }, _all, [before, link]).ShouldBeEmpty();
    }

    [Fact]
    public void A_followers_command_is_one_request_however_often_it_is_made_and_counts_its_steps()
    {
        var follower = Guid.NewGuid();
        var record = Record(Guid.NewGuid(), _closing);

        var context = LinkAction.ContextOf(record, follower);

        LinkAction.ContextOf(record, follower).ShouldBe(context);
        LinkAction.ContextOf(record, Guid.NewGuid()).Idempotency.ShouldNotBe(context.Idempotency);
        LinkAction.ContextOf(record with { EventId = Guid.NewGuid() }, follower).Idempotency.ShouldNotBe(context.Idempotency);
        (context.OrgId, context.CorrelationId).ShouldBe((record.OrgId, record.CorrelationId));
        LinkAction.StepsTo(record).ShouldBe(0);
        LinkAction.StepsTo(record with { CausationId = context.CausationId }).ShouldBe(1);
        LinkAction.StepsTo(record with { CausationId = LinkAction.ContextOf(record with { CausationId = context.CausationId }, follower).CausationId }).ShouldBe(2);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("request-7")]
    [InlineData("case-link:")]
    [InlineData("case-link:x:1")]
    [InlineData("case-link:-3:1")]
    [InlineData("case-link:3")]
    public void A_cause_that_is_none_of_ours_is_no_step(string? cause) =>
        LinkAction.StepsTo(Record(Guid.NewGuid(), _closing) with { CausationId = cause }).ShouldBe(0);

    /// <summary>Commands as the handler sends them, on random links of both relations, circles among them; some cases are opened again by somebody.</summary>
    [Fact]
    public void Every_cascade_ends_with_all_followers_closed()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        for (var round = 0; round < 200; round++)
        {
            var random = new Random(seed + round);
            var cases = Enumerable.Range(0, 12).Select(_ => Closed() with { StatusGroup = StatusGroup.Open }).ToDictionary(one => one.Id);
            var ids = cases.Keys.ToArray();
            ImmutableArray<CaseLink> links = [.. Enumerable.Range(0, 20).Select(_ => Link(
                random.Next(2) == 0 ? CaseLinkNames.ParentOf : CaseLinkNames.Duplicates, ids[random.Next(ids.Length)], ids[random.Next(ids.Length)]))];
            var queue = new Queue<EventRecord>();
            var reopened = 5;
            Close(ids[0], null);
            var steps = 0;
            while (queue.TryDequeue(out var record))
            {
                (++steps).ShouldBeLessThan(10_000, $"seed {seed + round}");
                var leader = cases[LinkAction.LeaderOf(record, _closing)!.Value];
                if (LinkAction.StepsTo(record) >= LinkAction.MostSteps)
                {
                    continue;
                }

                foreach (var (follower, _) in LinkAction.FollowersOf(_closing, leader, _all, Of(leader.Id)))
                {
                    Close(follower, LinkAction.ContextOf(record, follower).CausationId);
                }

                if (random.Next(8) == 0 && reopened-- > 0)
                {
                    var again = ids[random.Next(ids.Length)];
                    cases[again] = cases[again] with { StatusGroup = StatusGroup.Open };
                }
            }

            if (reopened == 5)
            {
                Reached(ids[0]).ShouldAllBe(id => cases[id].StatusGroup == StatusGroup.Closed, $"seed {seed + round}");
            }

            void Close(Guid id, string? cause)
            {
                if (cases[id].StatusGroup != StatusGroup.Closed)
                {
                    cases[id] = cases[id] with { StatusGroup = StatusGroup.Closed };
                    queue.Enqueue(Record(id, _closing) with { CausationId = cause });
                }
            }

            ImmutableArray<CaseLink> Of(Guid id) => [.. links.Where(link => link.Parent.CaseId == id || link.Child.CaseId == id)];

            HashSet<Guid> Reached(Guid from)
            {
                var reached = new HashSet<Guid> { from };
                while (reached.SelectMany(id => LinkAction.FollowersOf(_closing, cases[id] with { StatusGroup = StatusGroup.Closed }, _all, Of(id)).Select(static one => one.CaseId)).ToArray()
                    is var next && next.Any(reached.Add))
                {
                }

                return reached;
            }
        }
    }

    private static CaseSnapshot Closed()
    {
        var project = Samples.Project(_org);
        return Samples.Case(project) with { StatusGroup = StatusGroup.Closed, StatusName = "Closed" };
    }

    private static CaseLink Link(string relationship, Guid parent, Guid child) =>
        new(Guid.NewGuid(), _org, relationship, LinkEnd.Case(parent), LinkEnd.Case(child), Samples.Time, Guid.NewGuid());

    private static EventRecord Record(Guid caseId, CaseEvent body) => Deliveries.Event(_org, caseId, 2, body).Record;
}
