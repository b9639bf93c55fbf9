using System.Collections.Immutable;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Grains.Speech.Access;

/// <summary>Who calls the speech API.</summary>
public sealed record SpeechCaller
{
    /// <summary>The organisation: a "project" in Deepgram's words.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The key, also behind a short-lived token.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>What the key may do: <c>usage:write</c> transcribes; the roles <c>owner</c>, <c>admin</c>, <c>member</c> include it.</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>The key's labels, which its usage is reported under.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Whether a short-lived token was shown: it may transcribe and nothing else.</summary>
    public bool IsTemporary { get; init; }
}

/// <summary>Either who calls, or why not.</summary>
/// <param name="Caller">The caller, or null.</param>
/// <param name="Refusal">The reason, or null.</param>
public readonly record struct SpeechAdmission(SpeechCaller? Caller, SpeechError? Refusal);

/// <summary>
/// Finds out who stands behind a secret: first in this process, then in Redis where one is configured, then the key's grain. Only
/// hashes are kept and compared. Safe for many threads.
/// </summary>
public interface ISpeechKeys
{
    /// <summary>Judges a secret: an API key, or a short-lived token. Completes at once when the key is known here.</summary>
    /// <param name="secret">As the client sent it, without its scheme.</param>
    /// <param name="scope">What the call needs, for instance <c>usage:write</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<SpeechAdmission> FindAsync(string secret, string scope, CancellationToken cancellationToken);

    /// <summary>
    /// A token that is cancelled within a second of the key's revocation, disabling or expiry, anywhere in the cluster. Dispose what
    /// is returned at the session's end.
    /// </summary>
    IKeyWatch Watch(SpeechCaller caller);
}

/// <summary>Watches one key for one session.</summary>
public interface IKeyWatch : IDisposable
{
    /// <summary>Cancelled when the key may no longer be used.</summary>
    CancellationToken Revoked { get; }
}
