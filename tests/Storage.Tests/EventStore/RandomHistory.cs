using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Testing;
using Switchboard.Timeline;

namespace Switchboard.Storage.Tests.EventStore;

/// <summary>Appends such as several careless writers make: mostly right, sometimes stale, repeated, or of values that are taken.</summary>
internal sealed class RandomHistory(Random random)
{
    private readonly Guid[] _orgs = [Guid.CreateVersion7(), Guid.CreateVersion7()];
    private readonly Dictionary<Guid, CaseSnapshot> _cases = [];
    private readonly Dictionary<Guid, ProjectSnapshot> _projects = [];
    private readonly Dictionary<Guid, UserSnapshot> _users = [];
    private readonly List<CaseSnapshot> _old = [];
    private readonly List<TimelineCell> _comments = [];
    private readonly List<CaseLink> _links = [];

    public IEnumerable<Guid> Orgs => _orgs;

    public HashSet<Guid> Cases { get; } = [];

    public HashSet<Guid> Projects { get; } = [];

    public HashSet<Guid> Users { get; } = [];

    /// <summary>The next append.</summary>
    public AppendRequest Next()
    {
        var request = random.Next(22) switch
        {
            0 => CreateProject(),
            1 => Change(Pick(_projects.Values)),
            2 => random.Next(3) == 0 && Pick(_projects.Values) is { } project ? Samples.Delete(project) : null,
            3 or 4 => CreateUser(),
            5 => Change(Pick(_users.Values)),
            6 or 7 or 8 => Pick(_projects.Values) is { } home ? Open(home) : null,
            9 => Pick(_old) is { } stale ? Samples.SetPriority(stale, CasePriority.P5) : null,
            10 => Pick(_cases.Values) is { } future ? Samples.SetPriority(future with { Version = future.Version + 1 + random.Next(3) }, CasePriority.P4) : null,
            11 or 12 => Pick(_cases.Values) is { } titled ? Samples.SetTitle(titled, $"Title {random.Next()}") : null,
            13 or 14 => Pick(_cases.Values) is { } discussed ? AddComment(discussed) : null,
            20 or 21 => Link(),
            15 => Pick(_comments) is { } comment && _cases.TryGetValue(comment.CaseId, out var one) ? EditComment(one, comment) : null,
            _ => Pick(_cases.Values) is { } changed ? Samples.SetPriority(changed, (CasePriority)random.Next(6)) : null,
        };
        return WithAnswer(request ?? CreateProject());
    }

    /// <summary>Takes note of what became of an append.</summary>
    public void Note(AppendRequest request, AppendResult result)
    {
        foreach (var change in request.Changes)
        {
            Remember(change, result.Status == AppendStatus.Appended);
        }
    }

    private void Remember(StateChange change, bool done)
    {
        switch (change)
        {
            case CaseWritten { Case: var one }:
                Cases.Add(one.Id);
                if (done)
                {
                    _cases[one.Id] = one;
                    _old.Add(one);
                }

                break;
            case CaseEchoed echo when done:
                var other = _cases[echo.CaseId];
                _cases[echo.CaseId] = other with { Version = other.Version + 1 };
                break;
            case LinkWritten { Link: var link } when done:
                _links.Add(link);
                break;
            case CellAdded { Cell: { Kind: TimelineCellKinds.Comment } cell } when done:
                _comments.Add(cell);
                break;
            case ProjectWritten { Project: var project }:
                Projects.Add(project.Id);
                if (done)
                {
                    _projects[project.Id] = project;
                }

                break;
            case ProjectRemoved { Project: var project } when done:
                // The writers keep the project and its cases in mind, and go on trying.
                break;
            case UserWritten { User: var user }:
                Users.Add(user.Id);
                if (done)
                {
                    _users[user.Id] = user;
                }

                break;
        }
    }

    private AppendRequest CreateProject() => Samples.Create(Samples.Project(Pick(_orgs), $"P{random.Next(12)}"));

    private AppendRequest CreateUser() => Samples.Create(Samples.User(Pick(_orgs), $"user{random.Next(12)}@example.com"));

    private AppendRequest Open(ProjectSnapshot home)
    {
        var one = Samples.Case(home, random.Next(30)) with
        {
            Description = random.Next(4) == 0 ? "" : new string('x', random.Next(5000)),
            Attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("team", [$"T{random.Next(3)}"]),
            AssigneeId = random.Next(2) == 0 ? null : Guid.NewGuid(),
        };
        return Samples.Open(one);
    }

