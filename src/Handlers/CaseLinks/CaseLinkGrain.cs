using Orleans;

namespace Switchboard.Handlers.CaseLinks;

/// <summary>Takes the events of one case, on which linked ones act.</summary>
[ImplicitStreamSubscription("case-link")]
internal sealed class CaseLinkGrain(HandlerHost<CaseLinkHandler> host) : HandlerGrain<CaseLinkHandler>(host);
