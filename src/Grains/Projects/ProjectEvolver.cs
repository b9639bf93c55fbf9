using Switchboard.Grains.Aggregates;
using Switchboard.Projects;

namespace Switchboard.Grains.Projects;

/// <summary>The state of a project after an event.</summary>
internal static class ProjectEvolver
{
    /// <summary>The next state; null after the project was deleted.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static ProjectSnapshot? Evolve(ProjectSnapshot? state, ProjectEvent fact, in EventStamp stamp)
    {
        if (fact is ProjectCreated created)
        {
            return Create(created, stamp);
        }

        if (state is null || state.Version + 1 != stamp.Version)
        {
            throw new InvalidOperationException(
                $"Event {stamp.Version} ({fact.GetType().Name}) of project {stamp.Stream.Id} does not follow on version {state?.Version ?? 0}.");
        }

        return fact switch
        {
            ProjectRenamed e => Modified(state, stamp) with { Name = e.To },
            ProjectSettingsChanged e => Modified(state, stamp) with { Settings = state.Settings.SetItem(e.Section, e.To) },
            ProjectCaseTypesChanged e => Modified(state, stamp) with { EnabledCustomCaseTypes = e.To },
            ProjectColumnsChanged e => Modified(state, stamp) with { ColumnsConfig = e.To },
            ProjectTeamChanged e => Modified(state, stamp) with { TeamId = e.To },
            ProjectPolicyChanged e => Modified(state, stamp) with { Policy = e.To },
            ProjectDeleted => null,
            _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(ProjectEvolver)}.", nameof(fact)),
        };
    }

    private static ProjectSnapshot Create(ProjectCreated fact, in EventStamp stamp) => new()
    {
        OrgId = stamp.Stream.OrgId,
        Id = stamp.Stream.Id,
        Version = stamp.Version,
        Key = fact.Key,
        Name = fact.Name,
        Settings = fact.Settings,
        EnabledCustomCaseTypes = fact.EnabledCustomCaseTypes,
        ColumnsConfig = fact.ColumnsConfig,
        TeamId = fact.TeamId,
        CreatedBy = stamp.Actor.Id,
        CreatedAt = stamp.At,
    };

    private static ProjectSnapshot Modified(ProjectSnapshot state, in EventStamp stamp) =>
        state with { Version = stamp.Version, ModifiedAt = stamp.At, ModifiedBy = stamp.Actor.Id };
}
