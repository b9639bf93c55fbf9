using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>A stream that an agent has read events of, with its consumers.</summary>
internal sealed class ReadStream(QualifiedStreamId id)
{
    internal QualifiedStreamId Id => id;

    internal List<StreamConsumer> Consumers { get; } = [];

    /// <summary>Whether its consumers are still being found: events are not forgotten meanwhile.</summary>
    internal bool IsRegistering { get; set; }

    /// <summary>When events were read last, as a timestamp.</summary>
    internal long LastRead { get; set; }

    /// <summary>The read that had its events last.</summary>
    internal long ReadNumber { get; set; }

    internal StreamConsumer? Find(GuidId subscriptionId) => Consumers.Find(it => it.SubscriptionId == subscriptionId);
}

/// <summary>A subscription that an agent delivers to.</summary>
internal sealed class StreamConsumer(PubSubSubscriptionState subscription, IStreamConsumerExtension reference)
{
    internal GuidId SubscriptionId => subscription.SubscriptionId;

    internal QualifiedStreamId Stream => subscription.Stream;

    internal GrainId Grain => subscription.Consumer;

    internal string? FilterData => subscription.FilterData;

    internal IStreamConsumerExtension Reference => reference;

    /// <summary>The grain type as metrics name it.</summary>
    internal string GrainTypeName { get; } = subscription.Consumer.Type.ToString();

    internal IQueueCacheCursor? Cursor { get; set; }

    /// <summary>Whether the consumer has said where it wants to begin.</summary>
    internal bool IsRegistered { get; set; }

    /// <summary>Whether events are being delivered; never two loops at once.</summary>
    internal bool IsActive { get; set; }

    /// <summary>What was agreed on last.</summary>
    internal StreamHandshakeToken? LastToken { get; set; }

    /// <summary>How far it has come.</summary>
    internal StreamSequenceToken? Processed { get; set; }

    /// <summary>The oldest events that were read before it was registered.</summary>
    internal StreamSequenceToken? Pending { get; set; }

    internal void DisposeCursor()
    {
        Cursor?.Dispose();
        Cursor = null;
    }
}
