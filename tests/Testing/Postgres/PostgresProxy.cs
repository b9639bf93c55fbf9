using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Switchboard.Testing.Postgres;

/// <summary>Where the proxy cuts a connection.</summary>
public enum CutPoint
{
    /// <summary>All statements were sent, the commit was not: the server rolls back.</summary>
    BeforeCommit = 0,

    /// <summary>The server has committed and said so, but the client never hears it.</summary>
    AfterCommit = 1,
}

/// <summary>
/// Stands between a client and a <see cref="TestServer"/> and cuts connections at a chosen point of the protocol. A transaction
/// is recognised by its Execute messages with parameters before a Sync, which is when PostgreSQL commits an implicit transaction.
/// </summary>
public sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TestServer _server;
    private readonly string _folder;
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<ProxiedConnection, bool> _connections = new();
    private readonly ConcurrentQueue<(string ApplicationName, CutPoint Point)> _cuts = new();
    private readonly Task _accepting;
    private volatile bool _refusing;
    private int _cutsMade;

    private PostgresProxy(TestServer server, string folder)
    {
        (_server, _folder) = (server, folder);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, Path.GetFileName(server.SocketPath))));
        _listener.Listen(128);
        _accepting = AcceptAsync();
    }

    /// <summary>How many of the ordered cuts have been made.</summary>
    public int CutsMade => Volatile.Read(ref _cutsMade);

    /// <summary>While true, new connections are closed at once and the present ones are cut, as when the server is gone.</summary>
    public bool Refusing
    {
        get => _refusing;
        set
        {
            _refusing = value;
            if (value)
            {
                CutAll();
            }
        }
    }

    /// <summary>Starts a proxy in front of a server.</summary>
    public static PostgresProxy Start(TestServer server)
    {
        var folder = Directory.CreateTempSubdirectory("pgproxy").FullName;
        return new PostgresProxy(server, folder);
    }

    /// <summary>The connection string of a database through the proxy.</summary>
    public string ConnectionString(string database) => _server.ConnectionString(database, _folder);

    /// <summary>Orders a cut of the next transaction of a client; orders are carried out one after the other.</summary>
    /// <param name="point">Where.</param>
    /// <param name="applicationName">Which client, by its <c>application_name</c>.</param>
    public void CutNext(CutPoint point, string applicationName) => _cuts.Enqueue((applicationName, point));

    /// <summary>Cuts all present connections.</summary>
    public void CutAll()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Cut();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        CutAll();
        await _accepting;
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Takes the first ordered cut if it is meant for this client.</summary>
    internal bool TryTakeCut(string applicationName, out CutPoint point)
    {
        lock (_cuts)
        {
            if (_cuts.TryPeek(out var cut) && cut.ApplicationName == applicationName && _cuts.TryDequeue(out cut))
            {
                point = cut.Point;
                Interlocked.Increment(ref _cutsMade);
                return true;
            }
        }

        point = default;
        return false;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (_refusing)
            {
                client.Dispose();
                continue;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var connection = new ProxiedConnection(this, client, server);
        _connections[connection] = true;
        try
        {
            await server.ConnectAsync(new UnixDomainSocketEndPoint(_server.SocketPath));
            if (!_refusing)
            {
                await connection.RunAsync();
            }
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            // Either side is gone; so is the connection.
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}
