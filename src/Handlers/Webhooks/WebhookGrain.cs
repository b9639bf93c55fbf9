using Orleans;

namespace Switchboard.Handlers.Webhooks;

/// <summary>Takes the events of one case for webhooks.</summary>
[ImplicitStreamSubscription("webhook")]
public sealed class WebhookGrain(HandlerHost<WebhookHandler> host) : HandlerGrain<WebhookHandler>(host);
