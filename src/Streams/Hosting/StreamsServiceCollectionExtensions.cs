using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Leases;
using Switchboard.Streams.PostgresLog;
using Switchboard.Streams.Relay;

namespace Switchboard.Streams.Hosting;

/// <summary>Puts what all stream providers share into a host.</summary>
public static class StreamsServiceCollectionExtensions
{
    /// <summary>
    /// Registers leases, positions and the reader of the log (sections <c>Streams:Leases</c> and <c>Streams:PostgresLog</c>, checked at
    /// start). The storage must be registered too. May be called more than once.
    /// </summary>
    public static IServiceCollection AddSwitchboardStreams(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(static service => service.ServiceType == typeof(StreamTenants)))
        {
            return services;
        }

        services.AddOptions<LeaseOptions>().Bind(configuration.GetSection(LeaseOptions.Section)).ValidateOnStart();
        services.AddOptions<LogOptions>().Bind(configuration.GetSection(LogOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LeaseOptions>, LeaseOptionsValidator>();
        services.AddSingleton<IValidateOptions<LogOptions>, LogOptionsValidator>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<StreamInstruments>();
        services.AddSingleton<StreamTenants>();
        return services;
    }

    /// <summary>
    /// Registers the relay (section <c>Streams:Relay</c>, checked at start). A transport must register an <see cref="IEventPublisher"/>.
    /// </summary>
    public static IServiceCollection AddEventRelay(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSwitchboardStreams(configuration);
        services.AddOptions<RelayOptions>().Bind(configuration.GetSection(RelayOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RelayOptions>, RelayOptionsValidator>();
        services.AddHostedService<RelayService>();
        return services;
    }
}
