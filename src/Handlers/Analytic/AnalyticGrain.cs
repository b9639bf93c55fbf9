using Orleans;

namespace Switchboard.Handlers.Analytic;

/// <summary>Takes a case's events for the figures.</summary>
[ImplicitStreamSubscription("analytic")]
internal sealed class AnalyticGrain(HandlerHost<AnalyticHandler> host) : HandlerGrain<AnalyticHandler>(host);
