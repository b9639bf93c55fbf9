using Orleans;

namespace Switchboard.Handlers.Audit;

/// <summary>Takes the events of one aggregate for the audit log.</summary>
[ImplicitStreamSubscription("audit")]
internal sealed class AuditGrain(HandlerHost<AuditHandler> host) : HandlerGrain<AuditHandler>(host);
