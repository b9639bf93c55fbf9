using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Switchboard.Grains.DeadLetters;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Relay;

namespace Switchboard.Streams.Kafka;

/// <summary>Adds the Kafka transport and stream providers over it.</summary>
public static class KafkaStreamHosting
{
    /// <summary>
    /// Registers what all Kafka providers and publishers share (section <c>Streams:Kafka</c>, checked at start). Needs
    /// <see cref="StreamsServiceCollectionExtensions.AddSwitchboardStreams"/>. May be called more than once. The native library is looked for
    /// when it is first used.
    /// </summary>
    public static IServiceCollection AddKafkaTransport(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(static service => service.ServiceType == typeof(KafkaTransport)))
        {
            return services;
        }

        services.AddOptions<KafkaOptions>().Bind(configuration.GetSection(KafkaOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>();
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaLibraryValidator>();
        services.AddSingleton<KafkaInstruments>();
        services.AddSingleton<KafkaTransport>();
        services.AddSingleton<KafkaPublishedPartitions>();
        services.AddSingleton<IEventPublisher, KafkaEventPublisher>();
        services.AddSingleton<IParkedRecordReader, KafkaParkedRecords>();
        return services;
    }

    /// <summary>
    /// Adds a stream provider that delivers the events of a tenant's topic to the implicit subscribers of a flavor's namespace. Needs
    /// <see cref="AddKafkaTransport"/>.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">What it reads.</param>
    public static ISiloBuilder AddKafkaStreams(this ISiloBuilder builder, string name, Action<OptionsBuilder<KafkaStreamOptions>> configure)
    {
        configure(builder.Services.AddOptions<KafkaStreamOptions>(name).ValidateOnStart());
        builder.Services.AddSingleton<IValidateOptions<KafkaStreamOptions>>(
            services => new KafkaStreamOptionsValidator(name, services.GetRequiredService<IOptions<KafkaOptions>>()));
        return builder.AddPersistentStreams(name, KafkaAdapterFactory.Create, configurator =>
        {
            HandlerDelivery.Configure(configurator);
            configurator.ConfigurePartitionBalancing(static (services, _) => new KafkaQueueBalancer(services.GetRequiredService<KafkaTransport>().Topology));
        });
    }
}
