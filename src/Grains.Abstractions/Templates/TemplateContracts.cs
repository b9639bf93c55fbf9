using System.Collections.Immutable;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Templates;

/// <summary>A template: what new cases of a project can be opened with.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.TemplateSnapshot")]
public sealed record TemplateSnapshot
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The template's id.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>How many events it has.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>The project whose cases it makes; never changes.</summary>
    [Id(3)] public required Guid ProjectId { get; init; }

    /// <summary>What its cases begin with.</summary>
    [Id(4)] public required TemplateContent Content { get; init; }

    /// <summary>The user who made it.</summary>
    [Id(5)] public required Guid CreatedBy { get; init; }

    /// <summary>When it was made.</summary>
    [Id(6)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The user of the last change, or null before the first.</summary>
    [Id(7)] public Guid? ModifiedBy { get; init; }

    /// <summary>When it was last changed, or null before the first change.</summary>
    [Id(8)] public DateTimeOffset? ModifiedAt { get; init; }
}

/// <summary>
/// What the cases of a template begin with. Only its form is checked when it is saved: whether type and custom attributes fit is a matter of
/// the moment in which a case is opened with it. Equality is by content.
/// </summary>
[GenerateSerializer, Immutable, Alias("switchboard.TemplateContent")]
public sealed record TemplateContent
{
    /// <summary>The template's own name.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>The case's title.</summary>
    [Id(1)] public required string Title { get; init; }

    /// <summary>The case's description; may be empty.</summary>
    [Id(2)] public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>The case's priority.</summary>
    [Id(3)] public CasePriority Priority { get; init; }

    /// <summary>The case's type.</summary>
    [Id(4)] public required Guid TypeId { get; init; }

    /// <summary>The case's attributes.</summary>
    [Id(5)]
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;
    }
        = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Values of the type's custom attributes, by key.</summary>
    [Id(6)]
    public ImmutableSortedDictionary<string, CustomValue> CustomValues
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, CustomValue>.Empty;
    }
        = ImmutableSortedDictionary<string, CustomValue>.Empty;

    /// <summary>The titles of the case's tasks, in order.</summary>
    [Id(7)] public ImmutableArray<string> Tasks { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <inheritdoc/>
    public bool Equals(TemplateContent? other) => ReferenceEquals(this, other) || (other is not null
        && (Name, Title, Description, Priority, TypeId) == (other.Name, other.Title, other.Description, other.Priority, other.TypeId)
        && Attributes.Count == other.Attributes.Count
        && Attributes.All(pair => other.Attributes.TryGetValue(pair.Key, out var values) && values.AsSpan().SequenceEqual(pair.Value.AsSpan()))
        && CustomValues.SequenceEqual(other.CustomValues)
        && Tasks.AsSpan().SequenceEqual(other.Tasks.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Title, Description, Priority, TypeId, Attributes.Count, CustomValues.Count, Tasks.Length);
}

/// <summary>A change that somebody asks a template for.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.TemplateCommand")]
public abstract record TemplateCommand;

/// <summary>Makes a template of a project.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Content">What its cases begin with.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CreateTemplate")]
public sealed record CreateTemplate([property: Id(0)] Guid ProjectId, [property: Id(1)] TemplateContent Content) : TemplateCommand;

/// <summary>Puts another content in the place of the present one.</summary>
/// <param name="ProjectId">The template's project: of another one's it is not found.</param>
/// <param name="Content">The whole content.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ReplaceTemplate")]
public sealed record ReplaceTemplate([property: Id(0)] Guid ProjectId, [property: Id(1)] TemplateContent Content) : TemplateCommand;

/// <summary>Deletes the template; the cases that were opened with it stay.</summary>
/// <param name="ProjectId">The template's project: of another one's it is not found.</param>
[GenerateSerializer, Immutable, Alias("switchboard.DeleteTemplate")]
public sealed record DeleteTemplate([property: Id(0)] Guid ProjectId) : TemplateCommand;

/// <summary>A fact about a template.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.TemplateEvent")]
public abstract record TemplateEvent : DomainEvent;

/// <summary>A template was made.</summary>
[EventType("case_template.created"), GenerateSerializer, Immutable, Alias("switchboard.TemplateCreated")]
public sealed record TemplateCreated([property: Id(0)] Guid ProjectId, [property: Id(1)] TemplateContent Content) : TemplateEvent;

/// <summary>A template was changed.</summary>
[EventType("case_template.changed"), GenerateSerializer, Immutable, Alias("switchboard.TemplateChanged")]
public sealed record TemplateChanged([property: Id(0)] TemplateContent From, [property: Id(1)] TemplateContent To) : TemplateEvent;

/// <summary>A template was deleted, alone or together with its project.</summary>
[EventType("case_template.deleted"), GenerateSerializer, Immutable, Alias("switchboard.TemplateDeleted")]
public sealed record TemplateDeleted([property: Id(0)] Guid ProjectId, [property: Id(1)] TemplateContent Content) : TemplateEvent;

/// <summary>
/// Changes one template; the key is <see cref="GrainKeys.Of"/> of organisation and template. Templates are read from their rows: a project
/// that is deleted takes them along without telling their grains.
/// </summary>
[Alias("switchboard.ITemplateGrain")]
public interface ITemplateGrain : IGrainWithStringKey
{
    /// <summary>Applies a command; answers the template after it, or the last one after its deletion.</summary>
    [Alias("Execute")]
    ValueTask<Outcome<TemplateSnapshot>> ExecuteAsync(TemplateCommand command, CommandContext context, CancellationToken cancellationToken = default);
}
