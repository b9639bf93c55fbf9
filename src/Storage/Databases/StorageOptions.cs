namespace Switchboard.Storage.Databases;

/// <summary>How the store works; section <c>Storage</c> of the configuration.</summary>
public sealed class StorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage";

    /// <summary>Connections that write appends; a stream always uses the same one. More than a few only helps against a slow disk.</summary>
    public int AppendConnections { get; set; } = 2;

    /// <summary>Appends that share a transaction at most.</summary>
    public int AppendBatch { get; set; } = 128;

    /// <summary>Appends that wait or are being written, for each connection; further callers wait for room.</summary>
    public int AppendQueue { get; set; } = 4096;

    /// <summary>
    /// How long an append may take, waiting for room, for a lost database and for finding out about a lost commit included,
    /// before its caller is told that storage is unavailable.
    /// </summary>
    public TimeSpan AppendTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server may work on one statement of an append (<c>statement_timeout</c>).</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// How long a writer's transaction may stand idle (<c>idle_in_transaction_session_timeout</c>): a frozen process holds up every
    /// reader of the feed for that long.
    /// </summary>
    public TimeSpan IdleTransactionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long answers are kept under their idempotency keys; at least a day.</summary>
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromHours(25);

    /// <summary>How often older answers are deleted.</summary>
    public TimeSpan IdempotencySweep { get; set; } = TimeSpan.FromMinutes(10);
}
