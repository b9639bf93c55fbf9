using System.Collections.Immutable;
using Orleans;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Grains.Access;
using Switchboard.Grains.PublicEvents;
using Switchboard.Grains.Search;
using Switchboard.Projects;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>
/// What a client asked to be told of: events of cases that match its query after the event or matched it before, so that it also
/// learns what leaves. A case that was deleted for good cannot be matched any more; that it is gone is told to everybody.
/// </summary>
internal sealed class StreamFilter
{
    private readonly SearchQuery? _query;
    private readonly Guid? _caseId;
    private readonly Guid _callerId;
    private readonly StreamNames _names;
    private readonly ProjectAccess _access;
    private readonly TimeProvider _time;

    // What was hidden when it was last known: a project takes its policy along when it goes.
    private readonly HashSet<Guid> _hidden = [];
    private ProjectScope? _scope;

    private StreamFilter(SearchQuery? query, Guid callerId, StreamNames names, ProjectAccess access, TimeProvider time, Guid? caseId = null) =>
        (_query, _callerId, _names, _access, _time, _caseId) = (query, callerId, names, access, time, caseId);

    /// <summary>A filter for a query's text, or why it is refused.</summary>
    public static Outcome<StreamFilter> Of(string text, Guid callerId, StreamNames names, ProjectAccess access, TimeProvider time)
    {
        if (text.Length == 0)
        {
            return new StreamFilter(null, callerId, names, access, time);
        }

        var parsed = SearchQuery.Parse(text);
        if (!parsed.Succeeded)
        {
            return parsed.Error;
        }

        var filter = new StreamFilter(parsed.Value, callerId, names, access, time);
        return filter.Bind() is { Succeeded: false } refused ? refused.Error : filter;
    }

    /// <summary>A filter for the events of one case.</summary>
    public static StreamFilter OfCase(Guid caseId, Guid callerId, StreamNames names, ProjectAccess access, TimeProvider time) =>
        new(null, callerId, names, access, time, caseId);

    /// <summary>Whether the client is told, and whether the case is in its query now.</summary>
    public async ValueTask<(bool Tell, bool InQuery)> JudgeAsync(PublicCaseEvent told)
    {
        if ((_caseId is { } only && told.CaseId != only) || !await MayViewAsync(told))
        {
            return (false, false);
        }

        if (_query is null)
        {
            return (true, told.Case is not null);
        }

        if (told.Case is not { } now)
        {
            return (told.Body is CaseDeleted, false);
        }

        // Bound again each time: "now" in a query moves on while the stream lasts.
        var filter = Bind().Value!;
        var before = CaseBefore.Of(now, told.Body);
        var matcher = new SearchMatcher(await _names.OfAsync(now, before));
        var inQuery = matcher.Matches(filter, now);
        return (inQuery || (before is not null && matcher.Matches(filter, before)), inQuery);
    }

    /// <summary>Whether the client may know which cases this one was merged with or linked to; of an event that was judged just now.</summary>
    public async ValueTask<bool> MayNameOthersAsync(PublicCaseEvent told)
    {
        if (_scope is not { IsOpen: false } scope)
        {
            return true;
        }

        foreach (var other in told.Others)
        {
            if (await _names.ProjectOfAsync(told.OrgId, other) is not { } project || scope.Of(project) < ProjectRelation.Viewer)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether the case's project is one that the caller may view now. Of one that is gone only the end of its cases is told, and not to
    /// somebody to whom it was hidden.
    /// </summary>
    private async ValueTask<bool> MayViewAsync(PublicCaseEvent told)
    {
        var scope = await _access.ScopeAsync(told.OrgId, _callerId);
        if (!ReferenceEquals(scope, _scope))
        {
            _scope = scope;
            _hidden.RemoveWhere(scope.Knows);
            _hidden.UnionWith(scope.Hidden);
        }

        if (told.Case is { } now)
        {
            return scope.Of(now.ProjectId) >= ProjectRelation.Viewer;
        }

        return (scope.IsOpen || told.Body is CaseDeleted) && !(told.ProjectId is { } project && _hidden.Contains(project));
    }

    private Outcome<CaseFilter> Bind() => SearchBinder.Bind(_query!, new SearchContext(_callerId, _time.GetUtcNow(), CaseTypes.BuiltIn));
}

/// <summary>The names by which queries mean people and projects, for the cases at hand.</summary>
internal sealed class StreamNames : IDisposable
{
    private readonly IGrainFactory _grains;
    private readonly People _people;
    private readonly RefreshingCache<(Guid Org, Guid Project), ProjectSnapshot> _projects;

    public StreamNames(IGrainFactory grains, People people, IOptions<GatewayOptions> options, TimeProvider time)
    {
        var settings = options.Value;
        (_grains, _people) = (grains, people);
        _projects = new RefreshingCache<(Guid Org, Guid Project), ProjectSnapshot>(
            (id, cancellationToken) => grains.GetGrain<IProjectGrain>(GrainKeys.Of(id.Org, id.Project)).GetAsync(cancellationToken),
            new CacheBounds(TimeSpan.FromSeconds(30), settings.CachedKeys, settings.CachedUnknownKeys, settings.ConcurrentKeyLookups),
            time);
    }

    public async ValueTask<SearchDirectory> OfAsync(CaseSnapshot now, CaseSnapshot? before)
    {
        Guid[] ids = [now.CreatedBy, .. Ids(now.ModifiedBy), .. Ids(now.AssigneeId), .. Ids(before?.AssigneeId)];
        var people = await _people.FindAllAsync(now.OrgId, ids);
        var project = await _projects.GetAsync((now.OrgId, now.ProjectId), CancellationToken.None);
        var keys = project is null
            ? ImmutableDictionary<Guid, string>.Empty
            : ImmutableDictionary<Guid, string>.Empty.Add(project.Id, project.Key);
        return new SearchDirectory(
            keys, people.All.Where(one => one.User is not null).ToImmutableDictionary(one => one.Id, one => one.User!.Email));
    }

    /// <summary>The project that a case is in; null when it is gone.</summary>
    public async ValueTask<Guid?> ProjectOfAsync(Guid orgId, Guid caseId) =>
        (await _grains.GetGrain<ICaseGrain>(GrainKeys.Of(orgId, caseId)).GetAsync())?.ProjectId;

    /// <inheritdoc/>
    public void Dispose() => _projects.Dispose();

    private static ReadOnlySpan<Guid> Ids(Guid? id) => id is { } there ? new[] { there } : [];
}
