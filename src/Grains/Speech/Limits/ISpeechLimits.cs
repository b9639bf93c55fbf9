namespace Switchboard.Grains.Speech.Limits;

/// <summary>What an organisation may use.</summary>
/// <param name="Live">Live sessions at the same time.</param>
/// <param name="Files">Files at the same time.</param>
/// <param name="RequestsPerSecond">Sessions and files that may begin in a second.</param>
/// <param name="SecondsPerMonth">Seconds of audio in a calendar month (UTC), or null for no limit.</param>
public sealed record SpeechLimits(int Live, int Files, int RequestsPerSecond, long? SecondsPerMonth);

/// <summary>A change of limits: what is null stays as it is.</summary>
/// <param name="Live">1 to 100,000, or null.</param>
/// <param name="Files">1 to 100,000, or null.</param>
/// <param name="RequestsPerSecond">1 to 100,000, or null.</param>
/// <param name="SecondsPerMonth">0 or more, or null.</param>
public sealed record SpeechLimitChange(int? Live = null, int? Files = null, int? RequestsPerSecond = null, long? SecondsPerMonth = null);

/// <summary>The limits of organisations. Safe for many threads.</summary>
public interface ISpeechLimits
{
    /// <summary>The limits in force: the organisation's own, and the configured defaults for what it has none of.</summary>
    ValueTask<SpeechLimits> GetAsync(Guid orgId, CancellationToken cancellationToken);

    /// <summary>Sets limits of an organisation; in force at once for whoever asks for a slot anywhere.</summary>
    ValueTask<SpeechLimits> SetAsync(Guid orgId, SpeechLimitChange change, CancellationToken cancellationToken);

    /// <summary>Drops an organisation's own limits: the defaults hold again.</summary>
    ValueTask<SpeechLimits> ResetAsync(Guid orgId, CancellationToken cancellationToken);
}
