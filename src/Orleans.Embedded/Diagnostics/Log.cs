using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>What the engine logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "Activation of {GrainId} failed")]
    internal static partial void ActivationFailed(ILogger logger, Exception exception, GrainId grainId);

    [LoggerMessage(1001, LogLevel.Error, "Deactivation of {GrainId} failed; the activation ends all the same")]
    internal static partial void DeactivationFailed(ILogger logger, Exception exception, GrainId grainId);

    [LoggerMessage(1002, LogLevel.Error, "Disposing {GrainId} failed")]
    internal static partial void DisposalFailed(ILogger logger, Exception exception, GrainId grainId);

    [LoggerMessage(1003, LogLevel.Error, "The interleave predicate of {GrainId} failed; the request is refused")]
    internal static partial void PredicateFailed(ILogger logger, Exception exception, GrainId grainId);

    [LoggerMessage(1004, LogLevel.Warning, "One-way request {Request} failed; its caller does not learn of it")]
    internal static partial void OneWayFailed(ILogger logger, Exception exception, RequestBase request);

    [LoggerMessage(1005, LogLevel.Error, "A tick of a timer of {GrainId} failed; the timer goes on")]
    internal static partial void TimerFailed(ILogger logger, Exception exception, GrainId grainId);

    [LoggerMessage(1006, LogLevel.Error, "Stopping {Observer} at stage {Stage} failed; the rest is stopped all the same")]
    internal static partial void LifecycleStopFailed(ILogger logger, Exception exception, string observer, int stage);

    [LoggerMessage(1007, LogLevel.Information, "Silo {SiloName} started at {Address} with {ClassCount} grain classes")]
    internal static partial void SiloStarted(ILogger logger, string siloName, SiloAddress address, int classCount);

    [LoggerMessage(1008, LogLevel.Information, "Silo {SiloName} stopped; {Count} activations were deactivated")]
    internal static partial void SiloStopped(ILogger logger, string siloName, int count);

    [LoggerMessage(1009, LogLevel.Warning, "Silo {SiloName} stops although {Count} activations have not finished")]
    internal static partial void SiloStopCutShort(ILogger logger, string siloName, int count);

    [LoggerMessage(1010, LogLevel.Debug, "Collected {Count} idle activations")]
    internal static partial void Collected(ILogger logger, int count);

    [LoggerMessage(1011, LogLevel.Warning, "Memory use is at {Percent:F0} %: {Count} activations are deactivated, longest idle first")]
    internal static partial void Shedding(ILogger logger, double percent, int count);

    [LoggerMessage(1012, LogLevel.Error, "Reminder {ReminderName} of {GrainId} failed; it will tick again")]
    internal static partial void ReminderFailed(ILogger logger, Exception exception, string reminderName, GrainId grainId);

    [LoggerMessage(1013, LogLevel.Error, "The reminder table could not be read; it is tried again in {Period}")]
    internal static partial void ReminderTableFailed(ILogger logger, Exception exception, TimeSpan period);

    [LoggerMessage(1014, LogLevel.Warning, "{GrainId} has been busy with {Method} for {Elapsed} while {Waiting} requests wait")]
    internal static partial void LongRequest(ILogger logger, GrainId grainId, string method, TimeSpan elapsed, int waiting);
}
