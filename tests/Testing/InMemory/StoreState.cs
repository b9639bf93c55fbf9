using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Storage.EventStore;
using Switchboard.Teams;
using Switchboard.Templates;
using Switchboard.Timeline;
using Switchboard.Views;

namespace Switchboard.Testing.InMemory;

/// <summary>Everything that an <see cref="InMemoryStore"/> holds. A value: an append is tried on a copy, which replaces it when it succeeds.</summary>
internal sealed class StoreState
{
    public ImmutableList<RecordedEvent> Log { get; private set; } = [];

    public ImmutableDictionary<Guid, long> Versions { get; private set; } = ImmutableDictionary<Guid, long>.Empty;

    public ImmutableDictionary<(Guid OrgId, string Key), StoredAnswer> Answers { get; private set; } =
        ImmutableDictionary<(Guid, string), StoredAnswer>.Empty;

    public ImmutableDictionary<Guid, CaseSnapshot> Cases { get; private set; } = ImmutableDictionary<Guid, CaseSnapshot>.Empty;

    public ImmutableDictionary<(Guid CaseId, Guid Id), TimelineCell> Cells { get; private set; } =
        ImmutableDictionary<(Guid, Guid), TimelineCell>.Empty;

    public ImmutableDictionary<(Guid OrgId, Guid Id), CaseTypeSnapshot> Types { get; private set; } =
        ImmutableDictionary<(Guid, Guid), CaseTypeSnapshot>.Empty;

    public ImmutableDictionary<(Guid OrgId, string Key), Guid> FormerKeys { get; private set; } =
        ImmutableDictionary<(Guid, string), Guid>.Empty;

    public ImmutableDictionary<Guid, CaseLink> Links { get; private set; } = ImmutableDictionary<Guid, CaseLink>.Empty;

    public ImmutableDictionary<(Guid OrgId, Guid Id), CaseCall> Calls { get; private set; } = ImmutableDictionary<(Guid, Guid), CaseCall>.Empty;

    public ImmutableSortedDictionary<(Guid OrgId, Guid CallId, int Number), CallLine> CallLines { get; private set; } =
        ImmutableSortedDictionary<(Guid, Guid, int), CallLine>.Empty;

    public ImmutableDictionary<Guid, (Guid OrgId, Guid IntoId)> Merges { get; private set; } = ImmutableDictionary<Guid, (Guid, Guid)>.Empty;

    public ImmutableDictionary<Guid, ProjectSnapshot> Projects { get; private set; } = ImmutableDictionary<Guid, ProjectSnapshot>.Empty;

    public ImmutableDictionary<Guid, ViewSnapshot> Views { get; private set; } = ImmutableDictionary<Guid, ViewSnapshot>.Empty;

    public ImmutableDictionary<Guid, TeamSnapshot> Teams { get; private set; } = ImmutableDictionary<Guid, TeamSnapshot>.Empty;

    public ImmutableDictionary<Guid, TemplateSnapshot> Templates { get; private set; } = ImmutableDictionary<Guid, TemplateSnapshot>.Empty;

    public ImmutableDictionary<Guid, UserSnapshot> Users { get; private set; } = ImmutableDictionary<Guid, UserSnapshot>.Empty;

    public ImmutableDictionary<Guid, KeySnapshot> Keys { get; private set; } = ImmutableDictionary<Guid, KeySnapshot>.Empty;

    public ImmutableDictionary<Guid, OrgSnapshot> Orgs { get; private set; } = ImmutableDictionary<Guid, OrgSnapshot>.Empty;

    public StoreState Copy() => (StoreState)MemberwiseClone();

    /// <summary>Applies an append to this copy; on any other answer than <see cref="AppendStatus.Appended"/> throw the copy away.</summary>
    public AppendResult Apply(AppendRequest request, DateTimeOffset now)
    {
        if (request.Answer is { } answer)
        {
            if (Answers.ContainsKey((answer.OrgId, answer.Key)))
            {
                return new AppendResult(AppendStatus.DuplicateCommand);
            }

            Answers = Answers.Add((answer.OrgId, answer.Key), answer);
        }

        var changesRow = request.Changes.Any(AppendRules.WritesOwnRow);
        if ((changesRow || !request.Events.IsEmpty) && Versions.GetValueOrDefault(request.Stream.Id) != request.ExpectedVersion)
        {
            return new AppendResult(AppendStatus.VersionConflict);
        }

        foreach (var body in request.Events)
        {
            Record(request.Stream, body, request.Metadata.Of(body), now);
        }

        foreach (var change in request.Changes)
        {
            var result = Apply(change, request, now);
            if (result.Status != AppendStatus.Appended)
            {
                return result;
            }
        }

        return new AppendResult(AppendStatus.Appended);
    }

