using Switchboard.Grains.Aggregates;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>The state of a key after an event.</summary>
internal static class KeyEvolver
{
    /// <summary>The next state.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="fact">The event.</param>
    /// <param name="stamp">When, who, where.</param>
    /// <param name="hash">The key's hash, which is not in the events because events are published.</param>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static KeySnapshot Evolve(KeySnapshot? state, KeyEvent fact, in EventStamp stamp, string hash)
    {
        if (fact is KeyCreated created)
        {
            return Create(created, stamp, hash);
        }

        if (state is null || state.Version + 1 != stamp.Version)
        {
            throw new InvalidOperationException(
                $"Event {stamp.Version} ({fact.GetType().Name}) of key {stamp.Stream.Id} does not follow on version {state?.Version ?? 0}.");
        }

        return fact switch
        {
            KeyDisabledChanged e => state with { Version = stamp.Version, Disabled = e.To },
            KeyChanged e => state with { Version = stamp.Version, Name = e.ToName, Scopes = e.ToScopes, ModifiedAt = stamp.At },
            KeyTagged e => state with { Version = stamp.Version, Tags = e.Tags },
            KeyRevoked => state with { Version = stamp.Version, RevokedAt = stamp.At },
            _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(KeyEvolver)}.", nameof(fact)),
        };
    }

    private static KeySnapshot Create(KeyCreated fact, in EventStamp stamp, string hash) => new()
    {
        OrgId = stamp.Stream.OrgId,
        Id = stamp.Stream.Id,
        Version = stamp.Version,
        Kind = fact.Kind,
        Hash = hash,
        Prefix = fact.Prefix,
        Last4 = fact.Last4,
        Name = fact.Name,
        UserId = fact.UserId,
        Scopes = fact.Scopes,
        ExpiresAt = fact.ExpiresAt,
        RequestsPerSecond = fact.RequestsPerSecond,
        CreatedAt = stamp.At,
    };
}
