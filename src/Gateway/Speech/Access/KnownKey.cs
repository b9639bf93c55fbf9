using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Access;

/// <summary>An API key as the speech API sees it; immutable, shared by all calls with it.</summary>
internal sealed class KnownKey(KeySnapshot key)
{
    private readonly SpeechAdmission _admitted = new(
        new SpeechCaller { OrgId = key.OrgId, KeyId = key.Id, Scopes = EffectiveScopes(key), Tags = key.Tags }, null);

    private readonly bool _transcribes = SpeechScopes.Grants(key.Scopes, SpeechScopes.UsageWrite);

    /// <summary>The key.</summary>
    public KeySnapshot Key => key;

    /// <summary>Whether a call with this key is let in now.</summary>
    public SpeechAdmission Judge(string scope, DateTimeOffset now)
    {
        if (key.Kind != KeyKind.Api || !key.IsUsable(now))
        {
            return Refused;
        }

        var granted = scope == SpeechScopes.UsageWrite ? _transcribes : SpeechScopes.Grants(key.Scopes, scope);
        return granted ? _admitted : new SpeechAdmission(null, SpeechError.InsufficientPermissions);
    }

    /// <summary>Whether a call with a short-lived token of this key is let in now. Such a token transcribes and does nothing else.</summary>
    public SpeechAdmission JudgeToken(string scope, DateTimeOffset now)
    {
        var admission = Judge(SpeechScopes.UsageWrite, now);
        return admission.Caller is not { } caller ? admission
            : scope != SpeechScopes.UsageWrite ? new SpeechAdmission(null, SpeechError.InsufficientPermissions)
            : new SpeechAdmission(caller with { Scopes = [SpeechScopes.UsageWrite], IsTemporary = true }, null);
    }

    /// <summary>What a stranger is told.</summary>
    public static SpeechAdmission Refused { get; } = new(null, SpeechError.InvalidAuth);

    private static System.Collections.Immutable.ImmutableArray<string> EffectiveScopes(KeySnapshot key) =>
        key.Scopes.IsDefaultOrEmpty ? [SpeechScopes.Member] : key.Scopes;
}
