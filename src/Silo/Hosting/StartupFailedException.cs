namespace Switchboard.Silo.Hosting;

/// <summary>Why the process cannot start, in words for the person who started it: what is wrong, with which values, what to do.</summary>
internal sealed class StartupFailedException(string message, Exception? inner = null) : Exception(message, inner);
