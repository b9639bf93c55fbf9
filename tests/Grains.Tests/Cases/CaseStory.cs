using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Timeline;

namespace Switchboard.Grains.Tests.Cases;

/// <summary>Plays commands on one case with the pure functions only, as the grain would: decide, evolve, keep rows and events.</summary>
internal sealed class CaseStory
{
    public static readonly Guid Org = Guid.Parse("0a000000-0000-0000-0000-000000000001");
    public static readonly Actor Ana = Actor.User(Guid.Parse("0b000000-0000-0000-0000-000000000001"));
    public static readonly Actor Ben = Actor.User(Guid.Parse("0b000000-0000-0000-0000-000000000002"));

    public static readonly ProjectSnapshot Project = new()
    {
        OrgId = Org,
        Id = Guid.Parse("0c000000-0000-0000-0000-000000000001"),
        Version = 1,
        Key = "NOC",
        Name = "Operations",
        CreatedBy = Ana.Id,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public static readonly ProjectSnapshot Other = Project with { Id = Guid.Parse("0c000000-0000-0000-0000-000000000002"), Key = "SEC" };

    public static readonly CustomAttribute Region = new(
        Guid.Parse("0e000000-0000-0000-0000-000000000001"), "Region", "Region", null, CustomAttributeTypes.Select, true, false, null, ["eu", "us"]);

    public static readonly CustomAttribute Cost = new(
        Guid.Parse("0e000000-0000-0000-0000-000000000002"), "cost", "Cost", null, CustomAttributeTypes.Number, false, false, null, []);

    public static readonly OpenCase Opening = new(
        Project.Id,
        CaseTypes.Standard.Id,
        "Disk filling on db-3",
        "",
        CasePriority.NotDefined,
        null,
        null,
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty);

    private readonly Dictionary<Guid, TimelineCell> _cells = [];

    public StreamName Stream { get; } = new(Org, "case", Guid.Parse("0d000000-0000-0000-0000-000000000001"));

    public DateTimeOffset Now { get; set; } = new(2026, 3, 2, 10, 15, 30, TimeSpan.Zero);

    public CaseSnapshot? Case { get; private set; }

    public List<RecordedEvent> Events { get; } = [];

    public IEnumerable<TimelineCell> Cells => _cells.Values.OrderBy(cell => cell.CaseVersion);

    /// <summary>A story of a case that was just opened.</summary>
    public static CaseStory Opened(OpenCase? opening = null)
    {
        var story = new CaseStory();
        story.Do(opening ?? Opening).Error.ShouldBeNull();
        return story;
    }

    public Plan<CaseSnapshot, CaseSnapshot> Do(CaseCommand command, CaseFacts? facts = null, Actor? actor = null)
    {
        Now += TimeSpan.FromMinutes(1);
        var known = facts ?? new CaseFacts
        {
            Project = command is MoveToProject ? Other : Project,
            Type = CaseTypes.Find(Case?.TypeId ?? (command as OpenCase)?.TypeId ?? default),
            Attributes = [Region, Cost],
            Number = new CaseNumber(42, 1093),
            AssigneeExists = true,
        };
        var plan = CasePlan.Of(Case, CaseDecider.Decide(Case, command, known), new PlanOrigin(Stream, actor ?? Ana, Now));
        Keep(plan, actor ?? Ana);
        return plan;
    }

    public Plan<CaseSnapshot, TimelineCell> Do(CommentCommand command, Actor? actor = null, bool managesProject = false)
    {
        Now += TimeSpan.FromMinutes(1);
        var existing = _cells.GetValueOrDefault(command.CellId);
        var decision = CommentDecider.Decide(Case, command, new CommentFacts(actor ?? Ana, managesProject, existing));
        var plan = CasePlan.Of(Case, decision, new PlanOrigin(Stream, actor ?? Ana, Now), existing);
        Keep(plan, actor ?? Ana);
        return plan;
    }

    private void Keep<TAnswer>(in Plan<CaseSnapshot, TAnswer> plan, Actor actor)
        where TAnswer : class
    {
        if (plan.Error is not null)
        {
            return;
        }

        foreach (var written in plan.Events)
        {
            Events.Add(new RecordedEvent(
                new FeedPosition(1, 1, Events.Count + 1), Stream, Events.Count + 1, written.Id, written.Body,
                new EventMetadata(actor, "test"), written.OccurredAt, written.OccurredAt));
        }

        foreach (var change in plan.Changes)
        {
            switch (change)
            {
                case CellAdded added:
                    _cells.Add(added.Cell.Id, added.Cell);
                    break;
                case CellChanged changed:
                    _cells[changed.Cell.Id] = changed.Cell;
                    break;
                case CasePlaced placed:
                    placed.Case.ShouldBe(plan.Next);
                    break;
                case CaseWritten row:
                    row.Case.ShouldBe(plan.Next);
                    break;
                default:
                    throw new InvalidOperationException($"A case does not write {change.GetType().Name}.");
            }
        }

        Case = plan.Next;
    }
}
