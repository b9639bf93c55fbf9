using System.Net;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;
using Switchboard.Silo.Hosting;

namespace Switchboard.Silo.GrainEngine;

/// <summary>
/// Hosts the grains on Microsoft Orleans with PostgreSQL membership. The build takes this file (<c>-p:GrainEngine=Orleans</c>) or
/// <c>EmbeddedEngine.cs</c>.
/// </summary>
internal static class EngineWiring
{
    /// <summary>What this build runs on, for metrics and messages.</summary>
    public const string Name = "Orleans";

    /// <summary>Adds the silo; membership, grain state and reminders lie in the case-management database.</summary>
    public static void UseGrainEngine(this WebApplicationBuilder builder, string connectionString, Action<ISiloBuilder> configure)
    {
        var cluster = builder.Configuration.GetSection("Cluster");
        if (!IPAddress.TryParse(cluster["Address"] ?? "127.0.0.1", out var address))
        {
            throw new StartupFailedException(
                $"Cluster:Address is '{cluster["Address"]}', which is no IP address; set it to the address under which other silos reach this one.");
        }

        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = cluster["ClusterId"] ?? "switchboard";
                options.ServiceId = cluster["ServiceId"] ?? "switchboard";
            });
            // What the store says when it is down has the driver's exception inside, and crosses to callers in other silos.
            silo.Configure<ExceptionSerializationOptions>(options => options.SupportedNamespacePrefixes.Add("Npgsql"));
            silo.ConfigureEndpoints(address, cluster.GetValue("SiloPort", 11111), cluster.GetValue("GatewayPort", 30000));
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString));
            silo.AddAdoNetGrainStorageAsDefault(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString));
            silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString));
            configure(silo);
        });
    }
}
