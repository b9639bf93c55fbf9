using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Switchboard.Handlers;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Kafka;
using Switchboard.Streams.PostgresLog;
using Switchboard.Streams.Relay;

namespace Switchboard.Silo.Hosting;

/// <summary>What carries events to handlers; section <c>Streams</c>.</summary>
internal sealed class StreamOptions
{
    /// <summary>The log itself.</summary>
    public const string Postgres = "Postgres";

    /// <summary>Topics.</summary>
    public const string Kafka = "Kafka";

    /// <summary>The transports there are.</summary>
    public static readonly string[] Known = [Postgres, Kafka];

    /// <summary><c>Postgres</c>: handlers read the log themselves. <c>Kafka</c>: the relay publishes the log to topics, and handlers read those.</summary>
    public string Transport { get; set; } = Postgres;

    /// <summary>Whether a configuration asks for Kafka.</summary>
    public static bool IsKafka(IConfiguration configuration) => Kafka.Equals(configuration["Streams:Transport"], StringComparison.OrdinalIgnoreCase);
}

/// <summary>Checks <see cref="StreamOptions"/> at start.</summary>
internal sealed class StreamOptionsValidator : IValidateOptions<StreamOptions>
{
    public ValidateOptionsResult Validate(string? name, StreamOptions options) =>
        StreamOptions.Known.Contains(options.Transport, StringComparer.OrdinalIgnoreCase)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Streams:Transport is '{options.Transport}'; the transports are {string.Join(", ", StreamOptions.Known)}.");
}

/// <summary>Brings events to the handlers that this process serves: a stream provider for each flavor and tenant.</summary>
internal static class StreamWiring
{
    /// <summary>A provider's name: the flavor's, and for another tenant than case-management that too.</summary>
    public static string ProviderName(Flavor flavor, string tenant) =>
        tenant == TenantDatabases.CaseManagementTenant ? flavor.Name : $"{flavor.Name}@{tenant}";

    /// <summary>Adds the providers.</summary>
    public static void AddHandlerStreams(this ISiloBuilder silo, HandlerCatalog catalog, IConfiguration configuration)
    {
        var kafka = AddTransport(silo.Services, configuration);
        foreach (var flavor in catalog.Served)
        {
            foreach (var tenant in Tenants(configuration))
            {
                var name = ProviderName(flavor, tenant);
                if (kafka)
                {
                    var topic = tenant == TenantDatabases.CaseManagementTenant ? flavor.Topic : null;
                    silo.AddKafkaStreams(name, options => options.Configure<IServiceProvider>((stream, services) =>
                        (stream.Flavor, stream.Tenant, stream.Wants, stream.Topic) = (flavor.Name, tenant, catalog.FilterOf(flavor, services), topic)));
                }
                else
                {
                    silo.AddPostgresLogStreams(name, options => options.Configure<IServiceProvider>((stream, services) =>
                        (stream.Flavor, stream.Tenant, stream.Wants) = (flavor.Name, tenant, catalog.FilterOf(flavor, services))));
                }
            }
        }
    }

    /// <summary>Adds what brings the log to the transport; nothing where handlers read the log themselves.</summary>
    public static void AddRelay(this IServiceCollection services, IConfiguration configuration)
    {
        if (AddTransport(services, configuration))
        {
            services.AddEventRelay(configuration);
            services.PostConfigure<RelayOptions>(static options => options.Routes.Insert(0, AlertsRoute()));
        }
    }

    /// <summary>Alerts have a topic to themselves: a storm of them is nobody else's business.</summary>
    private static RelayRoute AlertsRoute() => new()
    {
        Topic = "case-intake",
        Tenant = TenantDatabases.CaseManagementTenant,
        Types = { "intake.*" },
        Alone = true,
    };

    private static bool AddTransport(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSwitchboardStreams(configuration);
        if (!StreamOptions.IsKafka(configuration))
        {
            return false;
        }

        services.AddKafkaTransport(configuration);
        return true;
    }

    private static IEnumerable<string> Tenants(IConfiguration configuration) => configuration["Databases:OnCall:Primary"] is { Length: > 0 }
        ? [TenantDatabases.CaseManagementTenant, TenantDatabases.OnCallTenant]
        : [TenantDatabases.CaseManagementTenant];
}
