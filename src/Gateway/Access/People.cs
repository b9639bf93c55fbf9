using Microsoft.Extensions.Options;
using Orleans;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Access;

/// <summary>
/// Users by id, for access control and for the <c>included</c> part of answers; at most <see cref="GatewayOptions.KeyTimeToLive"/> old.
/// </summary>
internal sealed class People : IDisposable
{
    private readonly RefreshingCache<(Guid Org, Guid User), UserSnapshot> _users;

    public People(IGrainFactory grains, IOptions<GatewayOptions> options, TimeProvider time)
    {
        var settings = options.Value;
        _users = new RefreshingCache<(Guid Org, Guid User), UserSnapshot>(
            (id, cancellationToken) => grains.GetGrain<IUserGrain>(GrainKeys.Of(id.Org, id.User)).GetAsync(cancellationToken),
            new CacheBounds(settings.KeyTimeToLive, settings.CachedKeys, settings.CachedUnknownKeys, settings.ConcurrentKeyLookups),
            time);
    }

    /// <summary>The user, or null when the organisation has none of that id.</summary>
    public ValueTask<UserSnapshot?> FindAsync(Guid orgId, Guid userId) => _users.GetAsync((orgId, userId), CancellationToken.None);

    /// <summary>The users of these ids, each once, in the order of first mention; null for one that does not exist.</summary>
    public ValueTask<People.Resolved> FindAllAsync(Guid orgId, ReadOnlySpan<Guid> ids)
    {
        var found = new Resolved();
        List<(Guid Id, Task<UserSnapshot?> Task)>? pending = null;
        foreach (var id in ids)
        {
            if (found.Contains(id))
            {
                continue;
            }

            var lookup = FindAsync(orgId, id);
            if (lookup.IsCompletedSuccessfully)
            {
                found.Add(id, lookup.Result);
            }
            else
            {
                found.Add(id, null);
                (pending ??= []).Add((id, lookup.AsTask()));
            }
        }

        return pending is null ? new ValueTask<Resolved>(found) : WaitAsync(found, pending);

        static async ValueTask<Resolved> WaitAsync(Resolved found, List<(Guid Id, Task<UserSnapshot?> Task)> pending)
        {
            foreach (var (id, task) in pending)
            {
                found.Replace(id, await task);
            }

            return found;
        }
    }

    /// <summary>Takes note of a change that this process made, so that its next answer shows it.</summary>
    public void Changed(UserSnapshot user) => _users.Put((user.OrgId, user.Id), user);

    /// <inheritdoc/>
    public void Dispose() => _users.Dispose();

    /// <summary>Users that an answer refers to. A handful as a rule, hence a list.</summary>
    internal sealed class Resolved
    {
        private readonly List<(Guid Id, UserSnapshot? User)> _users = new(3);

        public IReadOnlyList<(Guid Id, UserSnapshot? User)> All => _users;

        public UserSnapshot? this[Guid id] => _users[IndexOf(id)].User;

        public bool Contains(Guid id) => IndexOf(id) >= 0;

        public void Add(Guid id, UserSnapshot? user) => _users.Add((id, user));

        public void Replace(Guid id, UserSnapshot? user) => _users[IndexOf(id)] = (id, user);

        private int IndexOf(Guid id)
        {
            for (var i = 0; i < _users.Count; i++)
            {
                if (_users[i].Id == id)
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
