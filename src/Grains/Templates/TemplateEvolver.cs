using Switchboard.Grains.Aggregates;
using Switchboard.Templates;

namespace Switchboard.Grains.Templates;

/// <summary>The state of a template after an event.</summary>
internal static class TemplateEvolver
{
    /// <summary>The next state; null after the template was deleted.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static TemplateSnapshot? Evolve(TemplateSnapshot? state, TemplateEvent fact, in EventStamp stamp)
    {
        if (fact is TemplateCreated created)
        {
            return new TemplateSnapshot
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
                $"Event {stamp.Version} ({fact.GetType().Name}) of case template {stamp.Stream.Id} does not follow on version {state?.Version ?? 0}.");
        }

        return fact switch
        {
            TemplateChanged e => state with { Version = stamp.Version, Content = e.To, ModifiedAt = stamp.At, ModifiedBy = stamp.Actor.Id },
            TemplateDeleted => null,
            _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(TemplateEvolver)}.", nameof(fact)),
        };
    }
}
