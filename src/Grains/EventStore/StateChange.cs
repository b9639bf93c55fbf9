using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;
using Switchboard.Templates;
using Switchboard.Timeline;
using Switchboard.Views;

namespace Switchboard.Grains.EventStore;

/// <summary>
/// A state row that is written in the transaction of the events that caused it. A row of an aggregate is written only if it
/// still has the append's expected version; otherwise the append is a version conflict.
/// </summary>
public abstract record StateChange;

/// <summary>
/// The case's row, with its searchable text when <paramref name="TextChanged"/> (title, description or attributes), and with
/// <see cref="CaseSnapshot.Details"/> when <paramref name="DetailsChanged"/>. A new row is written whole.
/// </summary>
public sealed record CaseWritten(CaseSnapshot Case, bool TextChanged, bool DetailsChanged = false) : StateChange;

/// <summary>
/// The project and the key of a case that moved, beside its <see cref="CaseWritten"/>. The project must exist, else the append is a version
/// conflict; <paramref name="FormerKey"/> is kept to find the case by.
/// </summary>
public sealed record CasePlaced(CaseSnapshot Case, string FormerKey) : StateChange;

/// <summary>
/// Appends an event and its cell to another case of the organisation, after whatever version that case has; its row's version rises. The
/// other case must exist, else the append is a version conflict. Only for events that change nothing but the version.
/// </summary>
/// <param name="CaseId">The other case.</param>
/// <param name="Event">The event.</param>
/// <param name="Cell">Its trace; the version is put in by the store.</param>
public sealed record CaseEchoed(Guid CaseId, NewEvent Event, TimelineCell Cell) : StateChange;

/// <summary>
/// Another case of the organisation that the same command changes: its details, its events and their cells. It must still have the version
/// that it was decided on, else the append is a version conflict.
/// </summary>
/// <param name="Case">The other case after the events.</param>
/// <param name="ExpectedVersion">Its version before them.</param>
/// <param name="Events">At least one.</param>
/// <param name="Cells">The traces of the events.</param>
public sealed record OtherCaseWritten(
    CaseSnapshot Case, long ExpectedVersion, ImmutableArray<NewEvent> Events, ImmutableArray<TimelineCell> Cells) : StateChange;

/// <summary>That the append's case went into another one.</summary>
public sealed record MergeWritten(Guid OrgId, Guid CaseId, Guid IntoId) : StateChange;

/// <summary>That the append's case is in no other one any more.</summary>
public sealed record MergeErased(Guid OrgId, Guid CaseId) : StateChange;

/// <summary>The case type's row.</summary>
public sealed record CaseTypeWritten(CaseTypeSnapshot Type) : StateChange;

/// <summary>The view's row. The project of a new one must exist, else the append is a version conflict.</summary>
public sealed record ViewWritten(ViewSnapshot View) : StateChange;

/// <summary>A view that goes.</summary>
public sealed record ViewErased(ViewSnapshot View) : StateChange;

/// <summary>The template's row. The project of a new one must exist, else the append is a version conflict.</summary>
public sealed record TemplateWritten(TemplateSnapshot Template) : StateChange;

/// <summary>A template that goes.</summary>
public sealed record TemplateErased(TemplateSnapshot Template) : StateChange;

/// <summary>A new link.</summary>
public sealed record LinkWritten(CaseLink Link) : StateChange;

/// <summary>A link that goes; it must be there, else the append is a version conflict.</summary>
public sealed record LinkErased(CaseLink Link) : StateChange;

/// <summary>
/// A call's row, and lines that are new. It must still have the version that the command was decided on, else the append is a version conflict.
/// </summary>
/// <param name="Call">The call.</param>
/// <param name="ExpectedVersion">Its version before; 0 for a new one.</param>
/// <param name="Lines">New lines.</param>
/// <param name="Searched">Whether the case is to be found by what was said so far.</param>
public sealed record CallWritten(CaseCall Call, long ExpectedVersion, ImmutableArray<CallLine> Lines, bool Searched) : StateChange;

/// <summary>A new timeline cell.</summary>
public sealed record CellAdded(TimelineCell Cell) : StateChange;

/// <summary>A comment's cell after an edit or a deletion.</summary>
public sealed record CellChanged(TimelineCell Cell) : StateChange;

/// <summary>The project's row.</summary>
public sealed record ProjectWritten(ProjectSnapshot Project) : StateChange;

/// <summary>
/// Deletes the project's row, all its cases with their cells and search text, its views and its templates, and appends a
/// <see cref="CaseDeleted"/>, <see cref="ViewDeleted"/> or <see cref="TemplateDeleted"/> to the stream of each.
/// </summary>
public sealed record ProjectRemoved(ProjectSnapshot Project, DateTimeOffset At) : StateChange;

/// <summary>The team's row and its members.</summary>
public sealed record TeamWritten(TeamSnapshot Team) : StateChange;

/// <summary>Deletes the team's row and its members.</summary>
public sealed record TeamRemoved(TeamSnapshot Team) : StateChange;

/// <summary>The user's row.</summary>
public sealed record UserWritten(UserSnapshot User) : StateChange;

/// <summary>The key's row.</summary>
public sealed record KeyWritten(KeySnapshot Key) : StateChange;

/// <summary>The organisation's row.</summary>
public sealed record OrgWritten(OrgSnapshot Org) : StateChange;
