using Switchboard.Grains.EventStore;

namespace Switchboard.Storage.EventStore;

/// <summary>What a well-formed append looks like; a breach is a programming error of the caller, found before anything is queued.</summary>
internal static class AppendRules
{
    /// <summary>Longest idempotency key with its scope; the index holds it whole.</summary>
    public const int LongestKey = 1000;

    /// <summary>Checks a request.</summary>
    /// <exception cref="ArgumentException">A rule is broken.</exception>
    public static void Check(AppendRequest request)
    {
        var stream = request.Stream;
        if (request.ExpectedVersion < 0)
        {
            throw Broken(stream, $"the expected version is {request.ExpectedVersion}, which is negative");
        }

        if (request.Events.IsEmpty && request.Answer is null)
        {
            // Without either, nobody could tell whether a lost commit happened.
            throw Broken(stream, "it holds neither an event nor an answer");
        }

        if (request.Answer is { } answer && (answer.OrgId != stream.OrgId || answer.Key.Length is 0 or > LongestKey))
        {
            throw Broken(stream, $"its answer is of another organisation, or its key does not have 1 to {LongestKey} characters");
        }

        var version = request.ExpectedVersion + request.Events.Length;
        var rows = 0;
        foreach (var change in request.Changes)
        {
            if (change is CaseEchoed echo)
            {
                CheckEcho(stream, echo);
                continue;
            }

            if (change is OtherCaseWritten other)
            {
                CheckOther(stream, other);
                continue;
            }

            var (orgId, aggregateId, rowVersion) = Identify(change);
            if (orgId != stream.OrgId || aggregateId != stream.Id)
            {
                throw Broken(stream, $"it writes a {change.GetType().Name} of another organisation or aggregate ({orgId}, {aggregateId})");
            }

            if (rowVersion is { } own && (own != version || ++rows > 1))
            {
                throw Broken(stream, $"it writes a {change.GetType().Name} of version {own} (more than once, or not the version after its events, {version})");
            }
        }
    }

    /// <summary>Whether a change writes the aggregate's own row, which is what the expected version is checked on.</summary>
    public static bool WritesOwnRow(StateChange change) => change is not (CellAdded or CellChanged or CallWritten or CasePlaced or CaseEchoed or LinkWritten or LinkErased
        or OtherCaseWritten or MergeWritten or MergeErased);

    private static void CheckEcho(StreamName stream, CaseEchoed echo)
    {
        var cell = echo.Cell;
        if (echo.CaseId == stream.Id || cell.CaseId != echo.CaseId || cell.OrgId != stream.OrgId || cell.Id != echo.Event.Id)
        {
            throw Broken(stream, $"its echo to case {echo.CaseId} is to itself, or its cell is of another organisation, case or event");
        }
    }

    private static void CheckOther(StreamName stream, OtherCaseWritten other)
    {
        var row = other.Case;
        if (row.Id == stream.Id || row.OrgId != stream.OrgId || other.Events.IsEmpty || row.Version != other.ExpectedVersion + other.Events.Length
            || other.Cells.Any(cell => cell.CaseId != row.Id || cell.OrgId != row.OrgId))
        {
            throw Broken(stream, $"the other case that it changes, {row.Id}, is itself or of another organisation, or has not the version after its events");
        }
    }

    private static (Guid OrgId, Guid AggregateId, long? Version) Identify(StateChange change) => change switch
    {
        CaseWritten written => (written.Case.OrgId, written.Case.Id, written.Case.Version),
        CellAdded added => (added.Cell.OrgId, added.Cell.CaseId, null),
        CellChanged changed => (changed.Cell.OrgId, changed.Cell.CaseId, null),
        CallWritten written => (written.Call.OrgId, written.Call.CaseId, null),
        CasePlaced placed => (placed.Case.OrgId, placed.Case.Id, null),
        CaseTypeWritten written => (written.Type.OrgId, written.Type.StreamId, written.Type.Version),
        MergeWritten written => (written.OrgId, written.CaseId, null),
        MergeErased erased => (erased.OrgId, erased.CaseId, null),
        LinkWritten written => (written.Link.OrgId, written.Link.OwnerId, null),
        LinkErased erased => (erased.Link.OrgId, erased.Link.OwnerId, null),
        ViewWritten written => (written.View.OrgId, written.View.Id, written.View.Version),
        ViewErased erased => (erased.View.OrgId, erased.View.Id, null),
        TemplateWritten written => (written.Template.OrgId, written.Template.Id, written.Template.Version),
        TemplateErased erased => (erased.Template.OrgId, erased.Template.Id, null),
        ProjectWritten written => (written.Project.OrgId, written.Project.Id, written.Project.Version),
        ProjectRemoved removed => (removed.Project.OrgId, removed.Project.Id, null),
        TeamWritten written => (written.Team.OrgId, written.Team.Id, written.Team.Version),
        TeamRemoved removed => (removed.Team.OrgId, removed.Team.Id, null),
        UserWritten written => (written.User.OrgId, written.User.Id, written.User.Version),
        KeyWritten written => (written.Key.OrgId, written.Key.Id, written.Key.Version),
        OrgWritten written => (written.Org.Id, written.Org.Id, written.Org.Version),
        _ => throw new ArgumentException($"The store does not know the state change {change.GetType().Name}."),
    };

    private static ArgumentException Broken(StreamName stream, string what) =>
        new($"An append to {stream.Type} {stream.Id} of organisation {stream.OrgId} is malformed: {what}.");
}
