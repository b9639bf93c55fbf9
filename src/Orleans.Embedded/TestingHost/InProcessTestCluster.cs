using System.Collections.ObjectModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>A cluster in the process of the test. The embedded engine always has one silo.</summary>
public sealed class InProcessTestCluster : IDisposable, IAsyncDisposable
{
    private readonly List<InProcessSiloHandle> _silos = [];
    private int _started;

    /// <summary>Makes a cluster that is not started.</summary>
    public InProcessTestCluster(InProcessTestClusterOptions options, ITestClusterPortAllocator portAllocator)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        PortAllocator = portAllocator;
    }

    /// <summary>The options.</summary>
    public InProcessTestClusterOptions Options { get; }

    /// <summary>Finds free ports.</summary>
    public ITestClusterPortAllocator PortAllocator { get; }

    /// <summary>The way into the cluster from test code.</summary>
    public IClusterClient Client => Active.ServiceProvider.GetRequiredService<IClusterClient>();

    /// <summary>The silos that were started and not stopped.</summary>
    public ReadOnlyCollection<InProcessSiloHandle> Silos
    {
        get
        {
            lock (_silos)
            {
                return _silos.ToArray().AsReadOnly();
            }
        }
    }

    private InProcessSiloHandle Active => GetActiveSilos().FirstOrDefault()
        ?? throw new InvalidOperationException("No silo runs: call DeployAsync first.");

    /// <summary>Starts the cluster.</summary>
    public async Task DeployAsync()
    {
        if (Options.InitialSilosCount != 1)
        {
            throw new NotSupportedException(
                $"The embedded engine is a single process: it cannot start {Options.InitialSilosCount} silos.");
        }

        await StartAdditionalSiloAsync();
    }

    /// <summary>Starts the client; it is part of the silo.</summary>
    public Task InitializeClientAsync() => Task.CompletedTask;

    /// <summary>Stops the client; it is part of the silo.</summary>
    public Task StopClusterClientAsync() => Task.CompletedTask;

    /// <summary>The silos that run.</summary>
    public IEnumerable<InProcessSiloHandle> GetActiveSilos() => Silos.Where(s => s.IsActive);

    /// <summary>The services of a silo.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) =>
        (silo is null ? Active : GetSiloForAddress(silo) ?? throw new ArgumentException($"{silo} is not a silo of this cluster.", nameof(silo)))
        .ServiceProvider;

    /// <summary>The silo with an address, or null.</summary>
    public InProcessSiloHandle? GetSiloForAddress(SiloAddress siloAddress) =>
        GetActiveSilos().FirstOrDefault(s => s.SiloAddress.Equals(siloAddress));

    /// <summary>Starts a silo, if none runs.</summary>
    public async Task<InProcessSiloHandle> StartAdditionalSiloAsync()
    {
        if (GetActiveSilos().Any())
        {
            throw new NotSupportedException("The embedded engine is a single process: it cannot run a second silo.");
        }

        var number = _started++;
        return await CreateSiloAsync(InProcessTestSiloSpecificOptions.Create(this, Options, number));
    }

    /// <summary>Starts a silo with options of its own.</summary>
    public async Task<InProcessSiloHandle> CreateSiloAsync(InProcessTestSiloSpecificOptions siloOptions)
    {
        ArgumentNullException.ThrowIfNull(siloOptions);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = siloOptions.SiloName,
            EnvironmentName = Environments.Development,
        });
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (Options.ClusterId, Options.ServiceId))
            .Configure<SiloOptions>(o => o.SiloName = siloOptions.SiloName)
            .Configure<EndpointOptions>(o => (o.SiloPort, o.GatewayPort) = (siloOptions.SiloPort, siloOptions.GatewayPort)));
        foreach (var configure in Options.SiloHostConfigurationDelegates)
        {
            configure(siloOptions, builder);
        }

        var host = builder.Build();
        await host.StartAsync();
        var details = host.Services.GetRequiredService<ILocalSiloDetails>();
        var handle = new InProcessSiloHandle
        {
            Name = siloOptions.SiloName,
            InstanceNumber = (short)_started,
            SiloHost = host,
            SiloAddress = details.SiloAddress,
            GatewayAddress = details.GatewayAddress,
        };
        lock (_silos)
        {
            _silos.Add(handle);
        }

        return handle;
    }

    /// <summary>Stops a silo and starts another in its place.</summary>
    public async Task<InProcessSiloHandle?> RestartSiloAsync(InProcessSiloHandle instance)
    {
        await StopSiloAsync(instance);
        return await StartAdditionalSiloAsync();
    }

    /// <summary>Stops a silo gracefully.</summary>
    public Task StopSiloAsync(InProcessSiloHandle instance) => RemoveAsync(instance, stopGracefully: true);

    /// <summary>Stops a silo without letting it finish.</summary>
    public Task KillSiloAsync(InProcessSiloHandle instance) => RemoveAsync(instance, stopGracefully: false);

    /// <summary>Stops all silos gracefully.</summary>
    public async Task StopAllSilosAsync()
    {
        foreach (var silo in Silos)
        {
            await StopSiloAsync(silo);
        }
    }

    /// <summary>Stops all silos gracefully.</summary>
    public Task StopSilosAsync() => StopAllSilosAsync();

    /// <summary>Waits until all silos agree about each other; one silo does at once.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => Task.CompletedTask;

    /// <summary>The activation of a grain, if it is active.</summary>
    public bool TryGetGrainContext(GrainId grainId, out IGrainContext? grainContext)
    {
        var runtime = Active.ServiceProvider.GetRequiredService<SiloRuntime>();
        grainContext = runtime.Types.TryGet(grainId.Type, out var type)
            ? type.AllActivations.FirstOrDefault(a => a.Key == grainId.Key && a.IsAlive)
            : null;
        return grainContext is not null;
    }

    /// <summary>Deactivates a grain and waits until it is gone.</summary>
    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(grain.GetGrainId());

    /// <summary>Deactivates a grain and waits until it is gone.</summary>
    public async Task DeactivateAsync(GrainId grainId)
    {
        if (TryGetGrainContext(grainId, out var context))
        {
            context!.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "A test asked for it."));
            await context.Deactivated;
        }
    }

    /// <summary>Waits until a grain that is active now is gone.</summary>
    public Task WaitForDeactivationAsync(IAddressable grain) => WaitForDeactivationAsync(grain.GetGrainId());

    /// <summary>Waits until a grain that is active now is gone.</summary>
    public Task WaitForDeactivationAsync(GrainId grainId) =>
        TryGetGrainContext(grainId, out var context) ? context!.Deactivated : Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var silo in Silos)
        {
            silo.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
        {
            await silo.DisposeAsync();
        }
    }

    private async Task RemoveAsync(InProcessSiloHandle silo, bool stopGracefully)
    {
        lock (_silos)
        {
            _silos.Remove(silo);
        }

        await silo.StopSiloAsync(stopGracefully);
        await silo.DisposeAsync();
    }
}
