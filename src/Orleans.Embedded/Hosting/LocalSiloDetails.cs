using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>The silo's names and addresses.</summary>
public interface ILocalSiloDetails
{
    /// <summary>The silo's name.</summary>
    string Name { get; }

    /// <summary>The cluster's name.</summary>
    string ClusterId { get; }

    /// <summary>The host's name.</summary>
    string DnsHostName { get; }

    /// <summary>The silo's address.</summary>
    SiloAddress SiloAddress { get; }

    /// <summary>The address for clients.</summary>
    SiloAddress GatewayAddress { get; }
}

/// <summary>Work at the start of a silo.</summary>
public interface IStartupTask
{
    /// <summary>Does the work; a failure stops the start.</summary>
    Task Execute(CancellationToken cancellationToken);
}

internal sealed class LocalSiloDetails : ILocalSiloDetails
{
    public LocalSiloDetails(IOptions<SiloOptions> silo, IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoints)
    {
        DnsHostName = Dns.GetHostName();
        Name = string.IsNullOrEmpty(silo.Value.SiloName)
            ? $"Silo_{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..5]}"
            : silo.Value.SiloName;
        ClusterId = cluster.Value.ClusterId;
        var generation = SiloAddress.AllocateNewGeneration();
        SiloAddress = SiloAddress.New(endpoints.Value.AdvertisedIPAddress, endpoints.Value.SiloPort, generation);
        GatewayAddress = SiloAddress.New(endpoints.Value.AdvertisedIPAddress, endpoints.Value.GatewayPort, 0);
    }

    public string Name { get; }

    public string ClusterId { get; }

    public string DnsHostName { get; }

    public SiloAddress SiloAddress { get; }

    public SiloAddress GatewayAddress { get; }
}

internal sealed class GrainContextAccessor : IGrainContextAccessor
{
    public IGrainContext GrainContext => RuntimeContext.Current!;
}

internal sealed class LocalActivationStatusChecker(SiloRuntime silo) : ILocalActivationStatusChecker
{
    public bool IsLocallyActivated(GrainId grainId) =>
        silo.Types.TryGet(grainId.Type, out var type) && type.Activations.Find(grainId.Key) is { IsAlive: true };
}
