using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Builds a cluster in the process of the test.</summary>
public sealed class InProcessTestClusterBuilder
{
    /// <summary>One silo.</summary>
    public InProcessTestClusterBuilder()
        : this(1)
    {
    }

    /// <summary>The given number of silos; the embedded engine only starts one.</summary>
    public InProcessTestClusterBuilder(short initialSilosCount) => Options = new InProcessTestClusterOptions
    {
        InitialSilosCount = initialSilosCount,
        ClusterId = CreateClusterId(),
        ServiceId = Guid.NewGuid().ToString("N"),
    };

    /// <summary>The options.</summary>
    public InProcessTestClusterOptions Options { get; }

    /// <summary>Finds free ports.</summary>
    public ITestClusterPortAllocator PortAllocator { get; } = new TestClusterPortAllocator();

    /// <summary>A name for a cluster that no other test has.</summary>
    public static string CreateClusterId() => "testcluster-" + Guid.NewGuid().ToString("N");

    /// <summary>Configures silos.</summary>
    public InProcessTestClusterBuilder ConfigureSilo(Action<InProcessTestSiloSpecificOptions, ISiloBuilder> configureSiloDelegate) =>
        ConfigureSiloHost((options, host) => host.UseOrleans(silo => configureSiloDelegate(options, silo)));

    /// <summary>Configures the hosts of silos.</summary>
    public InProcessTestClusterBuilder ConfigureSiloHost(
        Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder> configureSiloHostDelegate)
    {
        Options.SiloHostConfigurationDelegates.Add(configureSiloHostDelegate);
        return this;
    }

    /// <summary>Configures the client; it is part of the silo.</summary>
    public InProcessTestClusterBuilder ConfigureClient(Action<IClientBuilder> configureClientDelegate) =>
        ConfigureSiloHost((_, host) => configureClientDelegate(new ClientBuilder(host.Services, host.Configuration)));

    /// <summary>Configures the client's host; the embedded engine has none of its own, so that it is the silo's.</summary>
    public InProcessTestClusterBuilder ConfigureClientHost(Action<IHostApplicationBuilder> configureHostDelegate)
    {
        Options.ClientHostConfigurationDelegates.Add(configureHostDelegate);
        return this;
    }

    /// <summary>Configures all hosts.</summary>
    public InProcessTestClusterBuilder ConfigureHost(Action<IHostApplicationBuilder> configureDelegate) =>
        ConfigureSiloHost((_, host) => configureDelegate(host));

    /// <summary>Builds the cluster; <see cref="InProcessTestCluster.DeployAsync"/> starts it.</summary>
    public InProcessTestCluster Build() => new(Options, PortAllocator);
}

/// <summary>Options of a cluster in the process of the test.</summary>
public sealed class InProcessTestClusterOptions
{
    /// <summary>Name of the cluster.</summary>
    public string ClusterId { get; set; } = "";

    /// <summary>Name of the service.</summary>
    public string ServiceId { get; set; } = "";

    /// <summary>Silos at the start.</summary>
    public short InitialSilosCount { get; set; } = 1;

    /// <summary>Whether a client is started with the cluster; it is part of the silo.</summary>
    public bool InitializeClientOnDeploy { get; set; } = true;

    /// <summary>Whether silos log to files; they do not.</summary>
    public bool ConfigureFileLogging { get; set; }

    /// <summary>Configuration of the hosts of silos.</summary>
    public List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> SiloHostConfigurationDelegates { get; } = [];

    /// <summary>Configuration of the hosts of clients.</summary>
    public List<Action<IHostApplicationBuilder>> ClientHostConfigurationDelegates { get; } = [];
}

/// <summary>Options of one silo.</summary>
public sealed class InProcessTestSiloSpecificOptions
{
    /// <summary>Its port.</summary>
    public int SiloPort { get; set; }

    /// <summary>Its port for clients.</summary>
    public int GatewayPort { get; set; }

    /// <summary>Its name.</summary>
    public string SiloName { get; set; } = "";

    /// <summary>Options for the silo with a number.</summary>
    public static InProcessTestSiloSpecificOptions Create(
        InProcessTestCluster testCluster, InProcessTestClusterOptions testClusterOptions, int instanceNumber, bool assignNewPort = false)
    {
        var (siloPort, gatewayPort) = testCluster.PortAllocator.AllocateConsecutivePortPairs(1);
        return new InProcessTestSiloSpecificOptions
        {
            SiloPort = siloPort,
            GatewayPort = gatewayPort,
            SiloName = FormattableString.Invariant($"Silo_{instanceNumber}"),
        };
    }
}

/// <summary>Finds free ports.</summary>
public interface ITestClusterPortAllocator : IDisposable
{
    /// <summary>The first of so many ports for silos, and for clients.</summary>
    (int, int) AllocateConsecutivePortPairs(int numPorts);
}

/// <summary>Counts ports up: nothing of the embedded engine listens on them.</summary>
public class TestClusterPortAllocator : ITestClusterPortAllocator
{
    private static int s_next = 20000;

    /// <inheritdoc/>
    public (int, int) AllocateConsecutivePortPairs(int numPorts = 5)
    {
        var first = Interlocked.Add(ref s_next, 2 * numPorts) - (2 * numPorts);
        return (first, first + numPorts);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives ports back; there is nothing to give back.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
