using Orleans;
using Orleans.Concurrency;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Orgs;

/// <summary>The state of an organisation: the tenant that every row, key and stream belongs to.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.OrgSnapshot")]
public sealed record OrgSnapshot
{
    /// <summary>The organisation's id.</summary>
    [Id(0)] public required Guid Id { get; init; }

    /// <summary>How many events it has.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>Display name.</summary>
    [Id(2)] public required string Name { get; init; }

    /// <summary>When it was created.</summary>
    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Creates the organisation.</summary>
/// <param name="Name">Not empty.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CreateOrg")]
public sealed record CreateOrg([property: Id(0)] string Name);

/// <summary>Gives the organisation another name.</summary>
/// <param name="Name">Not empty.</param>
[GenerateSerializer, Immutable, Alias("switchboard.RenameOrg")]
public sealed record RenameOrg([property: Id(0)] string Name);

/// <summary>A fact about an organisation.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.OrgEvent")]
public abstract record OrgEvent : DomainEvent;

/// <summary>The organisation was created.</summary>
[EventType("org.created"), GenerateSerializer, Immutable, Alias("switchboard.OrgCreated")]
public sealed record OrgCreated([property: Id(0)] string Name) : OrgEvent;

/// <summary>The organisation got another name.</summary>
[EventType("org.renamed"), GenerateSerializer, Immutable, Alias("switchboard.OrgRenamed")]
public sealed record OrgRenamed([property: Id(0)] string From, [property: Id(1)] string To) : OrgEvent;

/// <summary>One organisation; the key is its id in the form "N".</summary>
[Alias("switchboard.IOrgGrain")]
public interface IOrgGrain : IGrainWithStringKey
{
    /// <summary>The organisation, or null when there is none of that id.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<OrgSnapshot?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Creates it; refused when it exists.</summary>
    [Alias("Create")]
    ValueTask<Outcome<OrgSnapshot>> CreateAsync(CreateOrg command, CommandContext context, CancellationToken cancellationToken = default);

    /// <summary>Gives it another name.</summary>
    [Alias("Rename")]
    ValueTask<Outcome<OrgSnapshot>> RenameAsync(RenameOrg command, CommandContext context, CancellationToken cancellationToken = default);
}
