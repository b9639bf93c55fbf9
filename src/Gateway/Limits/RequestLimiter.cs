using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Limits;

/// <summary>The request limits of this process: one bucket per organisation, and one for each key that has a limit of its own.</summary>
internal sealed class RequestLimiter(IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, OrgLimits> _organisations = new();

    /// <summary>The limit that holds for all requests of an organisation.</summary>
    public RequestBudget BudgetOf(Guid orgId)
    {
        var organisation = Of(orgId);
        return new RequestBudget(organisation.Gate, [organisation.Shared], time);
    }

    /// <summary>The limits that hold for requests with these keys.</summary>
    public RequestBudget BudgetOf(KeySnapshot apiKey, KeySnapshot? applicationKey)
    {
        var organisation = Of(apiKey.OrgId);

        var buckets = new List<TokenBucket>(3) { organisation.Shared };
        Add(apiKey, "api_key");
        if (applicationKey is not null)
        {
            Add(applicationKey, "application_key");
        }

        return new RequestBudget(organisation.Gate, [.. buckets], time);

        void Add(KeySnapshot key, string name)
        {
            if (key.RequestsPerSecond is { } perSecond and > 0)
            {
                buckets.Add(organisation.BucketOf(key.Id, name, perSecond, time.GetTimestamp()));
            }
        }
    }

    private OrgLimits Of(Guid orgId) => _organisations.GetOrAdd(
        orgId,
        static (_, self) => new OrgLimits(new TokenBucket("organization", self.PerSecond, self.Now)),
        (PerSecond: options.Value.RequestsPerSecond, Now: time.GetTimestamp()));

    private sealed class OrgLimits(TokenBucket shared)
    {
        private readonly Dictionary<Guid, TokenBucket> _keys = [];

        public Lock Gate { get; } = new();

        public TokenBucket Shared => shared;

        public TokenBucket BucketOf(Guid keyId, string name, int perSecond, long now)
        {
            lock (Gate)
            {
                if (!_keys.TryGetValue(keyId, out var bucket) || bucket.TokensPerSecond != perSecond)
                {
                    _keys[keyId] = bucket = new TokenBucket(name, perSecond, now);
                }

                return bucket;
            }
        }
    }
}
