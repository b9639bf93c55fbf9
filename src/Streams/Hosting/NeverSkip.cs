using Orleans.Runtime;
using Orleans.Streams;

namespace Switchboard.Streams.Hosting;

/// <summary>
/// Delivery is tried for ever, so there is nothing to decide: a handler parks what it cannot handle, and one that cannot even do that must
/// be asked again. Should the engine give an event up all the same, the queue's position stays before it: it is delivered again when the
/// queue is taken next.
/// </summary>
internal sealed class NeverSkip : IStreamFailureHandler
{
    public bool ShouldFaultSubsriptionOnError => false;

    public Task OnDeliveryFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) => Task.CompletedTask;

    public Task OnSubscriptionFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) => Task.CompletedTask;
}
