using System.Collections.Immutable;

namespace Switchboard.Grains.Speech.Access;

/// <summary>A secret that short-lived tokens are signed with.</summary>
/// <param name="Id">Named in every token that it signed.</param>
/// <param name="Secret">32 random bytes; never leaves the service.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record TokenKey(Guid Id, ImmutableArray<byte> Secret, DateTimeOffset CreatedAt)
{
    /// <summary>The secret stays out of logs.</summary>
    public override string ToString() => $"token key {Id} of {CreatedAt:O}";
}

/// <summary>The secrets that all processes sign and check short-lived tokens with.</summary>
public interface ITokenKeys
{
    /// <summary>
    /// The secrets that are newer than a point in time, newest first. When the newest is older than <paramref name="rotateBefore"/>, or
    /// there is none, a new one is made first.
    /// </summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be used now.</exception>
    ValueTask<ImmutableArray<TokenKey>> ListAsync(DateTimeOffset newerThan, DateTimeOffset rotateBefore, CancellationToken cancellationToken);
}
