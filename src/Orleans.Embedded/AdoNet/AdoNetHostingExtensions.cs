using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.AdoNet;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Cluster membership in a database.</summary>
public static class AdoNetHostingExtensions
{
    /// <summary>
    /// Names the database of the cluster's membership. One process has no cluster: the embedded engine only checks the options, so that
    /// the wiring of a silo reads the same on both engines.
    /// </summary>
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions) =>
        builder.UseAdoNetClustering(options => options.Configure(configureOptions));

    /// <inheritdoc cref="UseAdoNetClustering(ISiloBuilder, Action{AdoNetClusteringSiloOptions})"/>
    public static ISiloBuilder UseAdoNetClustering(
        this ISiloBuilder builder, Action<OptionsBuilder<AdoNetClusteringSiloOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        configureOptions(builder.Services.AddOptions<AdoNetClusteringSiloOptions>());
        builder.Services.AddSingleton<IConfigurationValidator>(provider =>
            AdoNetOptionsValidator.For(provider.GetRequiredService<IOptions<AdoNetClusteringSiloOptions>>().Value));
        return builder;
    }
}
