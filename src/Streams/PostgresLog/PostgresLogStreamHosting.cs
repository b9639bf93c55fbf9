using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Switchboard.Streams.Hosting;

namespace Switchboard.Streams.PostgresLog;

/// <summary>Adds stream providers that read the log.</summary>
public static class PostgresLogStreamHosting
{
    /// <summary>
    /// Adds a stream provider that delivers the events of a tenant's log to the implicit subscribers of a flavor's namespace. Needs
    /// <see cref="StreamsServiceCollectionExtensions.AddSwitchboardStreams"/>.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">What it reads.</param>
    public static ISiloBuilder AddPostgresLogStreams(this ISiloBuilder builder, string name, Action<OptionsBuilder<PostgresLogStreamOptions>> configure)
    {
        configure(builder.Services.AddOptions<PostgresLogStreamOptions>(name).ValidateOnStart());
        builder.Services.AddSingleton<IValidateOptions<PostgresLogStreamOptions>>(new PostgresLogStreamOptionsValidator(name));
        return builder.AddPersistentStreams(name, PostgresLogAdapterFactory.Create, HandlerDelivery.Configure);
    }
}
