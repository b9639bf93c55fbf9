namespace Switchboard.Handlers;

/// <summary>
/// What a flavor depends on (a search engine, an outside service) cannot be used at all now. No event is at fault: nothing is parked, the
/// stream is told to deliver again, and the flavor's lag grows until it is back. For a failure that may be the event's own fault throw
/// anything else.
/// </summary>
/// <param name="message">What is away, and what to check.</param>
/// <param name="inner">The error that told so.</param>
public sealed class DependencyUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
