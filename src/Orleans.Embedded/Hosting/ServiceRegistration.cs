using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.AdoNet;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Serializers;
using Orleans.Statistics;
using Orleans.Storage;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>Adds the engine to a host.</summary>
internal static class ServiceRegistration
{
    internal static void AddSilo(IServiceCollection services, IConfiguration? configuration, Action<ISiloBuilder>? configure)
    {
        if (services.FirstOrDefault(s => s.ServiceType == typeof(SiloBuilder))?.ImplementationInstance is not SiloBuilder builder)
        {
            configuration ??= services.FirstOrDefault(s => s.ServiceType == typeof(IConfiguration))?.ImplementationInstance as IConfiguration
                ?? new ConfigurationBuilder().Build();
            builder = new SiloBuilder(services, configuration);
            services.AddSingleton(builder);
            AddServices(services);
        }

        configure?.Invoke(builder);
    }

    /// <summary>One span at the caller, whether the silo or its client asks for it.</summary>
    internal static void TraceOutgoingCalls(this IServiceCollection services)
    {
        services.TryAddSingleton(DistributedContextPropagator.Current);
        if (!services.Any(service => service.ImplementationType == typeof(OutgoingActivityFilter)))
        {
            services.AddSingleton<IOutgoingGrainCallFilter, OutgoingActivityFilter>();
        }
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddOptions();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton(new SingletonServices(services));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(DistributedContextPropagator.Current);

        services.AddSingleton<IOptions<TypeManifestOptions>>(_ => Options.Create(ApplicationParts.Load()));
        services.AddSingleton<IConfigureOptions<GrainTypeOptions>, FoundGrainTypes>();
        services.AddSingleton<CodecProvider>();
        services.AddSingleton<ICodecProvider>(sp => sp.GetRequiredService<CodecProvider>());
        services.AddSingleton<CopyContextPool>();
        services.AddSingleton<DeepCopier>();
        services.AddTransient(typeof(IDeepCopier<>), typeof(ResolvedCopier<>));

        services.AddSingleton<OrleansInstruments>();
        services.AddSingleton<ILocalSiloDetails, LocalSiloDetails>();
        services.AddSingleton<SiloRuntime>();
        services.AddSingleton<IGrainFactory>(sp => sp.GetRequiredService<SiloRuntime>().Factory);
        services.AddSingleton<IClusterClient>(sp => sp.GetRequiredService<SiloRuntime>().Factory);
        services.AddSingleton<IGrainReferenceRuntime>(sp => sp.GetRequiredService<SiloRuntime>().Calls);
        services.AddSingleton<IGrainRuntime>(sp => sp.GetRequiredService<SiloRuntime>().GrainRuntime);
        services.AddSingleton<ITimerRegistry, TimerRegistry>();
        services.AddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        services.AddTransient<IGrainContext>(_ => RuntimeContext.Current!);
        services.AddSingleton<ILocalActivationStatusChecker, LocalActivationStatusChecker>();
        services.TryAddSingleton<IEnvironmentStatisticsProvider, EnvironmentStatisticsProvider>();

        services.AddSingleton<IPersistentStateFactory, PersistentStateFactory>();
        services.AddSingleton<IAttributeToFactoryMapper<PersistentStateAttribute>, PersistentStateAttributeMapper>();
        services.TryAddSingleton<IGrainStorageSerializer, GrainStateJson>();

        services.AddSingleton<IConfigurationValidator, ClusterOptionsValidator>();
        services.AddSingleton<IConfigurationValidator, GrainCollectionOptionsValidator>();
        services.AddSingleton<SiloLifecycle>();
        services.AddSingleton<ISiloLifecycleSubject>(sp => sp.GetRequiredService<SiloLifecycle>());
        services.AddSingleton<ISiloLifecycle>(sp => sp.GetRequiredService<SiloLifecycle>());
        services.AddSingleton<ActivationCollector>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloStages>();
        services.AddSingleton<SiloHostedService>();
        services.AddSingleton<ILifecycleStatus>(sp => sp.GetRequiredService<SiloHostedService>());
        services.AddHostedService(sp => sp.GetRequiredService<SiloHostedService>());
    }

    private sealed class ResolvedCopier<T> : IDeepCopier<T>
    {
        public T DeepCopy(T input, CopyContext context) => CopierOf<T>.Copier.DeepCopy(input, context);
    }
}
