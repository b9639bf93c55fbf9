using System.Collections.Immutable;
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
}

/// <summary>The statuses of one group of a case type.</summary>
/// <param name="Names">At least one, in display order.</param>
/// <param name="Default">The one that a case gets when only the group is named.</param>
[GenerateSerializer, Immutable, Alias("switchboard.StatusSet")]
public sealed record StatusSet(
    [property: Id(0)] ImmutableArray<string> Names,
    [property: Id(1)] string Default);
