using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Projects;
using Switchboard.Timeline;

namespace Switchboard.Grains.Cases;

/// <summary>What the grain looked up before a command on a case is decided.</summary>
internal readonly record struct CaseFacts
{
    /// <summary>The type that the case has or shall have; null when there is none of that id.</summary>
    public CaseType? Type { get; init; }

    /// <summary>The custom attributes of that type, where the command needs them.</summary>
    public ImmutableArray<CustomAttribute> Attributes { get; init; }

    /// <summary>The project that a new case goes to; null when the organisation has none of that id.</summary>
    public ProjectSnapshot? Project { get; init; }

    /// <summary>The numbers of a new case.</summary>
    public CaseNumber Number { get; init; }

    /// <summary>Whether the user that the command names is one of the organisation's; disabled ones count.</summary>
    public bool AssigneeExists { get; init; }

    /// <summary>The status that an open case goes to when somebody assigns it to themselves; null where the project leaves it alone.</summary>
    public CaseStatus? TakenUp { get; init; }
}

/// <summary>What the grain looked up before a command on a comment is decided.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="ManagesProject">Whether the actor may manage the case's project.</param>
/// <param name="Cell">The cell that is to be changed; null when the case has none of that id.</param>
internal readonly record struct CommentFacts(Actor Actor, bool ManagesProject, TimelineCell? Cell);
