using Orleans.Hosting;
using Orleans.Streams;

namespace Switchboard.Streams.Hosting;

/// <summary>How the engine delivers to handlers, whatever the transport.</summary>
public static class HandlerDelivery
{
    /// <summary>
    /// Handlers are subscribed by their type alone. An event is delivered until it was taken: nothing is skipped because time has passed.
    /// A receiver waits for events itself, so the pause between two reads is short.
    /// </summary>
    public static void Configure(ISiloPersistentStreamConfigurator configurator)
    {
        configurator.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
        configurator.ConfigurePullingAgent(options => options.Configure(agent =>
        {
            agent.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(2);
            agent.MaxEventDeliveryTime = TimeSpan.FromDays(3650);
            agent.StreamInactivityPeriod = TimeSpan.FromMinutes(5);
        }));
    }
}
