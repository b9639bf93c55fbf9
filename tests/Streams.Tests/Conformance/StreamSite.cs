using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Orleans.TestingHost;
using Switchboard.Events;

namespace Switchboard.Streams.Tests.Conformance;

/// <summary>A transport under test, and the silos that read it.</summary>
public abstract class StreamSite : IAsyncDisposable
{
    /// <summary>The flavor, the provider, and the namespace that <see cref="ConformanceGrain"/> subscribes to.</summary>
    public const string Flavor = "conformance";

    private readonly ConcurrentDictionary<InProcessTestCluster, bool> _silos = new();

    /// <summary>Whether events and positions outlive a silo.</summary>
    public virtual bool Durable => true;

    /// <summary>What handlers saw, in all silos.</summary>
    public Recorder Recorder { get; } = new();

    /// <summary>The running silos.</summary>
    protected IEnumerable<InProcessTestCluster> Silos => _silos.Keys;

    /// <summary>Puts events into the transport; they are safe when it completes.</summary>
    public abstract Task WriteAsync(IReadOnlyList<EventRecord> records);

    /// <summary>Puts something into the transport that cannot be read whole.</summary>
    public virtual Task WritePoisonAsync() => throw new NotSupportedException();

    /// <summary>Has everything delivered again that was ever written.</summary>
    public virtual Task RewindAsync() => throw new NotSupportedException();

    /// <summary>More partitions; silos that start from now on know them.</summary>
    public virtual Task GrowAsync() => throw new NotSupportedException();

    /// <summary>Starts a silo that reads the transport.</summary>
    public async Task<InProcessTestCluster> StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(Recorder);
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
            Configure(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        _silos[cluster] = true;
        return cluster;
    }

    /// <summary>Stops a silo in order.</summary>
    public async Task StopAsync(InProcessTestCluster silo)
    {
        _silos.TryRemove(silo, out _);
        await silo.StopAllSilosAsync();
        await silo.DisposeAsync();
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        Recorder.Release();
        foreach (var silo in Silos)
        {
            await StopAsync(silo);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a provider named <see cref="Flavor"/>.</summary>
    protected abstract void Configure(ISiloBuilder silo);
}
