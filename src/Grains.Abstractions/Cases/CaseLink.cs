using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Switchboard.Cases;

/// <summary>A directed relation between two things, at least one of which is a case. It reads "parent relationship child".</summary>
/// <param name="Id">The link's id.</param>
/// <param name="OrgId">The organisation of both ends.</param>
/// <param name="Relationship">One of <see cref="CaseLinkNames.Relationships"/>.</param>
/// <param name="Parent">Where the relation starts.</param>
/// <param name="Child">Where it leads.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">The user who made it.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CaseLink")]
public sealed record CaseLink(
    [property: Id(0)] Guid Id,
    [property: Id(1)] Guid OrgId,
    [property: Id(2)] string Relationship,
    [property: Id(3)] LinkEnd Parent,
    [property: Id(4)] LinkEnd Child,
    [property: Id(5)] DateTimeOffset CreatedAt,
    [property: Id(6)] Guid CreatedBy)
{
    /// <summary>The case whose stream holds the link: the parent, or the child where the parent is none.</summary>
    [JsonIgnore]
    public Guid OwnerId => Parent.CaseId ?? Child.CaseId ?? throw new InvalidOperationException($"Link {Id} has no case at either end.");

    /// <summary>The other case, or null when the other end is no case.</summary>
    [JsonIgnore]
    public Guid? EchoId => Parent.CaseId is null ? null : Child.CaseId;
}

/// <summary>One end of a link.</summary>
/// <param name="Type">One of <see cref="CaseLinkNames.EntityTypes"/>.</param>
/// <param name="Id">The thing's id; for a case its UUID in lower case with hyphens.</param>
[GenerateSerializer, Immutable, Alias("switchboard.LinkEnd")]
public sealed record LinkEnd([property: Id(0)] string Type, [property: Id(1)] string Id)
{
    /// <summary>The case's id, or null for another thing.</summary>
    [JsonIgnore]
    public Guid? CaseId => Type == CaseLinkNames.Case && Guid.TryParseExact(Id, "D", out var id) ? id : null;

    /// <summary>A case.</summary>
    public static LinkEnd Case(Guid id) => new(CaseLinkNames.Case, id.ToString("D"));
}

/// <summary>The names that links are made of, as public clients send them (case-api specification, 3.5).</summary>
public static class CaseLinkNames
{
    /// <summary>The entity type of cases.</summary>
    public const string Case = "CASE";

    /// <summary>Either end is the same: neither is above the other.</summary>
    public const string RelatesTo = "RELATES_TO";

    /// <summary>The parent is a repetition of the child, which is the original.</summary>
    public const string Duplicates = "DUPLICATES";

    /// <summary>The child is a part of the parent.</summary>
    public const string ParentOf = "PARENT_OF";

    /// <summary>The things that can be linked.</summary>
    public static ImmutableArray<string> EntityTypes { get; } = [Case, "INCIDENT", "PAGE", "AGENT_CONVERSATION"];

    /// <summary>The relations.</summary>
    public static ImmutableArray<string> Relationships { get; } =
        [RelatesTo, "CAUSES", "BLOCKS", Duplicates, ParentOf, "SUCCESSOR_OF", "ESCALATES_TO"];

    /// <summary>Relations that must not lead back to where they start: nothing is part of its own part.</summary>
    public static ImmutableArray<string> Acyclic { get; } = ["BLOCKS", Duplicates, ParentOf, "SUCCESSOR_OF"];
}

/// <summary>A change to the links of a case; sent to the grain of <see cref="CaseLink.OwnerId"/>, answers with the link.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.LinkCommand")]
public abstract record LinkCommand([property: Id(0)] Guid LinkId);

/// <summary>Links two things.</summary>
/// <param name="LinkId">The new link's id.</param>
/// <param name="Relationship">One of <see cref="CaseLinkNames.Relationships"/>.</param>
/// <param name="Parent">Where the relation starts.</param>
/// <param name="Child">Where it leads.</param>
[GenerateSerializer, Immutable, Alias("switchboard.AddLink")]
public sealed record AddLink(
    Guid LinkId,
    [property: Id(0)] string Relationship,
    [property: Id(1)] LinkEnd Parent,
    [property: Id(2)] LinkEnd Child) : LinkCommand(LinkId);

/// <summary>Takes a link away.</summary>
/// <param name="LinkId">The link.</param>
[GenerateSerializer, Immutable, Alias("switchboard.RemoveLink")]
public sealed record RemoveLink(Guid LinkId) : LinkCommand(LinkId);
