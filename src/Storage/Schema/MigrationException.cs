namespace Switchboard.Storage.Schema;

/// <summary>The database's schema and this binary do not go together, or the database cannot be made. The message says what to do.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
