using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.AdoNet;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Grain storage in PostgreSQL, in the table layout of the Orleans ADO.NET provider.</summary>
public static class AdoNetGrainStorageSiloBuilderExtensions
{
    /// <summary>Adds the default grain storage.</summary>
    public static ISiloBuilder AddAdoNetGrainStorageAsDefault(
        this ISiloBuilder builder, Action<AdoNetGrainStorageOptions> configureOptions) =>
        builder.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Adds a grain storage of the given name.</summary>
    public static ISiloBuilder AddAdoNetGrainStorage(
        this ISiloBuilder builder, string name, Action<AdoNetGrainStorageOptions> configureOptions) =>
        builder.ConfigureServices(services => services.AddAdoNetGrainStorage(name, configureOptions));

    /// <summary>Adds the default grain storage.</summary>
    public static ISiloBuilder AddAdoNetGrainStorageAsDefault(
        this ISiloBuilder builder, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null) =>
        builder.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Adds a grain storage of the given name.</summary>
    public static ISiloBuilder AddAdoNetGrainStorage(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.AddAdoNetGrainStorage(name, configureOptions));
}

/// <summary>Grain storage in PostgreSQL, in the table layout of the Orleans ADO.NET provider.</summary>
public static class AdoNetGrainStorageServiceCollectionExtensions
{
    /// <summary>Adds the default grain storage.</summary>
    public static IServiceCollection AddAdoNetGrainStorage(
        this IServiceCollection services, Action<AdoNetGrainStorageOptions> configureOptions) =>
        services.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Adds a grain storage of the given name.</summary>
    public static IServiceCollection AddAdoNetGrainStorage(
        this IServiceCollection services, string name, Action<AdoNetGrainStorageOptions> configureOptions) =>
        services.AddAdoNetGrainStorage(name, options => options.Configure(configureOptions));

    /// <summary>Adds the default grain storage.</summary>
    public static IServiceCollection AddAdoNetGrainStorageAsDefault(
        this IServiceCollection services, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null) =>
        services.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Adds a grain storage of the given name.</summary>
    public static IServiceCollection AddAdoNetGrainStorage(
        this IServiceCollection services, string name, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null)
    {
        configureOptions?.Invoke(services.AddOptions<AdoNetGrainStorageOptions>(name));
        services.TryAddSingleton<AdoNetDataSources>();
        services.TryAddSingleton<IGrainStorageSerializer, GrainStateJson>();
        services.AddTransient<IConfigurationValidator>(provider => AdoNetOptionsValidator.For(Options(provider, name), name));
        return services.AddGrainStorage(name, Create);
    }

    private static AdoNetGrainStorage Create(IServiceProvider provider, string name)
    {
        var options = Options(provider, name);
        return new AdoNetGrainStorage(
            name,
            provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId,
            options,
            provider.GetRequiredService<AdoNetDataSources>(),
            options.GrainStorageSerializer
                ?? provider.GetKeyedService<IGrainStorageSerializer>(name)
                ?? provider.GetRequiredService<IGrainStorageSerializer>(),
            provider.GetRequiredService<ILogger<AdoNetGrainStorage>>());
    }

    private static AdoNetGrainStorageOptions Options(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(name);
}
