namespace Switchboard.Grains.Rebuilds;

/// <summary>
/// Asks for a flavor's tables to be filled anew from the log, beside the old ones, and tells how far that is. The request is a row; the process
/// that serves the flavor carries it out. Safe for use by many at once.
/// </summary>
public interface IRebuilds
{
    /// <summary>Asks for a rebuild; null when one is under way already.</summary>
    /// <exception cref="ArgumentException">No process has ever served a flavor of this name.</exception>
    ValueTask<Rebuild?> RequestAsync(string tenant, string flavor, string by, CancellationToken cancellationToken);

    /// <summary>The flavor's latest rebuild, or null when there never was one.</summary>
    ValueTask<Rebuild?> FindLatestAsync(string tenant, string flavor, CancellationToken cancellationToken);

    /// <summary>Gives up a rebuild that is under way; the tables stay as they are.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> CancelAsync(string tenant, string flavor, CancellationToken cancellationToken);
}

/// <summary>A rebuild.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Flavor">Whose tables.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Events">Events that were read so far.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="StartedAt">When it began, or null.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Error">Why it failed, or null.</param>
public sealed record Rebuild(
    long Id,
    string Flavor,
    RebuildStatus Status,
    long Events,
    DateTimeOffset RequestedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? Error);

/// <summary>How a rebuild stands. The names are stored.</summary>
public enum RebuildStatus
{
    /// <summary>Nobody has begun.</summary>
    Requested = 0,

    /// <summary>The new tables are being filled.</summary>
    Running = 1,

    /// <summary>The new tables have taken the place of the old ones.</summary>
    Done = 2,

    /// <summary>It could not be finished; the old tables are in use.</summary>
    Failed = 3,

    /// <summary>Somebody has given it up.</summary>
    Cancelled = 4,
}
