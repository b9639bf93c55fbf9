using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Switchboard.Storage.Speech.Redis;

/// <summary>The connection to Redis, made at the first wish and made again by the client whenever it breaks. Safe for many threads.</summary>
internal sealed class RedisConnection(IOptions<RedisOptions> options) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connecting;

    /// <summary>Whether there is a server to connect to.</summary>
    public bool IsConfigured => options.Value.IsConfigured;

    /// <summary>How long to wait for an answer.</summary>
    public TimeSpan Patience => options.Value.Patience;

    /// <summary>The database, or null while there is no connection: nobody waits for one.</summary>
    public IDatabase? Database
    {
        get
        {
            var connecting = Connecting;
            return connecting.IsCompletedSuccessfully && connecting.Result.IsConnected ? connecting.Result.GetDatabase() : null;
        }
    }

    /// <summary>The same after the first try to connect.</summary>
    public async ValueTask<IDatabase?> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Connecting.WaitAsync(cancellationToken);
        }
        catch (Exception error) when (IsLost(error))
        {
            return null;
        }

        return Database;
    }

    /// <summary>Whether an exception of the client means that the server cannot be asked now.</summary>
    public static bool IsLost(Exception error) =>
        error is RedisException or TimeoutException or ObjectDisposedException or System.Net.Sockets.SocketException
        or IOException or InvalidOperationException or TaskCanceledException;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate)
        {
            connecting = _connecting;
        }

        if (connecting is not null)
        {
            await connecting.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (connecting.IsCompletedSuccessfully)
            {
                await connecting.Result.CloseAsync(allowCommandsToComplete: false);
                connecting.Result.Dispose();
            }
        }
    }

    private Task<ConnectionMultiplexer> Connecting
    {
        get
        {
            lock (_gate)
            {
                if (_connecting is null || _connecting.IsFaulted || _connecting.IsCanceled)
                {
                    _connecting = Task.Run(() => ConnectionMultiplexer.ConnectAsync(options.Value.ForClient()));
                }

                return _connecting;
            }
        }
    }
}
