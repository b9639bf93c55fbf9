using System.Collections.Concurrent;
using System.Data.Common;
using Npgsql;

namespace Orleans.AdoNet;

/// <summary>One connection pool a connection string, shared by every provider of the silo and disposed with it.</summary>
internal sealed class AdoNetDataSources : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<NpgsqlDataSource>> _pools = new(StringComparer.Ordinal);

    /// <summary>The caller's data source, or the pool of the connection string.</summary>
    public NpgsqlDataSource Get(string? connectionString, DbDataSource? dataSource) =>
        dataSource as NpgsqlDataSource
        ?? _pools.GetOrAdd(connectionString!, text => new Lazy<NpgsqlDataSource>(() => NpgsqlDataSource.Create(text))).Value;

    public void Dispose()
    {
        foreach (var pool in _pools.Values.Where(pool => pool.IsValueCreated))
        {
            pool.Value.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools.Values.Where(pool => pool.IsValueCreated))
        {
            await pool.Value.DisposeAsync().ConfigureAwait(false);
        }
    }
}
