using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;
using Switchboard.Storage.Feed;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Leases;
using Switchboard.Streams.PostgresLog;

namespace Switchboard.Streams.Hosting;

/// <summary>What all queues of a tenant share in a process: the keeper of their leases, the reader of the log.</summary>
public sealed class StreamTenant : IAsyncDisposable
{
    private readonly Lazy<QueueKeeper> _keeper;
    private readonly Lazy<LogTail> _tail;

    internal StreamTenant(
        TenantDatabase database, EventCodec codec, LeaseOptions leases, LogOptions log, StreamInstruments instruments, TimeProvider time, ILoggerFactory loggers)
    {
        Database = database;
        Reader = new EventRecordReader(database, codec);
        _keeper = new Lazy<QueueKeeper>(() => new QueueKeeper(new QueueTable(database), leases, instruments, time, loggers.CreateLogger<QueueKeeper>()));
        _tail = new Lazy<LogTail>(() => new LogTail(database, Reader, log, time, loggers.CreateLogger<LogTail>()));
    }

    /// <summary>The tenant's database.</summary>
    public TenantDatabase Database { get; }

    /// <summary>Leases and positions.</summary>
    public QueueKeeper Keeper => _keeper.Value;

    internal EventRecordReader Reader { get; }

    internal LogTail Tail => _tail.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_tail.IsValueCreated)
        {
            await _tail.Value.DisposeAsync();
        }

        if (_keeper.IsValueCreated)
        {
            await _keeper.Value.DisposeAsync();
        }
    }
}

/// <summary>The tenants of this process as streams see them.</summary>
public sealed class StreamTenants : IAsyncDisposable
{
    private readonly FrozenDictionary<string, StreamTenant> _tenants;

    /// <summary>Connects to nothing before it is used.</summary>
    public StreamTenants(
        TenantDatabases databases,
        EventCodec codec,
        IOptions<LeaseOptions> leases,
        IOptions<LogOptions> log,
        StreamInstruments instruments,
        TimeProvider time,
        ILoggerFactory loggers) =>
        _tenants = databases.All.ToFrozenDictionary(
            database => database.Tenant,
            database => new StreamTenant(database, codec, leases.Value, log.Value, instruments, time, loggers));

    /// <summary>A tenant's share.</summary>
    /// <exception cref="ArgumentException">This datacenter has no such tenant.</exception>
    public StreamTenant For(string tenant) => _tenants.TryGetValue(tenant, out var found)
        ? found
        : throw new ArgumentException($"There is no database of the tenant '{tenant}'; there are {string.Join(", ", _tenants.Keys)}.", nameof(tenant));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var tenant in _tenants.Values)
        {
            await tenant.DisposeAsync();
        }
    }
}