    private AppendRequest? Change(ProjectSnapshot? project) => project is null ? null : new AppendRequest(
        new StreamName(project.OrgId, "project", project.Id),
        project.Version,
        [Samples.New(new ProjectRenamed(project.Name, "Renamed"))],
        [new ProjectWritten(project with { Version = project.Version + 1, Name = "Renamed", ColumnsConfig = null, ModifiedAt = Samples.Time })],
        new EventMetadata(Actor.System, "r"));

    private AppendRequest? Change(UserSnapshot? user)
    {
        if (user is null)
        {
            return null;
        }

        var email = $"user{random.Next(12)}@example.com";
        return new AppendRequest(
            new StreamName(user.OrgId, "user", user.Id),
            user.Version,
            [Samples.New(new UserEmailChanged(user.Email, email))],
            [new UserWritten(user with { Version = user.Version + 1, Email = email, ModifiedAt = Samples.Time, Roles = [] })],
            new EventMetadata(Actor.System, "r"));
    }

    private static AppendRequest AddComment(CaseSnapshot one)
    {
        var after = one with { Version = one.Version + 1, CommentCount = one.CommentCount + 1 };
        var cell = new TimelineCell
        {
            Id = Guid.NewGuid(),
            OrgId = one.OrgId,
            CaseId = one.Id,
            CaseVersion = after.Version,
            Kind = TimelineCellKinds.Comment,
            Author = Actor.User(one.CreatedBy),
            Content = """{"message":"Looking at it."}""",
            CreatedAt = Samples.Time,
        };
        return new AppendRequest(
            new StreamName(one.OrgId, "case", one.Id),
            one.Version,
            [Samples.New(new CommentAdded(cell.Id, "Looking at it."))],
            [new CaseWritten(after, TextChanged: false), new CellAdded(cell)],
            new EventMetadata(Actor.System, "r"));
    }

    private AppendRequest EditComment(CaseSnapshot one, TimelineCell comment)
    {
        var after = one with { Version = one.Version + 1 };
        var edited = comment with
        {
            Content = """{"message":"Edited."}""",
            ModifiedAt = Samples.Time,
            DeletedAt = random.Next(3) == 0 ? Samples.Time : null,
        };
        return new AppendRequest(
            new StreamName(one.OrgId, "case", one.Id),
            one.Version,
            [Samples.New(new CommentEdited(comment.Id, "Looking at it.", "Edited."))],
            [new CaseWritten(after, TextChanged: false), new CellChanged(edited)],
            new EventMetadata(Actor.System, "r"));
    }

    /// <summary>A link of two cases, with its trace at the other end; or the end of one, perhaps a second time.</summary>
    private AppendRequest? Link()
    {
        var known = random.Next(3) == 0 ? Pick(_links) : null;
        var owner = known is null ? Pick(_cases.Values) : _cases[known.OwnerId];
        var other = known is null ? Pick(_cases.Values) : _cases[known.EchoId!.Value];
        if (owner is null || other is null || owner.Id == other.Id)
        {
            return null;
        }

        var link = known ?? new CaseLink(
            Guid.CreateVersion7(), owner.OrgId, CaseLinkNames.RelatesTo, LinkEnd.Case(owner.Id), LinkEnd.Case(other.Id), Samples.Time, owner.CreatedBy);
        CaseEvent fact = known is null
            ? new LinkAdded(link.Id, link.Relationship, link.Parent, link.Child)
            : new LinkRemoved(link.Id, link.Relationship, link.Parent, link.Child);
        var (mine, theirs) = (Samples.New(fact), Samples.New(fact));
        var cell = new TimelineCell
        {
            Id = theirs.Id,
            OrgId = owner.OrgId,
            CaseId = other.Id,
            CaseVersion = 0,
            Kind = TimelineCellKinds.LinkAdded,
            Author = Actor.User(owner.CreatedBy),
            Content = "{}",
            CreatedAt = Samples.Time,
        };
        return new AppendRequest(
            new StreamName(owner.OrgId, "case", owner.Id),
            owner.Version,
            [mine],
            [
                known is null ? new LinkWritten(link) : new LinkErased(link),
                new CaseWritten(owner with { Version = owner.Version + 1 }, TextChanged: false),
                new CaseEchoed(other.Id, theirs, cell),
            ],
            new EventMetadata(Actor.System, "r"));
    }

    private AppendRequest WithAnswer(AppendRequest request) => random.Next(4) == 0
        ? request with { Answer = new StoredAnswer(request.Stream.OrgId, $"key {random.Next(60)}", "hash", "{}") }
        : request;

    private T? Pick<T>(IReadOnlyCollection<T> from) => from.Count == 0 ? default : from.ElementAt(random.Next(from.Count));
}
