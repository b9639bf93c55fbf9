using System.Collections.Immutable;

namespace Switchboard.Grains.Access;

/// <summary>
/// Says what users are to projects. What is known is at most <see cref="TimeToLive"/> old, and a change that went through this process
/// counts at once; while the database is away, it is used for up to <see cref="LongestUnknown"/>. Safe for use by many at once.
/// </summary>
public sealed class ProjectAccess(IPolicyDirectory directory, TimeProvider time)
{
    /// <summary>How long a change that another process made may go unnoticed.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(1);

    /// <summary>How long what is known is used when nothing newer can be read.</summary>
    public static readonly TimeSpan LongestUnknown = TimeSpan.FromSeconds(10);

    private const int Kept = 20_000;

    private readonly AgingCache<Guid, Policies> _policies = new(
        async orgId => new Policies(await directory.ListPoliciesAsync(orgId, CancellationToken.None)), TimeToLive, LongestUnknown, Kept, time);

    private readonly AgingCache<(Guid Org, Guid User), Subject> _subjects = new(
        async id => new Subject(await directory.FindSubjectAsync(id.Org, id.User, CancellationToken.None)), TimeToLive, LongestUnknown, Kept, time);

    /// <summary>What a user is to the projects of the organisation.</summary>
    /// <exception cref="EventStore.StorageUnavailableException">It is not known, and the database cannot be asked.</exception>
    public ValueTask<ProjectScope> ScopeAsync(Guid orgId, Guid userId)
    {
        var policies = _policies.GetAsync(orgId);
        return policies.IsCompletedSuccessfully && policies.Result.Projects.IsEmpty
            ? new ValueTask<ProjectScope>(ProjectScope.Everything)
            : WaitAsync(policies, orgId, userId);
    }

    /// <summary>A user as policies know people; null when the organisation has no such user.</summary>
    public async ValueTask<AccessSubject?> SubjectAsync(Guid orgId, Guid userId) => (await _subjects.GetAsync((orgId, userId))).User;

    /// <summary>Takes note that a project of the organisation came, went, or has another policy.</summary>
    public void ProjectsChanged(Guid orgId) => _policies.Forget(orgId);

    /// <summary>Takes note that the user has other roles or teams.</summary>
    public void UserChanged(Guid orgId, Guid userId) => _subjects.Forget((orgId, userId));

    private async ValueTask<ProjectScope> WaitAsync(ValueTask<Policies> pending, Guid orgId, Guid userId)
    {
        var policies = await pending;
        if (policies.Projects.IsEmpty)
        {
            return ProjectScope.Everything;
        }

        return (await _subjects.GetAsync((orgId, userId))).ScopeIn(policies);
    }

    private sealed class Policies(ImmutableArray<ProjectAccessRow> projects)
    {
        public ImmutableArray<ProjectAccessRow> Projects => projects;
    }

    private sealed class Subject(AccessSubject? user)
    {
        private Judged? _last;

        public AccessSubject? User => user;

        /// <summary>Judged once for as long as neither side changes.</summary>
        public ProjectScope ScopeIn(Policies policies)
        {
            var last = _last;
            if (last is null || !ReferenceEquals(last.By, policies))
            {
                _last = last = new Judged(policies, ProjectScope.Of(user, policies.Projects));
            }

            return last.Scope;
        }

        private sealed record Judged(Policies By, ProjectScope Scope);
    }
}
