namespace Switchboard.Storage.PrivateServer;

/// <summary>Where and how a private PostgreSQL runs.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>The server's own folder: <c>data/</c>, <c>run/</c> (socket), <c>server.log</c>, <c>password</c>. Made when absent.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder that holds <c>postgres</c>, <c>initdb</c> and <c>pg_ctl</c>; null to look in the usual places.</summary>
    public string? BinariesFolder { get; init; }

    /// <summary>The folder for the socket; null for <c>run/</c> below <see cref="Folder"/>. Its path may have about 90 bytes.</summary>
    public string? SocketFolder { get; init; }

    /// <summary>A TCP port on 127.0.0.1 to listen on too, with the password of the file <c>password</c>; null for the socket only.</summary>
    public int? LoopbackPort { get; init; }

    /// <summary>The account that runs the server when we are root, because PostgreSQL refuses to.</summary>
    public string AccountWhenRoot { get; init; } = "postgres";

    /// <summary>How long a start may take, crash recovery included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a start is tried again while the lock of a server that was killed still stands.</summary>
    public TimeSpan StaleLockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Further settings, as in <c>postgresql.conf</c>; they win over ours.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
