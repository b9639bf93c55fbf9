using Orleans.Runtime;

namespace Orleans.Streams.Filtering;

/// <summary>Decides which events a subscription gets. Register one under a provider's name with <c>AddStreamFilter</c>.</summary>
public interface IStreamFilter
{
    /// <summary>Whether the event is delivered; if it throws, it is.</summary>
    bool ShouldDeliver(StreamId streamId, object item, string? filterData);
}
