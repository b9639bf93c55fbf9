using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Imports;
using Switchboard.Timeline;

namespace Switchboard.Gateway.Imports;

/// <summary>
/// What happened to an imported case. The line's attributes say how the case is now; where the timeline tells how something became so, the
/// case begins with what it was before.
/// </summary>
internal sealed class ImportStory(OpenCase now)
{
    private readonly HashSet<string> _told = [];
    private readonly List<ImportedStep> _steps = [];

    /// <summary>How the case began.</summary>
    public OpenCase Opening { get; private set; } = now;

    /// <summary>What happened since.</summary>
    public IReadOnlyList<ImportedStep> Steps => _steps;

    /// <summary>Adds an entry of the timeline; they come in the order of their times. Answers what is wrong with it, or null.</summary>
    public ApiError? Add(JsonElement entry, DateTimeOffset at)
    {
        var kind = entry.GetProperty("type").GetString()!;
        Guid? author = null;
        if (ResourceBody.TryGetMember(entry, "author_id", out var named))
        {
            if (!UuidParameter.TryRead(named.GetString(), out var id))
            {
                return ApiError.BadRequest("attribute \"timeline.author_id\" is not a valid UUID");
            }

            author = id;
        }

        _ = ResourceBody.TryGetMember(entry, "cell_content", out var content);
        var first = _told.Add(kind);
        switch (kind)
        {
            case TimelineCellKinds.Comment when TextOf(content, "message") is { } message:
                _steps.Add(new ImportedStep(at, author, null, message));
                return null;
            case TimelineCellKinds.StatusChanged when TextOf(content, "to") is { } to:
                Opening = first ? Opening with { StatusName = TextOf(content, "from") } : Opening;
                return Step(at, author, new SetStatus(to, null));
            case TimelineCellKinds.TitleChanged when TextOf(content, "to") is { } to:
                Opening = first ? Opening with { Title = TextOf(content, "from") ?? Opening.Title } : Opening;
                return Step(at, author, new SetTitle(to));
            case TimelineCellKinds.DescriptionChanged when TextOf(content, "to") is { } to:
                Opening = first ? Opening with { Description = TextOf(content, "from") ?? "" } : Opening;
                return Step(at, author, new SetDescription(to));
            case TimelineCellKinds.PriorityChanged when PriorityOf(TextOf(content, "to")) is { } to:
                Opening = first ? Opening with { Priority = PriorityOf(TextOf(content, "from")) ?? CasePriority.NotDefined } : Opening;
                return Step(at, author, new SetPriority(to));
            case TimelineCellKinds.AssigneeChanged:
                Opening = first ? Opening with { AssigneeId = UserOf(content, "from") } : Opening;
                return Step(at, author, UserOf(content, "to") is { } user ? new Assign(user) : new Unassign());
            case TimelineCellKinds.Archived:
                return Step(at, author, new Archive());
            case TimelineCellKinds.Unarchived:
                return Step(at, author, new Unarchive());
            default:
                return ImportShapes.Replayed.Contains(kind)
                    ? ApiError.BadRequest($"an entry {kind} of the timeline lacks in cell_content what it is about, or says it in a form that nobody can read")
                    : TimelineJson.IsKind(kind) ? null : ApiError.BadRequest($"the timeline has an entry of unknown type {Quoted.Cut(kind)}");
        }
    }

    /// <summary>Adds what the attributes say and the timeline does not tell.</summary>
    public void Finish(ResourceBody body, DateTimeOffset openedAt)
    {
        var modifiedAt = body.Get(ImportShapes.ModifiedAt) ?? openedAt;
        if (!_told.Contains(TimelineCellKinds.StatusChanged) && body.Get(ImportShapes.ClosedAt) is { } closedAt && Opening.StatusName is { } status)
        {
            Opening = Opening with { StatusName = null };
            Step(closedAt, null, new SetStatus(status, null));
        }

        if (body.Get(ImportShapes.DueDate) is { } due)
        {
            Step(modifiedAt, null, new SetDueDate(due));
        }

        foreach (var insights in CaseOperations.InsightsOf(body.Get(ImportShapes.Insights)).Chunk(Switchboard.Limits.InsightsAtOnce))
        {
            Step(modifiedAt, null, new AddInsights([.. insights]));
        }

        if (body.Get(ImportShapes.ResolvedReason) is { } reason)
        {
            Step(modifiedAt, null, new SetResolvedReason(reason));
        }

        if (!_told.Contains(TimelineCellKinds.Archived) && body.Get(ImportShapes.ArchivedAt) is { } archivedAt)
        {
            Step(archivedAt, null, new Archive());
        }
    }

    private ApiError? Step(DateTimeOffset at, Guid? author, CaseCommand change)
    {
        _steps.Add(new ImportedStep(at, author, change));
        return null;
    }

    private static string? TextOf(JsonElement content, string name) =>
        ResourceBody.TryGetMember(content, name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Guid? UserOf(JsonElement content, string name) => UuidParameter.TryRead(TextOf(content, name), out var id) ? id : null;

    private static CasePriority? PriorityOf(string? word)
    {
        foreach (var (known, value) in CaseShapes.Priority.Choices)
        {
            if (known == word)
            {
                return value;
            }
        }

        return null;
    }
}
