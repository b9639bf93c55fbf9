namespace Switchboard.Storage.PrivateServer;

/// <summary>The private PostgreSQL could not be found, made or started. The message says what to do; it is meant to be printed.</summary>
public sealed class PrivatePostgresException(string message, Exception? inner = null) : Exception(message, inner);
