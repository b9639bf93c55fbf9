using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Orleans.Embedded.Tests;

/// <summary>A silo for one test. Every test has its own, so that they share nothing but the process.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TestSilo(InProcessTestCluster cluster) => _cluster = cluster;

    internal InProcessTestCluster Cluster => _cluster;

    // The silo's own client: the test cluster's is a remote one in Orleans, which serializes and keeps no order.
    internal IClusterClient Client => Services.GetRequiredService<IClusterClient>();

    internal IServiceProvider Services => _cluster.GetSiloServiceProvider();

    /// <summary>A test that fails may leave requests behind that never end: they must not keep it from telling so.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        foreach (var silo in _cluster.Silos)
        {
            await silo.StopSiloAsync(patience.Token);
        }

        await _cluster.DisposeAsync();
    }

    internal static async Task<TestSilo> StartAsync(Action<ISiloBuilder>? configure = null, TimeProvider? time = null)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseInMemoryReminderService();
            silo.AddMemoryGrainStorageAsDefault();
            silo.AddMemoryGrainStorage("other");
            if (time is not null)
            {
                silo.Services.AddSingleton(time);
            }

            configure?.Invoke(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestSilo(cluster);
    }
}
