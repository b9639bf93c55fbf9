using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Switchboard.Cases;

/// <summary>A kind of case with its statuses.</summary>
/// <param name="Id">The type's id.</param>
/// <param name="Name">Display name.</param>
/// <param name="LegacyName">The older enumeration name that <c>attributes.type</c> of a case carries; <c>TUNKNOWN</c> for custom types.</param>
/// <param name="Internal">True for the built-in types.</param>
/// <param name="Open">Statuses of the open group.</param>
/// <param name="InProgress">Statuses of the in-progress group.</param>
/// <param name="Closed">Statuses of the closed group.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CaseType")]
public sealed record CaseType(
    [property: Id(0)] Guid Id,
    [property: Id(1)] string Name,
    [property: Id(2)] string LegacyName,
    [property: Id(3)] bool Internal,
    [property: Id(4)] StatusSet Open,
    [property: Id(5)] StatusSet InProgress,
    [property: Id(6)] StatusSet Closed)
{
    /// <summary>The statuses of one group.</summary>
    public StatusSet this[StatusGroup group] => group switch
    {
        StatusGroup.Open => Open,
        StatusGroup.InProgress => InProgress,
        StatusGroup.Closed => Closed,
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "No such status group."),
    };

    /// <summary>All statuses in the order of their groups.</summary>
    [JsonIgnore]
    public IEnumerable<string> StatusNames => Open.Names.Concat(InProgress.Names).Concat(Closed.Names);

    /// <summary>Finds a status by its name in any letter case.</summary>
    /// <param name="name">What the caller wrote.</param>
    /// <param name="status">The status as the type spells it, with its group.</param>
    public bool TryFindStatus(string name, out CaseStatus status)
    {
        foreach (var group in (ReadOnlySpan<StatusGroup>)[StatusGroup.Open, StatusGroup.InProgress, StatusGroup.Closed])
        {
            foreach (var known in this[group].Names)
            {
                if (string.Equals(known, name, StringComparison.OrdinalIgnoreCase))
                {
                    status = new CaseStatus(known, group);
                    return true;
                }
            }
        }

        status = default;
        return false;
    }
}

/// <summary>A status of a case type.</summary>
/// <param name="Name">As the type spells it.</param>
/// <param name="Group">The group it belongs to.</param>
public readonly record struct CaseStatus(string Name, StatusGroup Group);

/// <summary>The statuses of one group of a case type.</summary>
/// <param name="Names">At least one, in display order.</param>
/// <param name="Default">The one that a case gets when only the group is named.</param>
[GenerateSerializer, Immutable, Alias("switchboard.StatusSet")]
public sealed record StatusSet(
    [property: Id(0)] ImmutableArray<string> Names,
    [property: Id(1)] string Default);
