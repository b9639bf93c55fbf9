using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>What the engine logs about streams.</summary>
internal static partial class StreamLog
{
    [LoggerMessage(
        1100, LogLevel.Warning, "{GrainId} got an event of subscription {SubscriptionId} to {Stream}, but has attached no observer to it; it is dropped")]
    internal static partial void NobodyAttached(ILogger logger, GrainId grainId, GuidId subscriptionId, QualifiedStreamId stream);

    [LoggerMessage(1101, LogLevel.Error, "The receiver of queue {Queue} of {Provider} failed to initialize; reading is tried all the same")]
    internal static partial void ReceiverFailed(ILogger logger, Exception exception, string provider, QueueId queue);

    [LoggerMessage(1102, LogLevel.Error, "The receiver of queue {Queue} of {Provider} failed to shut down")]
    internal static partial void ReceiverShutdownFailed(ILogger logger, Exception exception, string provider, QueueId queue);

    [LoggerMessage(1103, LogLevel.Warning, "Reading queue {Queue} of {Provider} failed (attempt {Attempt}); it is tried again")]
    internal static partial void ReadFailed(ILogger logger, Exception exception, string provider, QueueId queue, int attempt);

    [LoggerMessage(1104, LogLevel.Error, "Reading queue {Queue} of {Provider} was given up after {Attempts} attempts, until the next tick")]
    internal static partial void ReadGivenUp(ILogger logger, Exception exception, string provider, QueueId queue, int attempts);

    [LoggerMessage(1105, LogLevel.Warning, "The receiver of queue {Queue} of {Provider} could not take note of {Count} delivered batches")]
    internal static partial void NotingFailed(ILogger logger, Exception exception, string provider, QueueId queue, int count);

    [LoggerMessage(1106, LogLevel.Debug, "The cache of queue {Queue} of {Provider} is under pressure; reading pauses")]
    internal static partial void UnderPressure(ILogger logger, string provider, QueueId queue);

    [LoggerMessage(1107, LogLevel.Warning, "Delivery to subscription {SubscriptionId} of {Stream} failed (attempt {Attempt}); it may be tried again")]
    internal static partial void DeliveryFailed(ILogger logger, Exception exception, GuidId subscriptionId, QualifiedStreamId stream, int attempt);

    [LoggerMessage(1108, LogLevel.Error, "Delivery to subscription {SubscriptionId} of {Stream} at {Token} was given up")]
    internal static partial void DeliveryGivenUp(
        ILogger logger, Exception exception, GuidId subscriptionId, QualifiedStreamId stream, StreamSequenceToken? token);

    [LoggerMessage(1109, LogLevel.Warning, "Finding the subscriptions of {Stream} failed; it is tried again")]
    internal static partial void RegistrationFailed(ILogger logger, Exception exception, QualifiedStreamId stream);

    [LoggerMessage(1110, LogLevel.Error, "Attaching subscription {SubscriptionId} of {Stream} failed")]
    internal static partial void AttachingFailed(ILogger logger, Exception exception, GuidId subscriptionId, QualifiedStreamId stream);

    [LoggerMessage(1111, LogLevel.Warning, "Consumer {Consumer} of {Stream} is gone for good; its subscription is removed")]
    internal static partial void ConsumerGone(ILogger logger, GrainId consumer, QualifiedStreamId stream);

    [LoggerMessage(1112, LogLevel.Warning, "Filter {Filter} failed for {Stream} with \"{FilterData}\"; the event is delivered")]
    internal static partial void FilterFailed(ILogger logger, Exception exception, string filter, QualifiedStreamId stream, string? filterData);

    [LoggerMessage(1113, LogLevel.Information, "Agent of queue {Queue} of {Provider} started")]
    internal static partial void AgentStarted(ILogger logger, string provider, QueueId queue);

    [LoggerMessage(1114, LogLevel.Information, "Agent of queue {Queue} of {Provider} stopped; {Deliveries} deliveries were cut short")]
    internal static partial void AgentStopped(ILogger logger, string provider, QueueId queue, int deliveries);

    [LoggerMessage(1115, LogLevel.Error, "The agent of queue {Queue} of {Provider} failed to start; the others go on")]
    internal static partial void AgentFailed(ILogger logger, Exception exception, string provider, QueueId queue);

    [LoggerMessage(1116, LogLevel.Error, "A failure handler of {Provider} failed")]
    internal static partial void HandlerFailed(ILogger logger, Exception exception, string provider);
}
