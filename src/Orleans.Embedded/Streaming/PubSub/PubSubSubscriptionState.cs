using System.Text.Json.Serialization;
using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>A subscription as it is stored.</summary>
[GenerateSerializer]
[Newtonsoft.Json.JsonObject(Newtonsoft.Json.MemberSerialization.OptIn)]
public sealed class PubSubSubscriptionState : IEquatable<PubSubSubscriptionState>
{
    /// <summary>The subscription.</summary>
    [Newtonsoft.Json.JsonProperty]
    [JsonInclude]
    [JsonPropertyName("subscriptionId")]
    [Id(0)]
    public GuidId SubscriptionId;

    /// <summary>The stream.</summary>
    [Newtonsoft.Json.JsonProperty]
    [JsonInclude]
    [JsonPropertyName("stream")]
    [Id(1)]
    public QualifiedStreamId Stream;

    /// <summary>The subscribed grain.</summary>
    [Newtonsoft.Json.JsonProperty]
    [JsonInclude]
    [JsonPropertyName("consumer")]
    [Id(2)]
    public GrainId Consumer;

    /// <summary>What the provider's filter is given.</summary>
    [Newtonsoft.Json.JsonProperty]
    [JsonInclude]
    [JsonPropertyName("filterData")]
    [Id(3)]
    public string? FilterData;

    /// <summary>Whether it has ended because of a failure.</summary>
    [Newtonsoft.Json.JsonProperty]
    [JsonInclude]
    [JsonPropertyName("state")]
    [Id(4)]
#pragma warning disable IDE1006 // The name is given.
    public SubscriptionStates state;
#pragma warning restore IDE1006

    /// <summary>A subscription without a filter.</summary>
    public PubSubSubscriptionState(GuidId subscriptionId, QualifiedStreamId streamId, GrainId streamConsumer)
        : this(subscriptionId, streamId, streamConsumer, null, SubscriptionStates.Active)
    {
    }

    /// <summary>A subscription.</summary>
    [Newtonsoft.Json.JsonConstructor]
    [JsonConstructor]
    public PubSubSubscriptionState(
        GuidId subscriptionId, QualifiedStreamId stream, GrainId consumer, string? filterData, SubscriptionStates state)
    {
        SubscriptionId = subscriptionId;
        Stream = stream;
        Consumer = consumer;
        FilterData = filterData;
        this.state = state;
    }

    /// <summary>States of a subscription.</summary>
    public enum SubscriptionStates
    {
        /// <summary>It gets events.</summary>
        Active = 0,

        /// <summary>It has ended because of a failure.</summary>
        Faulted = 1,
    }

    /// <summary>Whether it has ended because of a failure.</summary>
    [JsonIgnore]
    [Newtonsoft.Json.JsonIgnore]
    public bool IsFaulted => state == SubscriptionStates.Faulted;

    /// <summary>Sets what the provider's filter is given.</summary>
    public void AddFilter(string? filterData) => FilterData = filterData;

    /// <summary>Ends it because of a failure.</summary>
    public void Fault() => state = SubscriptionStates.Faulted;

    /// <inheritdoc/>
    public bool Equals(PubSubSubscriptionState? other) => other is not null && SubscriptionId == other.SubscriptionId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PubSubSubscriptionState);

    /// <inheritdoc/>
    public override int GetHashCode() => SubscriptionId.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"PubSubSubscriptionState:SubscriptionId={SubscriptionId},StreamId={Stream},Consumer={Consumer}.";
}
