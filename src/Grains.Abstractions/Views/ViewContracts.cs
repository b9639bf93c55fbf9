using Orleans;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Views;

/// <summary>A saved view: a query over the cases of one project, under a name.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ViewSnapshot")]
public sealed record ViewSnapshot
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The view's id.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>How many events it has.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>The project whose cases it shows; never changes.</summary>
    [Id(3)] public required Guid ProjectId { get; init; }

    /// <summary>Name, query, notification rule.</summary>
    [Id(4)] public required ViewContent Content { get; init; }

    /// <summary>The user who made it.</summary>
    [Id(5)] public required Guid CreatedBy { get; init; }

    /// <summary>When it was made.</summary>
    [Id(6)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The user of the last change, or null before the first.</summary>
    [Id(7)] public Guid? ModifiedBy { get; init; }

    /// <summary>When it was last changed, or null before the first change.</summary>
    [Id(8)] public DateTimeOffset? ModifiedAt { get; init; }
}

/// <summary>What a view says.</summary>
/// <param name="Name">Not empty.</param>
/// <param name="Query">A query of the search language; empty for every case that is not archived.</param>
/// <param name="NotificationRuleId">The notification rule that goes with it, or null.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ViewContent")]
public sealed record ViewContent(
    [property: Id(0)] string Name,
    [property: Id(1)] string Query,
    [property: Id(2)] string? NotificationRuleId);

/// <summary>A change that somebody asks a view for.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ViewCommand")]
public abstract record ViewCommand;

/// <summary>Makes a view of a project.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Content">What it says; the query must be one that a search would take.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CreateView")]
public sealed record CreateView([property: Id(0)] Guid ProjectId, [property: Id(1)] ViewContent Content) : ViewCommand;

/// <summary>Changes what is given and leaves the rest.</summary>
/// <param name="Name">The new name, or null.</param>
/// <param name="Query">The new query, or null.</param>
/// <param name="NotificationRuleId">The new notification rule, empty for none, or null.</param>
[GenerateSerializer, Immutable, Alias("switchboard.UpdateView")]
public sealed record UpdateView(
    [property: Id(0)] string? Name,
    [property: Id(1)] string? Query,
    [property: Id(2)] string? NotificationRuleId) : ViewCommand;

/// <summary>Deletes the view.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.DeleteView")]
public sealed record DeleteView : ViewCommand;

/// <summary>A fact about a view.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.ViewEvent")]
public abstract record ViewEvent : DomainEvent;

/// <summary>A view was made.</summary>
[EventType("case_view.created"), GenerateSerializer, Immutable, Alias("switchboard.ViewCreated")]
public sealed record ViewCreated([property: Id(0)] Guid ProjectId, [property: Id(1)] ViewContent Content) : ViewEvent;

/// <summary>A view was changed.</summary>
[EventType("case_view.changed"), GenerateSerializer, Immutable, Alias("switchboard.ViewChanged")]
public sealed record ViewChanged([property: Id(0)] ViewContent From, [property: Id(1)] ViewContent To) : ViewEvent;

/// <summary>A view was deleted, alone or together with its project.</summary>
[EventType("case_view.deleted"), GenerateSerializer, Immutable, Alias("switchboard.ViewDeleted")]
public sealed record ViewDeleted([property: Id(0)] Guid ProjectId, [property: Id(1)] ViewContent Content) : ViewEvent;

/// <summary>
/// Changes one view; the key is <see cref="GrainKeys.Of"/> of organisation and view. Views are read from their rows: a project that is
/// deleted takes its views along without telling their grains.
/// </summary>
[Alias("switchboard.IViewGrain")]
public interface IViewGrain : IGrainWithStringKey
{
    /// <summary>Applies a command; answers the view after it, or the last one after its deletion.</summary>
    [Alias("Execute")]
    ValueTask<Outcome<ViewSnapshot>> ExecuteAsync(ViewCommand command, CommandContext context, CancellationToken cancellationToken = default);
}
