using System.Collections.Immutable;

namespace Switchboard.Gateway.Limits;

/// <summary>All the limits that hold for one pair of keys. Thread-safe.</summary>
/// <param name="gate">Held while tokens are looked at and taken; shared by the organisation's budgets.</param>
/// <param name="buckets">The buckets, at least one.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestBudget(Lock gate, ImmutableArray<TokenBucket> buckets, TimeProvider time)
{
    /// <summary>Takes one token from every bucket, or none from any when one of them is empty.</summary>
    /// <returns>What the caller is told: the empty bucket, else the one with the fewest tokens left.</returns>
    public LimitVerdict Take()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            TokenBucket? empty = null;
            var tightest = buckets[0];
            foreach (var bucket in buckets)
            {
                bucket.Refill(now, time);
                if (!bucket.HasToken && (empty is null || bucket.UntilNextToken > empty.UntilNextToken))
                {
                    empty = bucket;
                }

                if (bucket.Remaining < tightest.Remaining)
                {
                    tightest = bucket;
                }
            }

            if (empty is not null)
            {
                return new LimitVerdict(false, empty.Name, empty.TokensPerSecond, 0, (int)Math.Ceiling(empty.UntilNextToken.TotalSeconds));
            }

            foreach (var bucket in buckets)
            {
                bucket.Take();
            }

            return new LimitVerdict(true, tightest.Name, tightest.TokensPerSecond, tightest.Remaining, 1);
        }
    }
}

/// <summary>Whether a request may go on, and what its headers say about the limit that decided.</summary>
/// <param name="Allowed">Whether it may.</param>
/// <param name="Name">The limit's name.</param>
/// <param name="Limit">Requests a period.</param>
/// <param name="Remaining">Requests that are left.</param>
/// <param name="ResetSeconds">Seconds after which there is room again, at least 1.</param>
internal readonly record struct LimitVerdict(bool Allowed, string Name, int Limit, int Remaining, int ResetSeconds);
