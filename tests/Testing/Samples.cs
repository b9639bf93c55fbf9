using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Timeline;

namespace Switchboard.Testing;

/// <summary>Well-formed aggregates and the appends that write them, for tests of whatever stands on the store.</summary>
public static class Samples
{
    /// <summary>A fixed time with the database's precision.</summary>
    public static DateTimeOffset Time { get; } = new(2026, 1, 15, 9, 0, 0, TimeSpan.Zero);

    private static readonly EventMetadata _metadata = new(Actor.System, "sample-request", null, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    /// <summary>A project's row at its first version.</summary>
    public static ProjectSnapshot Project(Guid orgId, string key = "OPS") => new()
    {
        OrgId = orgId,
        Id = Guid.CreateVersion7(),
        Version = 1,
        Key = key,
        Name = $"Project {key}",
        Settings = ImmutableSortedDictionary<string, string>.Empty.Add("notification", """{"enabled":true}"""),
        EnabledCustomCaseTypes = ["a", "b"],
        ColumnsConfig = """{"columns": [1, 2]}""",
        CreatedBy = Guid.CreateVersion7(),
        CreatedAt = Time,
    };

    /// <summary>Creates a project.</summary>
    public static AppendRequest Create(ProjectSnapshot project) => new(
        new StreamName(project.OrgId, "project", project.Id),
        0,
        [New(new ProjectCreated(project.Key, project.Name, project.Settings, project.EnabledCustomCaseTypes, project.ColumnsConfig, project.TeamId))],
        [new ProjectWritten(project)],
        _metadata);

    /// <summary>Deletes a project.</summary>
    public static AppendRequest Delete(ProjectSnapshot project) => new(
        new StreamName(project.OrgId, "project", project.Id),
        project.Version,
        [New(new ProjectDeleted(project.Key, project.Name))],
        [new ProjectRemoved(project, Time)],
        _metadata);

    /// <summary>A case's row at its first version.</summary>
    public static CaseSnapshot Case(ProjectSnapshot project, long number = 1) => new()
    {
        OrgId = project.OrgId,
        Id = Guid.CreateVersion7(),
        Version = 1,
        ProjectId = project.Id,
        Key = $"{project.Key}-{number}",
        PublicId = number,
        TypeId = new Guid("00000000-0000-0000-0000-000000000001"),
        Title = "Checkout answers with 502 in eu-west-1",
        Description = "Since 08:52 UTC one in twenty requests to the checkout service fails. Retries help. No deployment since yesterday.",
        Priority = CasePriority.P2,
        StatusName = "Open",
        StatusGroup = StatusGroup.Open,
        Attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("service", ["checkout"]).Add("team", ["Payments", "SRE"]),
        CreatedBy = Guid.CreateVersion7(),
        CreatedAt = Time,
    };

    /// <summary>Opens a case.</summary>
    public static AppendRequest Open(CaseSnapshot one, StoredAnswer? answer = null)
    {
        var opened = New(new CaseOpened(
            one.ProjectId, one.Key, one.PublicId, one.TypeId, one.Title, one.Description, one.Priority, one.StatusName, one.StatusGroup,
            one.AssigneeId, one.Attributes, one.CreationSource));
        return new AppendRequest(
            Stream(one), 0, [opened], [new CaseWritten(one, TextChanged: true), Cell(one, opened.Id, TimelineCellKinds.CaseCreated, "{}")], _metadata, answer);
    }

    /// <summary>Sets a case's priority: the event, the row, the cell.</summary>
    public static AppendRequest SetPriority(CaseSnapshot before, CasePriority priority, StoredAnswer? answer = null)
    {
        var after = before with { Version = before.Version + 1, Priority = priority, ModifiedAt = Time.AddMinutes(before.Version), ModifiedBy = before.CreatedBy };
        var changed = New(new PriorityChanged(before.Priority, priority));
        return new AppendRequest(
            Stream(before),
            before.Version,
            [changed],
            [
                new CaseWritten(after, TextChanged: false),
                Cell(after, changed.Id, TimelineCellKinds.PriorityChanged, $$"""{"from":"{{before.Priority}}","to":"{{priority}}"}"""),
            ],
            _metadata,
            answer);
    }

    /// <summary>Sets a case's title: the event, the row, the search text, the cell.</summary>
    public static AppendRequest SetTitle(CaseSnapshot before, string title)
    {
        var after = before with { Version = before.Version + 1, Title = title, ModifiedAt = Time.AddMinutes(before.Version), ModifiedBy = before.CreatedBy };
        var changed = New(new TitleChanged(before.Title, title));
        return new AppendRequest(
            Stream(before), before.Version, [changed], [new CaseWritten(after, TextChanged: true), Cell(after, changed.Id, TimelineCellKinds.TitleChanged, "{}")], _metadata);
    }

    /// <summary>The case's row that an append writes.</summary>
    public static CaseSnapshot CaseOf(AppendRequest request) => request.Changes.OfType<CaseWritten>().Single().Case;

    /// <summary>A user's row at its first version.</summary>
    public static UserSnapshot User(Guid orgId, string email) => new()
    {
        OrgId = orgId,
        Id = Guid.CreateVersion7(),
        Version = 1,
        Email = email,
        Name = email.Split('@')[0],
        Roles = ["Standard"],
        CreatedAt = Time,
    };

    /// <summary>Creates a user.</summary>
    public static AppendRequest Create(UserSnapshot user) => new(
        new StreamName(user.OrgId, "user", user.Id),
        0,
        [New(new UserCreated(user.Email, user.Name, user.Title, user.Roles, user.ServiceAccount))],
        [new UserWritten(user)],
        _metadata);

    /// <summary>A key's row at its first version.</summary>
    public static KeySnapshot Key(Guid orgId, string hash) => new()
    {
        OrgId = orgId,
        Id = Guid.CreateVersion7(),
        Version = 1,
        Kind = KeyKind.Api,
        Hash = hash,
        Prefix = "sw_",
        Last4 = "beef",
        Name = "sample",
        Scopes = [Permissions.CasesRead],
        CreatedAt = Time,
    };

    /// <summary>Creates a key.</summary>
    public static AppendRequest Create(KeySnapshot key) => new(
        new StreamName(key.OrgId, "key", key.Id),
        0,
        [New(new KeyCreated(key.Kind, key.Prefix, key.Last4, key.Name, key.UserId, key.Scopes, key.ExpiresAt, key.RequestsPerSecond))],
        [new KeyWritten(key)],
        _metadata);

    /// <summary>Creates an organisation.</summary>
    public static AppendRequest Create(OrgSnapshot org) => new(
        new StreamName(org.Id, "org", org.Id), 0, [New(new OrgCreated(org.Name))], [new OrgWritten(org)], _metadata);

    /// <summary>A new event.</summary>
    public static NewEvent New(DomainEvent body) => new(Guid.CreateVersion7(), body, Time);

    private static StreamName Stream(CaseSnapshot one) => new(one.OrgId, "case", one.Id);

    private static CellAdded Cell(CaseSnapshot one, Guid id, string kind, string content) => new(new TimelineCell
    {
        Id = id,
        OrgId = one.OrgId,
        CaseId = one.Id,
        CaseVersion = one.Version,
        Kind = kind,
        Author = Actor.User(one.CreatedBy),
        Content = content,
        CreatedAt = Time,
    });
}
