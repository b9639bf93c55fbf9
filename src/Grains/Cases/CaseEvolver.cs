using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Cases;

/// <summary>
/// The state of a case after an event. Comments, calls, watchers and links raise the version but are not a change of the case itself:
/// <see cref="CaseSnapshot.ModifiedAt"/> stays as it is.
/// </summary>
internal static class CaseEvolver
{
    /// <summary>The next state; null after the case was deleted.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static CaseSnapshot? Evolve(CaseSnapshot? state, CaseEvent fact, in EventStamp stamp)
    {
        if (fact is CaseOpened opened)
        {
            return Open(opened, stamp);
        }

        if (state is null || state.Version + 1 != stamp.Version)
        {
            throw new InvalidOperationException(
                $"Event {stamp.Version} ({fact.GetType().Name}) of case {stamp.Stream.Id} does not follow on version {state?.Version ?? 0}.");
        }

        return fact switch
        {
            TitleChanged e => Modified(state, stamp) with { Title = e.To },
            DescriptionChanged e => Modified(state, stamp) with { Description = e.To },
            PriorityChanged e => Modified(state, stamp) with { Priority = e.To },
            StatusChanged e => Modified(state, stamp) with
            {
                StatusName = e.To,
                StatusGroup = e.ToGroup,
                ClosedAt = ClosedAt(e.FromGroup, e.ToGroup, state.ClosedAt, stamp.At),
            },
            AssigneeChanged e => Modified(state, stamp) with
            {
                AssigneeId = e.To,
                Details = e.To is { } assignee ? CaseDetailRules.Watched(state.Details, assignee) : state.Details,
            },
            AttributesReplaced e => Modified(state, stamp) with { Attributes = e.To },
            CaseArchived => Modified(state, stamp) with { ArchivedAt = stamp.At },
            CaseUnarchived => Modified(state, stamp) with { ArchivedAt = null },
            CommentAdded => state with
            {
                Version = stamp.Version,
                CommentCount = state.CommentCount + 1,
                Details = CaseDetailRules.Watched(state.Details, stamp.Actor),
            },
            CommentEdited => state with { Version = stamp.Version },
            CommentDeleted => state with { Version = stamp.Version, CommentCount = state.CommentCount - 1 },
            CaseMoved e => Modified(state, stamp) with { ProjectId = e.ToProjectId, Key = e.ToKey },
            CustomAttributeChanged { Opening: true } e => state with { Version = stamp.Version, Details = CustomValueRules.With(state.Details, e) },
            CustomAttributeChanged e => Modified(state, stamp) with { Details = CustomValueRules.With(state.Details, e) },
            DueDateChanged e => Modified(state, stamp) with { Details = state.Details with { DueDate = e.To } },
            ResolvedReasonChanged e => Modified(state, stamp) with { Details = state.Details with { ResolvedReason = e.To } },
            ClosedReasonChanged e => Modified(state, stamp) with { Details = state.Details with { ClosedReason = e.To } },
            TaskAdded { Opening: true } e => state with { Version = stamp.Version, Details = TaskRules.With(state.Details, e, stamp) },
            TaskAdded e => Modified(state, stamp) with { Details = TaskRules.With(state.Details, e, stamp) },
            TaskChanged e => Modified(state, stamp) with { Details = TaskRules.With(state.Details, e, stamp) },
            TaskRemoved e => Modified(state, stamp) with { Details = TaskRules.Without(state.Details, e.TaskId) },
            InsightsAdded e => Modified(state, stamp) with
            {
                Details = state.Details with { Insights = state.Details.Insights.AddRange(e.Insights) },
            },
            InsightsRemoved e => Modified(state, stamp) with { Details = CaseDetailRules.Without(state.Details, e.Insights) },
            WatcherAdded e => state with { Version = stamp.Version, Details = CaseDetailRules.Watched(state.Details, e.UserId) },
            WatcherRemoved e => state with
            {
                Version = stamp.Version,
                Details = state.Details with { Watchers = state.Details.Watchers.Remove(e.UserId) },
            },
            CaseMerged e => Modified(state, stamp) with { Details = state.Details with { Merged = e.Into } },
            CaseUnmerged => Modified(state, stamp) with { Details = state.Details with { Merged = null } },
            CaseAbsorbed e => Modified(state, stamp) with { Details = AbsorbedRules.With(state.Details, e.Duplicate) },
            CaseReleased e => Modified(state, stamp) with { Details = AbsorbedRules.Without(state.Details, e.Duplicate) },
            CallAnnounced or CallStarted or CallResumed or CallTaken or CallSaid or CallEnded => state with { Version = stamp.Version },
            LinkAdded or LinkRemoved => state with { Version = stamp.Version },
            CaseDeleted => null,
            _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(CaseEvolver)}.", nameof(fact)),
        };
    }

    private static CaseSnapshot Open(CaseOpened fact, in EventStamp stamp) => new()
    {
        OrgId = stamp.Stream.OrgId,
        Id = stamp.Stream.Id,
        Version = stamp.Version,
        ProjectId = fact.ProjectId,
        Key = fact.Key,
        PublicId = fact.PublicId,
        TypeId = fact.TypeId,
        Title = fact.Title,
        Description = fact.Description,
        Priority = fact.Priority,
        StatusName = fact.StatusName,
        StatusGroup = fact.StatusGroup,
        AssigneeId = fact.AssigneeId,
        Attributes = fact.Attributes,
        CreationSource = fact.CreationSource,
        CreatedBy = stamp.Actor.Id,
        CreatedAt = stamp.At,
        ClosedAt = fact.StatusGroup == StatusGroup.Closed ? stamp.At : null,
        Details = Watched(fact, stamp.Actor),
    };

    private static CaseDetails Watched(CaseOpened fact, Actor opener)
    {
        var details = CaseDetailRules.Watched(CaseDetails.None, opener);
        return fact.AssigneeId is { } assignee ? CaseDetailRules.Watched(details, assignee) : details;
    }

    private static CaseSnapshot Modified(CaseSnapshot state, in EventStamp stamp) =>
        state with { Version = stamp.Version, ModifiedAt = stamp.At, ModifiedBy = stamp.Actor.Id };

    private static DateTimeOffset? ClosedAt(StatusGroup from, StatusGroup to, DateTimeOffset? closedAt, DateTimeOffset now) => to switch
    {
        not StatusGroup.Closed => null,
        _ when from == StatusGroup.Closed => closedAt,
        _ => now,
    };
}
