using Microsoft.Extensions.Logging;

namespace Switchboard.Speech.Pools;

/// <summary>The log lines of the pools.</summary>
internal static partial class PoolLog
{
    [LoggerMessage(9200, LogLevel.Warning, "Engine node {Node} failed at request {RequestId}: {Reason}. Another node is tried.")]
    public static partial void NodeFailed(this ILogger log, string node, Guid requestId, string reason);

    [LoggerMessage(9201, LogLevel.Warning, "Engine node {Node} gets no new work: {Path} {Reason}.")]
    public static partial void NodeIsUnwell(this ILogger log, string node, string path, string reason);

    [LoggerMessage(9203, LogLevel.Warning, "A file cannot be kept for another node in {Folder}, should its node fail: {Reason}")]
    public static partial void NotSpooled(this ILogger log, string folder, string reason);

    [LoggerMessage(9202, LogLevel.Information, "Engine node {Node} is well again.")]
    public static partial void NodeIsWell(this ILogger log, string node);
}
