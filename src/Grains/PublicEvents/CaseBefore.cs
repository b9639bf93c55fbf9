using Switchboard.Cases;
using Switchboard.Events;

namespace Switchboard.Grains.PublicEvents;

/// <summary>
/// What a case was before an event, from what it is now and the old values that the event carries. By it a list that somebody watches
/// learns of a case that leaves it.
/// </summary>
public static class CaseBefore
{
    /// <summary>The case with the event undone; null when there was none before. Events that came after this one stay applied.</summary>
    public static CaseSnapshot? Of(CaseSnapshot now, DomainEvent? body) => body switch
    {
        CaseOpened => null,
        TitleChanged changed => now with { Title = changed.From },
        DescriptionChanged changed => now with { Description = changed.From },
        PriorityChanged changed => now with { Priority = changed.From },
        StatusChanged changed => now with
        {
            StatusName = changed.From,
            StatusGroup = changed.FromGroup,
            ClosedAt = changed.FromGroup == StatusGroup.Closed ? now.ClosedAt ?? now.ModifiedAt : null,
        },
        AssigneeChanged changed => now with { AssigneeId = changed.From },
        AttributesReplaced changed => now with { Attributes = changed.From },
        CaseArchived => now with { ArchivedAt = null },
        CaseUnarchived => now with { ArchivedAt = now.ModifiedAt ?? now.CreatedAt },
        CommentAdded => now with { CommentCount = Math.Max(0, now.CommentCount - 1) },
        CommentDeleted => now with { CommentCount = now.CommentCount + 1 },
        CaseMerged => now with { Details = now.Details with { Merged = null } },
        CaseUnmerged unmerged => now with { Details = now.Details with { Merged = unmerged.From } },
        _ => now,
    };
}
