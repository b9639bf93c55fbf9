using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Grains.Access;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Orgs;
using Switchboard.Grains.Projects;
using Switchboard.Grains.Teams;
using Switchboard.Grains.Templates;
using Switchboard.Grains.Timeline;
using Switchboard.Grains.Views;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;
using Switchboard.Templates;
using Switchboard.Timeline;
using Switchboard.Views;

namespace Switchboard.Testing.InMemory;

/// <summary>The ports that read rows and hand out numbers.</summary>
public sealed partial class InMemoryStore :
    IAggregateRows<CaseSnapshot>, IAggregateRows<ProjectSnapshot>, IAggregateRows<UserSnapshot>, IAggregateRows<KeySnapshot>,
    IAggregateRows<OrgSnapshot>, ICaseNumbers, ICaseDirectory, ICaseLinks, ICaseCalls, ICaseTypeDirectory, IAggregateRows<CaseTypeSnapshot>, IProjectDirectory, IOrgDirectory, ITimelineReader,
    IViewDirectory, ITemplateDirectory, IPolicyDirectory, ITeamDirectory, IAggregateRows<TeamSnapshot>
{
    private readonly Dictionary<(Guid OrgId, Guid Scope), long> _numbers = [];

    ValueTask<CaseSnapshot?> IAggregateRows<CaseSnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
        new(Read().Cases.GetValueOrDefault(id) is { } row && row.OrgId == orgId ? row : null);

    ValueTask<ProjectSnapshot?> IAggregateRows<ProjectSnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
        new(Read().Projects.GetValueOrDefault(id) is { } row && row.OrgId == orgId ? row : null);

    ValueTask<UserSnapshot?> IAggregateRows<UserSnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
        new(Read().Users.GetValueOrDefault(id) is { } row && row.OrgId == orgId ? row : null);

    ValueTask<KeySnapshot?> IAggregateRows<KeySnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
        new(Read().Keys.GetValueOrDefault(id) is { } row && row.OrgId == orgId ? row : null);

    ValueTask<OrgSnapshot?> IAggregateRows<OrgSnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
        new(orgId == id ? Read().Orgs.GetValueOrDefault(id) : null);

    /// <inheritdoc/>
    public ValueTask<CaseNumber> NextAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            FailIfDown();
            return new(new CaseNumber(Next((orgId, projectId)), Next((orgId, orgId))));
        }
    }

    /// <inheritdoc/>
    public ValueTask<CaseNumber> NextRangeAsync(Guid orgId, Guid projectId, int count, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            FailIfDown();
            var first = new CaseNumber(Next((orgId, projectId)), Next((orgId, orgId)));
            for (var taken = 1; taken < count; taken++)
            {
                (_, _) = (Next((orgId, projectId)), Next((orgId, orgId)));
            }

            return new(first);
        }
    }

    /// <inheritdoc/>
    public ValueTask<CaseNumber> NextInProjectAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            FailIfDown();
            return new(new CaseNumber(Next((orgId, projectId)), 0));
        }
    }

    /// <inheritdoc/>
    public ValueTask<Guid?> FindByKeyAsync(Guid orgId, string key, CancellationToken cancellationToken) =>
        new(Read().Cases.Values
            .FirstOrDefault(one => one.OrgId == orgId && string.Equals(one.Key, key, StringComparison.OrdinalIgnoreCase))?.Id
            ?? (Read().FormerKeys.TryGetValue((orgId, key.ToUpperInvariant()), out var moved) ? moved : null));

    /// <inheritdoc/>
    public async IAsyncEnumerable<Guid> ListOfProjectAsync(
        Guid orgId, Guid projectId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var one in Read().Cases.Values.Where(one => one.OrgId == orgId && one.ProjectId == projectId).OrderBy(one => one.CreatedAt))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return one.Id;
        }
    }

    ValueTask<CaseTypeSnapshot?> IAggregateRows<CaseTypeSnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
        new(Read().Types.GetValueOrDefault((orgId, id)));

    ValueTask<ImmutableArray<CaseTypeSnapshot>> ICaseTypeDirectory.ListAsync(Guid orgId, CancellationToken cancellationToken) =>
        new([.. Read().Types.Values.Where(type => type.OrgId == orgId).OrderBy(type => type.CreatedAt).ThenBy(type => type.Id)]);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> FindUsedAsync(
        Guid orgId, Guid typeId, ImmutableArray<string> statuses, CancellationToken cancellationToken) =>
        new([.. statuses.Where(name => Read().Cases.Values.Any(one => one.OrgId == orgId && one.TypeId == typeId && one.StatusName == name))]);

    ValueTask<CaseLink?> ICaseLinks.FindAsync(Guid orgId, Guid linkId, CancellationToken cancellationToken) =>
        new(Read().Links.GetValueOrDefault(linkId) is { } link && link.OrgId == orgId ? link : null);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CaseLink>> ListAsync(Guid orgId, LinkEnd end, string? relationship, CancellationToken cancellationToken) =>
        new([.. Read().Links.Values
            .Where(link => link.OrgId == orgId && (link.Parent == end || link.Child == end))
            .Where(link => relationship is null || link.Relationship == relationship)
            .OrderBy(link => link.CreatedAt).ThenBy(link => link.Id)]);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CaseLink>> ListJoinedAsync(Guid orgId, Guid caseId, string? relationship, CancellationToken cancellationToken)
    {
        var (own, ends) = (LinkEnd.Case(caseId), Joined(caseId).Select(LinkEnd.Case).ToHashSet());
        return new([.. Read().Links.Values
            .Where(link => link.OrgId == orgId && (relationship is null || link.Relationship == relationship))
            .Where(link => link.Parent == own || link.Child == own || ends.Contains(link.Parent) != ends.Contains(link.Child))
            .OrderBy(link => link.CreatedAt).ThenBy(link => link.Id)]);
    }

    /// <inheritdoc/>
    public ValueTask<bool> LeadsToAsync(Guid orgId, string relationship, LinkEnd from, LinkEnd to, CancellationToken cancellationToken)
    {
        var links = Read().Links.Values.Where(link => link.OrgId == orgId && link.Relationship == relationship).ToLookup(link => link.Parent);
        var (reached, waiting) = (new HashSet<LinkEnd> { from }, new Queue<LinkEnd>([from]));
        while (waiting.TryDequeue(out var end))
        {
            foreach (var link in links[end].Where(link => reached.Add(link.Child)))
            {
                waiting.Enqueue(link.Child);
            }
        }

        return new(reached.Contains(to));
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ProjectSnapshot>> ListAsync(Guid orgId, CancellationToken cancellationToken) =>
        new([.. Read().Projects.Values.Where(one => one.OrgId == orgId).OrderBy(one => one.CreatedAt).ThenBy(one => one.Id)]);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ProjectAccessRow>> ListPoliciesAsync(Guid orgId, CancellationToken cancellationToken)
    {
        var projects = Read().Projects.Values.Where(one => one.OrgId == orgId).ToArray();
        return new(projects.All(static one => one.Policy is null) ? [] : [.. projects.Select(static one => new ProjectAccessRow(one.Id, one.Policy))]);
    }

    /// <inheritdoc/>
    public ValueTask<AccessSubject?> FindSubjectAsync(Guid orgId, Guid userId, CancellationToken cancellationToken) =>
        new(Read().Users.GetValueOrDefault(userId) is { } user && user.OrgId == orgId
            ? new AccessSubject(orgId, userId, [.. user.Roles.Select(RoleIds.Of)], [.. Read().Teams.Values.Where(team => team.OrgId == orgId && team.Find(userId) is not null).Select(static team => team.Id)])
            : null);

    ValueTask<TeamSnapshot?> IAggregateRows<TeamSnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
        new(Read().Teams.GetValueOrDefault(id) is { } row && row.OrgId == orgId ? row : null);

    /// <inheritdoc/>
    public ValueTask<TeamPage> ListAsync(TeamQuery query, CancellationToken cancellationToken)
    {
        var found = Read().Teams.Values
            .Where(team => team.OrgId == query.OrgId && (query.MemberId is not { } member || team.Find(member) is not null))
            .Where(team => query.Keyword is not { } part
                || team.Profile.Name.Contains(part, StringComparison.OrdinalIgnoreCase)
                || team.Profile.Handle.Contains(part, StringComparison.OrdinalIgnoreCase))
            .OrderBy(team => query.ByMembers ? team.Members.Length : 0)
            .ThenBy(static team => team.Profile.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(static team => team.Id)
            .ToList();
        if (query.Descending)
        {
            found.Reverse();
        }

        return new(new TeamPage([.. found.Skip(query.PageSize * query.PageNumber).Take(query.PageSize)], found.Count));
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<TeamSnapshot>> ListOfUserAsync(Guid orgId, Guid userId, CancellationToken cancellationToken) =>
        new([.. Read().Teams.Values.Where(team => team.OrgId == orgId && team.Find(userId) is not null).OrderBy(static team => team.Profile.Name)]);

    /// <inheritdoc/>
    public ValueTask<OrgSnapshot?> FindFirstOrgAsync(CancellationToken cancellationToken) =>
        new(Read().Orgs.Values.OrderBy(one => one.CreatedAt).ThenBy(one => one.Id).FirstOrDefault());

    /// <inheritdoc/>
    public ValueTask<UserSnapshot?> FindUserByEmailAsync(Guid orgId, string email, CancellationToken cancellationToken) =>
        new(Read().Users.Values.FirstOrDefault(
            one => one.OrgId == orgId && string.Equals(one.Email, email, StringComparison.OrdinalIgnoreCase)));

    /// <inheritdoc/>
    public ValueTask<UserPage> ListUsersAsync(UserQuery query, CancellationToken cancellationToken)
    {
        var all = Read().Users.Values.Where(one => one.OrgId == query.OrgId).ToArray();
        var matching = all
            .Where(one => query.Statuses.HasFlag(
                one.Disabled ? UserStatuses.Disabled : one.Verified ? UserStatuses.Active : UserStatuses.Pending))
            .Where(one => query.Role is null || one.Roles.Contains(query.Role))
            .Where(one => query.Filter is null
                || one.Name.Contains(query.Filter, StringComparison.OrdinalIgnoreCase)
                || one.Email.Contains(query.Filter, StringComparison.OrdinalIgnoreCase))
            .ToArray();
        var ordered = query.SortField switch
        {
            "name" => matching.OrderBy(one => one.Name, StringComparer.Ordinal),
            "email" => matching.OrderBy(one => one.Email, StringComparer.Ordinal),
            "created_at" => matching.OrderBy(one => one.CreatedAt),
            "modified_at" => matching.OrderBy(one => one.ModifiedAt ?? one.CreatedAt),
            _ => throw new ArgumentException($"Users cannot be sorted by '{query.SortField}'."),
        };
        var page = ordered.ThenBy(one => one.Id).ToList();
        if (query.Descending)
        {
            page.Reverse();
        }

        return new(new UserPage([.. page.Skip(query.PageNumber * query.PageSize).Take(query.PageSize)], all.Length, matching.Length));
    }

    /// <inheritdoc/>
    public ValueTask<KeySnapshot?> FindKeyByHashAsync(string hash, CancellationToken cancellationToken) =>
        new(Read().Keys.Values.FirstOrDefault(one => one.Hash == hash));

    /// <inheritdoc/>
    public ValueTask<TimelineCell?> FindAsync(Guid orgId, Guid caseId, Guid cellId, CancellationToken cancellationToken) =>
        new(Read().Cells.GetValueOrDefault((caseId, cellId)) is { } cell && cell.OrgId == orgId ? cell : null);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<TimelineCell>> ListAsync(TimelineQuery query, CancellationToken cancellationToken)
    {
        var joined = query.Joined ? Joined(query.CaseId) : [query.CaseId];
        var cells = Read().Cells.Values
            .Where(cell => cell.OrgId == query.OrgId && joined.Contains(cell.CaseId) && cell.DeletedAt is null)
            .Where(cell => (query.Kind is null || cell.Kind == query.Kind) && Shows(cell, query.Hidden));
        var ordered = query.Joined ? query.Ascending
            ? cells.OrderBy(cell => cell.CreatedAt).ThenBy(cell => cell.CaseId).ThenBy(cell => cell.CaseVersion)
            : cells.OrderByDescending(cell => cell.CreatedAt).ThenByDescending(cell => cell.CaseId).ThenByDescending(cell => cell.CaseVersion)
            : query.Ascending
            ? cells.OrderBy(cell => cell.CaseVersion).ThenBy(cell => cell.Id)
            : cells.OrderByDescending(cell => cell.CaseVersion).ThenByDescending(cell => cell.Id);
        return new([.. ordered.Skip(query.PageNumber * query.PageSize).Take(query.PageSize)]);
    }

    ValueTask<ViewSnapshot?> IViewDirectory.FindAsync(Guid orgId, Guid viewId, CancellationToken cancellationToken) =>
        new(Read().Views.GetValueOrDefault(viewId) is { } view && view.OrgId == orgId ? view : null);

    ValueTask<ImmutableArray<ViewSnapshot>> IViewDirectory.ListAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) =>
        new([.. Read().Views.Values
            .Where(view => view.OrgId == orgId && view.ProjectId == projectId).OrderBy(view => view.CreatedAt).ThenBy(view => view.Id)]);

    private bool Shows(TimelineCell cell, ImmutableArray<Guid> hidden)
    {
        if (hidden.IsEmpty)
        {
            return true;
        }

        using var content = JsonDocument.Parse(cell.Content);
        var other = cell.Kind is TimelineCellKinds.Merged or TimelineCellKinds.Unmerged or TimelineCellKinds.DuplicateMerged or TimelineCellKinds.DuplicateUnmerged
            ? Guid.Parse(content.RootElement.GetProperty("to").GetString() ?? content.RootElement.GetProperty("from").GetString()!)
            : cell.CaseId;
        return !Read().Cases.Values.Any(one => (one.Id == cell.CaseId || one.Id == other) && hidden.Contains(one.ProjectId));
    }

    private HashSet<Guid> Joined(Guid root)
    {
        var (reached, waiting) = (new HashSet<Guid> { root }, new Queue<Guid>([root]));
        while (waiting.TryDequeue(out var id))
        {
            foreach (var merged in Read().Merges.Where(merge => merge.Value.IntoId == id && reached.Add(merge.Key)).ToArray())
            {
                waiting.Enqueue(merged.Key);
            }
        }

        return reached;
    }

    ValueTask<TemplateSnapshot?> ITemplateDirectory.FindAsync(Guid orgId, Guid templateId, CancellationToken cancellationToken) =>
        new(Read().Templates.GetValueOrDefault(templateId) is { } template && template.OrgId == orgId ? template : null);

    ValueTask<ImmutableArray<TemplateSnapshot>> ITemplateDirectory.ListAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) =>
        new([.. Read().Templates.Values
            .Where(one => one.OrgId == orgId && one.ProjectId == projectId).OrderBy(one => one.CreatedAt).ThenBy(one => one.Id)]);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<TimelineCell>> ListOfCasesAsync(
        Guid orgId, ImmutableArray<Guid> caseIds, ImmutableArray<Guid> hidden, CancellationToken cancellationToken) => new(
    [
        .. Read().Cells.Values
            .Where(cell => cell.OrgId == orgId && caseIds.Contains(cell.CaseId) && cell.DeletedAt is null && Shows(cell, hidden))
            .OrderBy(cell => cell.CaseId).ThenBy(cell => cell.CaseVersion).ThenBy(cell => cell.Id),
    ]);

    ValueTask<CaseCall?> ICaseCalls.FindAsync(Guid orgId, Guid callId, CancellationToken cancellationToken) =>
        new(Read().Calls.GetValueOrDefault((orgId, callId)));

    /// <inheritdoc/>
    public ValueTask<int> CountAsync(Guid orgId, Guid caseId, CancellationToken cancellationToken) =>
        new(Read().Calls.Values.Count(call => call.OrgId == orgId && call.CaseId == caseId));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CaseCall>> ListAsync(
        Guid orgId, Guid caseId, ImmutableArray<Guid> hidden, int skip, int most, CancellationToken cancellationToken)
    {
        var joined = Joined(caseId);
        return new([.. Read().Calls.Values
            .Where(call => call.OrgId == orgId && joined.Contains(call.CaseId))
            .Where(call => call.CaseId == caseId || !hidden.Contains(Read().Cases[call.CaseId].ProjectId))
            .OrderByDescending(static call => call.CreatedAt).ThenByDescending(static call => call.Id).Skip(skip).Take(most)]);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CallLine>> LinesAsync(Guid orgId, Guid callId, int after, int most, CancellationToken cancellationToken) =>
        new([.. Read().CallLines.Where(one => one.Key.OrgId == orgId && one.Key.CallId == callId && one.Key.Number > after).Take(most).Select(static one => one.Value)]);

    /// <inheritdoc/>
    public ValueTask<bool> IsMergedAsync(Guid orgId, Guid caseId, Guid intoId, CancellationToken cancellationToken) => new(Joined(intoId).Contains(caseId));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<(Guid OrgId, Guid Id)>> UnfinishedAsync(DateTimeOffset silentSince, int most, CancellationToken cancellationToken) =>
        new([.. Read().Calls.Values
            .Where(call => call.EndedAt is null && call.SessionId is not null && call.UpdatedAt < silentSince)
            .Take(most).Select(static call => (call.OrgId, call.Id))]);

    private long Next((Guid, Guid) scope) => _numbers[scope] = _numbers.GetValueOrDefault(scope) + 1;
}
