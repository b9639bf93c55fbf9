using Orleans.Hosting;

namespace Switchboard.Silo.GrainEngine;

/// <summary>Hosts the grains on the embedded engine: one process, no clustering. The build takes this file or <c>OrleansEngine.cs</c>.</summary>
internal static class EngineWiring
{
    /// <summary>What this build runs on, for metrics and messages.</summary>
    public const string Name = "Embedded";

    /// <summary>Adds the silo; grain state and reminders lie in the case-management database.</summary>
    public static void UseGrainEngine(this WebApplicationBuilder builder, string connectionString, Action<ISiloBuilder> configure) => builder.UseOrleans(silo =>
    {
        // The rows of state and reminders carry the service's name: it must be the one that OrleansEngine.cs gives.
        var cluster = builder.Configuration.GetSection("Cluster");
        silo.UseLocalhostClustering(
            serviceId: cluster["ServiceId"] ?? "switchboard", clusterId: cluster["ClusterId"] ?? "switchboard");
        silo.AddAdoNetGrainStorageAsDefault(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString));
        configure(silo);
    });
}
