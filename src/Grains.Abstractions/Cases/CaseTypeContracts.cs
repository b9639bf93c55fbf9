using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Cases;

/// <summary>A case type of an organisation: one of its own, or a built-in one with what the organisation added to it.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CaseTypeSnapshot")]
public sealed record CaseTypeSnapshot
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The type's id; a built-in type has the same in every organisation.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>The stream of its events: the type's id, but for a built-in type one of this organisation's.</summary>
    [Id(2)] public required Guid StreamId { get; init; }

    /// <summary>How many events it has; 0 for a built-in type that the organisation never changed.</summary>
    [Id(3)] public required long Version { get; init; }

    /// <summary>Name and statuses.</summary>
    [Id(4)] public required CaseType Type { get; init; }

    /// <summary>For people; may be empty.</summary>
    [Id(5)] public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>One emoji, or empty.</summary>
    [Id(6)] public string Emoji { get; init => field = value ?? ""; } = "";

    /// <summary>The custom attributes, in order of creation.</summary>
    [Id(7)] public ImmutableArray<CustomAttribute> Attributes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>When it was made; a built-in type is older than everything.</summary>
    [Id(8)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was deleted, or null. Its cases stay as they are, and no new one is opened.</summary>
    [Id(9)] public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The attribute of this key in any letter case, or null.</summary>
    public CustomAttribute? Find(string key) =>
        Attributes.FirstOrDefault(attribute => string.Equals(attribute.Key, key, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The statuses of a type, group by group.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.StatusSets")]
public sealed record StatusSets([property: Id(0)] StatusSet Open, [property: Id(1)] StatusSet InProgress, [property: Id(2)] StatusSet Closed);

/// <summary>A change that somebody asks a case type for.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CaseTypeCommand")]
public abstract record CaseTypeCommand;

/// <summary>Creates a type.</summary>
/// <param name="Name">Not empty.</param>
/// <param name="Description">May be empty.</param>
/// <param name="Emoji">One emoji, or empty.</param>
/// <param name="Statuses">Its statuses, or null for those of the standard type.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CreateCaseType")]
public sealed record CreateCaseType(
    [property: Id(0)] string Name,
    [property: Id(1)] string Description,
    [property: Id(2)] string Emoji,
    [property: Id(3)] StatusSets? Statuses) : CaseTypeCommand;

/// <summary>Changes what is given and leaves the rest. A status that a case has cannot be taken away, nor change its group.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.UpdateCaseType")]
public sealed record UpdateCaseType(
    [property: Id(0)] string? Name,
    [property: Id(1)] string? Description,
    [property: Id(2)] string? Emoji,
    [property: Id(3)] StatusSets? Statuses) : CaseTypeCommand;

/// <summary>Deletes a type of the organisation's own; nothing happens when that was done before.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.DeleteCaseType")]
public sealed record DeleteCaseType : CaseTypeCommand;

/// <summary>Defines a custom attribute.</summary>
/// <param name="Attribute">The definition; its key must be new to the type.</param>
[GenerateSerializer, Immutable, Alias("switchboard.DefineAttribute")]
public sealed record DefineAttribute([property: Id(0)] CustomAttribute Attribute) : CaseTypeCommand;

/// <summary>Changes what is given of a custom attribute and leaves the rest.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ChangeAttribute")]
public sealed record ChangeAttribute(
    [property: Id(0)] Guid AttributeId,
    [property: Id(1)] string? DisplayName,
    [property: Id(2)] string? Description,
    [property: Id(3)] string? Type,
    [property: Id(4)] string? MapFrom,
    [property: Id(5)] ImmutableArray<string>? Options,
    [property: Id(6)] bool? Required) : CaseTypeCommand;

/// <summary>Ends a custom attribute. Cases keep their values.</summary>
/// <param name="AttributeId">The definition; nothing happens when there is none of that id.</param>
[GenerateSerializer, Immutable, Alias("switchboard.RemoveAttribute")]
public sealed record RemoveAttribute([property: Id(0)] Guid AttributeId) : CaseTypeCommand;

/// <summary>A fact about a case type.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CaseTypeEvent")]
public abstract record CaseTypeEvent : DomainEvent;

/// <summary>A type was created.</summary>
[EventType("case_type.created"), GenerateSerializer, Immutable, Alias("switchboard.CaseTypeCreated")]
public sealed record CaseTypeCreated(
    [property: Id(0)] string Name,
    [property: Id(1)] string Description,
    [property: Id(2)] string Emoji,
    [property: Id(3)] StatusSets Statuses) : CaseTypeEvent;

/// <summary>How a type is called and described.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CaseTypeFace")]
public sealed record CaseTypeFace([property: Id(0)] string Name, [property: Id(1)] string Description, [property: Id(2)] string Emoji);

/// <summary>Name, description or emoji changed.</summary>
[EventType("case_type.changed"), GenerateSerializer, Immutable, Alias("switchboard.CaseTypeChanged")]
public sealed record CaseTypeChanged([property: Id(0)] CaseTypeFace From, [property: Id(1)] CaseTypeFace To) : CaseTypeEvent;

/// <summary>The statuses changed.</summary>
[EventType("case_type.statuses_changed"), GenerateSerializer, Immutable, Alias("switchboard.CaseTypeStatusesChanged")]
public sealed record CaseTypeStatusesChanged([property: Id(0)] StatusSets From, [property: Id(1)] StatusSets To) : CaseTypeEvent;

/// <summary>The type was deleted; its cases stay.</summary>
[EventType("case_type.deleted"), GenerateSerializer, Immutable, Alias("switchboard.CaseTypeDeleted")]
public sealed record CaseTypeDeleted([property: Id(0)] string Name) : CaseTypeEvent;

/// <summary>A custom attribute was defined.</summary>
[EventType("case_type.attribute_defined"), GenerateSerializer, Immutable, Alias("switchboard.AttributeDefined")]
public sealed record AttributeDefined([property: Id(0)] CustomAttribute Attribute) : CaseTypeEvent;

/// <summary>A custom attribute changed.</summary>
[EventType("case_type.attribute_changed"), GenerateSerializer, Immutable, Alias("switchboard.AttributeChanged")]
public sealed record AttributeChanged([property: Id(0)] CustomAttribute From, [property: Id(1)] CustomAttribute To) : CaseTypeEvent;

/// <summary>A custom attribute was removed.</summary>
[EventType("case_type.attribute_removed"), GenerateSerializer, Immutable, Alias("switchboard.AttributeRemoved")]
public sealed record AttributeRemoved([property: Id(0)] CustomAttribute Attribute) : CaseTypeEvent;

/// <summary>One case type of an organisation; the key is <see cref="GrainKeys.Of"/> of organisation and type.</summary>
[Alias("switchboard.ICaseTypeGrain")]
public interface ICaseTypeGrain : IGrainWithStringKey
{
    /// <summary>The type, also a deleted one; null when the organisation has none of that id.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<CaseTypeSnapshot?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Applies a command.</summary>
    [Alias("Execute")]
    ValueTask<Outcome<CaseTypeSnapshot>> ExecuteAsync(CaseTypeCommand command, CommandContext context, CancellationToken cancellationToken = default);
}
