using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>Decides commands on an organisation and gives its state after an event.</summary>
internal static class OrgDecider
{
    public static Decision<OrgEvent> Decide(OrgSnapshot? state, CreateOrg command) =>
        TextRules.Required("name", command.Name, Limits.Name) is { } malformed ? malformed
        : state is null ? new OrgCreated(command.Name)
        : DomainError.Conflict($"organisation {state.Id} exists already");

    public static Decision<OrgEvent> Decide(OrgSnapshot? state, RenameOrg command) =>
        TextRules.Required("name", command.Name, Limits.Name) is { } malformed ? malformed
        : state is null ? DomainError.NotFound("organisation not found")
        : state.Name == command.Name ? Decision<OrgEvent>.None
        : new OrgRenamed(state.Name, command.Name);

    public static OrgSnapshot Evolve(OrgSnapshot? state, OrgEvent fact, in EventStamp stamp) => fact switch
    {
        OrgCreated e => new OrgSnapshot { Id = stamp.Stream.Id, Version = stamp.Version, Name = e.Name, CreatedAt = stamp.At },
        OrgRenamed e when state is not null => state with { Version = stamp.Version, Name = e.To },
        _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(OrgDecider)}.", nameof(fact)),
    };
}