    private AppendResult Apply(StateChange change, AppendRequest request, DateTimeOffset now)
    {
        switch (change)
        {
            case CaseWritten { Case: var written }:
                return Write(written, request.ExpectedVersion == 0);
            case CellAdded { Cell: var cell }:
                return Try(!Cells.ContainsKey(KeyOf(cell)), "timeline_cell_pkey", () => Cells = Cells.Add(KeyOf(cell), cell));
            case CallWritten { Call: var call } heard:
                var version = Calls.GetValueOrDefault((call.OrgId, call.Id))?.Version ?? 0;
                return version > 0 && heard.ExpectedVersion == 0
                    ? new AppendResult(AppendStatus.UniqueConflict, "case_call_pkey")
                    : Try(version == heard.ExpectedVersion, null, () =>
                    {
                        Calls = Calls.SetItem((call.OrgId, call.Id), call);
                        CallLines = CallLines.AddRange(heard.Lines.Select(line => KeyValuePair.Create((call.OrgId, call.Id, line.Number), line)));
                    });
            case CasePlaced placed:
                FormerKeys = FormerKeys.SetItem((placed.Case.OrgId, placed.FormerKey), placed.Case.Id);
                var target = Projects.GetValueOrDefault(placed.Case.ProjectId);
                return Try(target?.OrgId == placed.Case.OrgId, null, static () => { });
            case CaseTypeWritten { Type: var type }:
                return Try(true, null, () => Types = Types.SetItem((type.OrgId, type.Id), type));
            case OtherCaseWritten other:
                return WriteOther(other, request, now);
            case MergeWritten merge:
                return Try(!Merges.ContainsKey(merge.CaseId), "case_merge_pkey", () => Merges = Merges.Add(merge.CaseId, (merge.OrgId, merge.IntoId)));
            case MergeErased merge:
                return Try(true, null, () => Merges = Merges.Remove(merge.CaseId));
            case LinkWritten { Link: var link }:
                return Try(!Links.Values.Any(other => SamePair(other, link)), "case_link_pair", () => Links = Links.SetItem(link.Id, link));
            case LinkErased { Link: var link }:
                return Try(Links.ContainsKey(link.Id), null, () => Links = Links.Remove(link.Id));
            case CaseEchoed echo:
                return Echo(echo, request, now);
            case CellChanged { Cell: var cell }:
                return Try(Cells.ContainsKey(KeyOf(cell)), null, () => Cells = Cells.SetItem(KeyOf(cell), cell));
            case ProjectWritten { Project: var project }:
                var keyTaken = Projects.Values.Any(other => other.Id != project.Id && other.OrgId == project.OrgId && other.Key == project.Key);
                return Try(!keyTaken, "project_key", () => Projects = Projects.SetItem(project.Id, project));
            case ViewWritten { View: var view }:
                var home = request.ExpectedVersion > 0 || Projects.GetValueOrDefault(view.ProjectId)?.OrgId == view.OrgId;
                return Try(home, null, () => Views = Views.SetItem(view.Id, view));
            case ViewErased { View: var view }:
                return Try(Views.ContainsKey(view.Id), null, () => Views = Views.Remove(view.Id));
            case TemplateWritten { Template: var template }:
                var there = request.ExpectedVersion > 0 || Projects.GetValueOrDefault(template.ProjectId)?.OrgId == template.OrgId;
                return Try(there, null, () => Templates = Templates.SetItem(template.Id, template));
            case TemplateErased { Template: var template }:
                return Try(Templates.ContainsKey(template.Id), null, () => Templates = Templates.Remove(template.Id));
            case ProjectRemoved removed:
                Remove(removed, request, now);
                return new AppendResult(AppendStatus.Appended);
            case TeamWritten { Team: var team }:
                var handleTaken = Teams.Values.Any(other => other.Id != team.Id && other.OrgId == team.OrgId && other.Profile.Handle == team.Profile.Handle);
                return Try(!handleTaken, "team_handle", () => Teams = Teams.SetItem(team.Id, team));
            case TeamRemoved { Team: var team }:
                return Try(Teams.ContainsKey(team.Id), null, () => Teams = Teams.Remove(team.Id));
            case UserWritten { User: var user }:
                var emailTaken = Users.Values.Any(other => other.Id != user.Id && other.OrgId == user.OrgId && other.Email == user.Email);
                return Try(!emailTaken, "org_user_email", () => Users = Users.SetItem(user.Id, user));
            case KeyWritten { Key: var key }:
                var hashTaken = Keys.Values.Any(other => other.Id != key.Id && other.Hash == key.Hash);
                return Try(!hashTaken, "access_key_hash", () => Keys = Keys.SetItem(key.Id, key));
            case OrgWritten { Org: var org }:
                return Try(true, null, () => Orgs = Orgs.SetItem(org.Id, org));
            default:
                throw new ArgumentException($"The store does not know the state change {change.GetType().Name}.");
        }
    }

    private AppendResult Write(CaseSnapshot written, bool isNew)
    {
        if (isNew)
        {
            // The project was deleted since the decision: load again, decide again.
            if (Projects.GetValueOrDefault(written.ProjectId)?.OrgId != written.OrgId)
            {
                return new AppendResult(AppendStatus.VersionConflict);
            }

            if (Cases.Values.Any(other => other.OrgId == written.OrgId && other.Key == written.Key))
            {
                return new AppendResult(AppendStatus.UniqueConflict, "case_key");
            }
        }
        else if (!Cases.ContainsKey(written.Id))
        {
            return new AppendResult(AppendStatus.VersionConflict);
        }

        Cases = Cases.SetItem(written.Id, written);
        return new AppendResult(AppendStatus.Appended);
    }

