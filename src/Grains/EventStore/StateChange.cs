using Switchboard.Cases;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Timeline;

namespace Switchboard.Grains.EventStore;

/// <summary>
/// A state row that is written in the transaction of the events that caused it. A row of an aggregate is written only if it
/// still has the append's expected version; otherwise the append is a version conflict.
/// </summary>
public abstract record StateChange;

/// <summary>The case's row, and its searchable text when <paramref name="TextChanged"/> (title, description or attributes).</summary>
public sealed record CaseWritten(CaseSnapshot Case, bool TextChanged) : StateChange;

/// <summary>A new timeline cell.</summary>
public sealed record CellAdded(TimelineCell Cell) : StateChange;

/// <summary>A comment's cell after an edit or a deletion.</summary>
public sealed record CellChanged(TimelineCell Cell) : StateChange;

/// <summary>The project's row.</summary>
public sealed record ProjectWritten(ProjectSnapshot Project) : StateChange;

/// <summary>
/// Deletes the project's row, all its cases with their cells and search text, and appends a <see cref="CaseDeleted"/> to each
/// case's stream.
/// </summary>
public sealed record ProjectRemoved(ProjectSnapshot Project, DateTimeOffset At) : StateChange;

/// <summary>The user's row.</summary>
public sealed record UserWritten(UserSnapshot User) : StateChange;

/// <summary>The key's row.</summary>
public sealed record KeyWritten(KeySnapshot Key) : StateChange;

/// <summary>The organisation's row.</summary>
public sealed record OrgWritten(OrgSnapshot Org) : StateChange;
