using Switchboard.Grains.Aggregates;
using Switchboard.Views;

namespace Switchboard.Grains.Views;

/// <summary>The state of a view after an event.</summary>
internal static class ViewEvolver
{
    /// <summary>The next state; null after the view was deleted.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static ViewSnapshot? Evolve(ViewSnapshot? state, ViewEvent fact, in EventStamp stamp)
    {
        if (fact is ViewCreated created)
        {
            return new ViewSnapshot
            {
                OrgId = stamp.Stream.OrgId,
                Id = stamp.Stream.Id,
                Version = stamp.Version,
                ProjectId = created.ProjectId,
                Content = created.Content,
                CreatedBy = stamp.Actor.Id,
                CreatedAt = stamp.At,
            };
        }

        if (state is null || state.Version + 1 != stamp.Version)
        {
            throw new InvalidOperationException(
                $"Event {stamp.Version} ({fact.GetType().Name}) of case view {stamp.Stream.Id} does not follow on version {state?.Version ?? 0}.");
        }

        return fact switch
        {
            ViewChanged e => state with { Version = stamp.Version, Content = e.To, ModifiedAt = stamp.At, ModifiedBy = stamp.Actor.Id },
            ViewDeleted => null,
            _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(ViewEvolver)}.", nameof(fact)),
        };
    }
}
