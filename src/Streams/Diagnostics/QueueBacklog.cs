namespace Switchboard.Streams.Diagnostics;

/// <summary>What a queue has left to do.</summary>
/// <param name="Events">Events that are not handled yet; an estimate where they have not been read.</param>
/// <param name="Oldest">The age of the oldest event on its way to a handler; zero when there is none.</param>
/// <param name="CacheBytes">What the events on their way take in memory.</param>
public readonly record struct QueueBacklog(long Events, TimeSpan Oldest, long CacheBytes);
