using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.DeadLetters;
using Switchboard.Handlers.Lanes;
using Switchboard.Storage.Databases;
using Switchboard.Storage.DeadLetters;
using Switchboard.Storage.Events;

namespace Switchboard.Handlers.Running;

/// <summary>What all pipes share.</summary>
internal sealed class PipeParts(
    TenantDatabases databases,
    FlavorNumbers numbers,
    IDeadLetters letters,
    EventCodec codec,
    HandlerInstruments instruments,
    IOptions<HandlerOptions> options,
    TimeProvider time,
    ILoggerFactory loggers)
{
    public TenantDatabases Databases => databases;

    public IDeadLetters Letters => letters;

    public EventCodec Codec => codec;

    public HandlerInstruments Instruments => instruments;

    public HandlerOptions Options => options.Value;

    public TimeProvider Time => time;

    public ILogger Logger { get; } = loggers.CreateLogger("Switchboard.Handlers");

    /// <summary>What a lane of a flavor in a tenant's database is made of.</summary>
    /// <exception cref="ArgumentException">There is no such tenant here.</exception>
    /// <exception cref="Grains.EventStore.StorageUnavailableException">The database is away.</exception>
    public async Task<LaneParts> LaneAsync(Flavor flavor, string tenant, CancellationToken cancellationToken)
    {
        var database = databases.All.FirstOrDefault(one => one.Tenant == tenant)
            ?? throw new ArgumentException($"An event of tenant '{tenant}' came to flavor '{flavor.Name}', but this process has no database of that tenant.");
        var number = await numbers.GetAsync(database, flavor.Name, cancellationToken);
        return new LaneParts(flavor.Name, number, flavor.WhenParked == ParkPolicy.ParkCase, database, database.Effects, Options, time, Logger);
    }
}

/// <summary>Something for each tenant, made when it is first asked for and again when that failed.</summary>
internal sealed class PerTenant<T>(Func<string, CancellationToken, Task<T>> make) : IAsyncDisposable
    where T : class, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, T> _made = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1, 1);

    public ValueTask<T> GetAsync(string tenant, CancellationToken cancellationToken) =>
        _made.TryGetValue(tenant, out var made) ? ValueTask.FromResult(made) : MakeAsync(tenant, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var made in _made.Values)
        {
            await made.DisposeAsync();
        }

        _turn.Dispose();
    }

    private async ValueTask<T> MakeAsync(string tenant, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_made.TryGetValue(tenant, out var made))
            {
                _made[tenant] = made = await make(tenant, cancellationToken);
            }

            return made;
        }
        finally
        {
            _turn.Release();
        }
    }
}
