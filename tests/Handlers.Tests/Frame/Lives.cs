using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Events;

namespace Switchboard.Handlers.Tests.Frame;

/// <summary>Random lives of cases: what each flavor of this release has to do with.</summary>
internal static class Lives
{
    private static readonly (string Name, StatusGroup Group)[] _statuses =
        [("Open", StatusGroup.Open), ("In Progress", StatusGroup.InProgress), ("Closed", StatusGroup.Closed)];

    /// <summary>A case's events in order.</summary>
    public static EventRecord[] Of(HandlerWorld world, Guid org, Guid project, int events, Random random)
    {
        var id = Guid.CreateVersion7();
        var records = new List<EventRecord> { world.Record(Opened(project, random), org, id, 1) };
        var status = _statuses[0];
        var priority = CasePriority.NotDefined;
        var attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;
        for (var version = 2; version <= events; version++)
        {
            DomainEvent body;
            switch (random.Next(5))
            {
                case 0:
                    var next = _statuses.Where(one => one != status).ElementAt(random.Next(2));
                    body = new StatusChanged(status.Name, status.Group, next.Name, next.Group);
                    status = next;
                    break;
                case 1:
                    var other = (CasePriority)(((int)priority + 1 + random.Next(4)) % 6);
                    body = new PriorityChanged(priority, other);
                    priority = other;
                    break;
                case 2:
                    var replaced = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty
                        .Add("team", [$"team-{random.Next(4)}"]).Add("env", [$"env-{random.Next(3)}", "all"]);
                    body = new AttributesReplaced(attributes, replaced);
                    attributes = replaced;
                    break;
                case 3:
                    body = new CommentAdded(Guid.CreateVersion7(), $"comment {version}");
                    break;
                default:
                    body = new TitleChanged($"title {version - 1}", $"title {version}");
                    break;
            }

            records.Add(world.Record(body, org, id, version));
        }

        return [.. records];
    }

    private static CaseOpened Opened(Guid project, Random random)
    {
        var number = random.Next(1, 1_000_000);
        return new CaseOpened(
            project, $"OPS-{number}", number, Guid.Empty, "title 1", "", CasePriority.NotDefined, "Open", StatusGroup.Open, null,
            ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, "MANUAL");
    }
}