    private AppendResult WriteOther(OtherCaseWritten other, AppendRequest request, DateTimeOffset now)
    {
        if (Versions.GetValueOrDefault(other.Case.Id) != other.ExpectedVersion || !Cases.ContainsKey(other.Case.Id))
        {
            return new AppendResult(AppendStatus.VersionConflict);
        }

        foreach (var body in other.Events)
        {
            Record(request.Stream with { Id = other.Case.Id }, body, request.Metadata, now);
        }

        Cases = Cases.SetItem(other.Case.Id, other.Case);
        foreach (var cell in other.Cells)
        {
            Cells = Cells.Add(KeyOf(cell), cell);
        }

        return new AppendResult(AppendStatus.Appended);
    }

    private AppendResult Echo(CaseEchoed echo, AppendRequest request, DateTimeOffset now)
    {
        if (Cases.GetValueOrDefault(echo.CaseId) is not { } other || other.OrgId != request.Stream.OrgId)
        {
            return new AppendResult(AppendStatus.VersionConflict);
        }

        Record(request.Stream with { Id = other.Id }, echo.Event, request.Metadata, now);
        Cases = Cases.SetItem(other.Id, other with { Version = other.Version + 1 });
        Cells = Cells.Add(KeyOf(echo.Cell), echo.Cell with { CaseVersion = other.Version + 1 });
        return new AppendResult(AppendStatus.Appended);
    }

    private static bool SamePair(CaseLink left, CaseLink right) =>
        left.OrgId == right.OrgId && left.Relationship == right.Relationship
        && ((left.Parent == right.Parent && left.Child == right.Child) || (left.Parent == right.Child && left.Child == right.Parent));

    private void Remove(ProjectRemoved removed, AppendRequest request, DateTimeOffset now)
    {
        Projects = Projects.Remove(removed.Project.Id);
        RemoveViews(removed, request, now);
        foreach (var gone in Cases.Values.Where(one => one.OrgId == removed.Project.OrgId && one.ProjectId == removed.Project.Id).ToArray())
        {
            Cases = Cases.Remove(gone.Id);
            Merges = Merges.RemoveRange(Merges.Where(merge => merge.Key == gone.Id || merge.Value.IntoId == gone.Id).Select(merge => merge.Key));
            Cells = Cells.RemoveRange(Cells.Keys.Where(cell => cell.CaseId == gone.Id));
            var end = LinkEnd.Case(gone.Id);
            Links = Links.RemoveRange(Links.Values.Where(link => link.Parent == end || link.Child == end).Select(link => link.Id));
            var stream = new StreamName(gone.OrgId, "case", gone.Id);
            Record(stream, new NewEvent(Guid.CreateVersion7(now), new CaseDeleted(gone.ProjectId, gone.Key), removed.At), request.Metadata, now);
        }
    }

    private void RemoveViews(ProjectRemoved removed, AppendRequest request, DateTimeOffset now)
    {
        foreach (var gone in Templates.Values.Where(one => one.OrgId == removed.Project.OrgId && one.ProjectId == removed.Project.Id).ToArray())
        {
            Templates = Templates.Remove(gone.Id);
            var stream = new StreamName(gone.OrgId, "case_template", gone.Id);
            Record(stream, new NewEvent(Guid.CreateVersion7(now), new TemplateDeleted(gone.ProjectId, gone.Content), removed.At), request.Metadata, now);
        }

        foreach (var gone in Views.Values.Where(one => one.OrgId == removed.Project.OrgId && one.ProjectId == removed.Project.Id).ToArray())
        {
            Views = Views.Remove(gone.Id);
            var stream = new StreamName(gone.OrgId, "case_view", gone.Id);
            Record(stream, new NewEvent(Guid.CreateVersion7(now), new ViewDeleted(gone.ProjectId, gone.Content), removed.At), request.Metadata, now);
        }
    }

    private void Record(StreamName stream, NewEvent body, EventMetadata metadata, DateTimeOffset now)
    {
        var version = Versions.GetValueOrDefault(stream.Id) + 1;
        var position = new FeedPosition(1, (ulong)Log.Count + 1, Log.Count + 1);
        Log = Log.Add(new RecordedEvent(position, stream, version, body.Id, body.Body, metadata, body.OccurredAt, now));
        Versions = Versions.SetItem(stream.Id, version);
    }

    private static (Guid CaseId, Guid Id) KeyOf(TimelineCell cell) => (cell.CaseId, cell.Id);

    private static AppendResult Try(bool allowed, string? constraint, Action write)
    {
        if (!allowed)
        {
            return constraint is null ? new AppendResult(AppendStatus.VersionConflict) : new AppendResult(AppendStatus.UniqueConflict, constraint);
        }

        write();
        return new AppendResult(AppendStatus.Appended);
    }
}
