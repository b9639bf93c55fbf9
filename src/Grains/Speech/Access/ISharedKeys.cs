using Switchboard.Orgs;

namespace Switchboard.Grains.Speech.Access;

/// <summary>
/// What processes share about keys, so that not every one asks the key's grain: Redis. It may know less than there is, and while it is
/// away it knows nothing; it never knows an older state for longer than a change takes to be told.
/// </summary>
public interface ISharedKeys
{
    /// <summary>Whether there is anything to ask.</summary>
    bool IsConfigured { get; }

    /// <summary>A key by the SHA-256 of its text in lower-case hex; null when it is not known here. Never throws for a lost connection.</summary>
    ValueTask<KeySnapshot?> FindAsync(string hash, CancellationToken cancellationToken);

    /// <summary>Puts a key in, unless a newer state of it is there. Does not wait and does not throw.</summary>
    void Keep(KeySnapshot key);
}

/// <summary>Where nothing is shared.</summary>
public sealed class NoSharedKeys : ISharedKeys
{
    /// <inheritdoc/>
    public bool IsConfigured => false;

    /// <inheritdoc/>
    public ValueTask<KeySnapshot?> FindAsync(string hash, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public void Keep(KeySnapshot key)
    {
    }
}
