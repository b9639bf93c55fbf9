using Microsoft.Extensions.Logging;

namespace Switchboard.Grains.Aggregates;

internal abstract partial class AggregateGrain<TSnapshot>
{
    [LoggerMessage(3001, LogLevel.Debug, "Another writer changed {Type} {Id} after version {Version}; deciding again (try {Tries})")]
    private static partial void LogConflict(ILogger logger, string type, Guid id, long version, int tries);

    [LoggerMessage(3002, LogLevel.Warning, "The append after version {Version} of {Type} {Id} failed with unknown outcome; its row will be read anew")]
    private static partial void LogUnknownOutcome(ILogger logger, string type, Guid id, long version, Exception fault);
}
