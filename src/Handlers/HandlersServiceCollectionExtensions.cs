using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Switchboard.Handlers.Analytic;
using Switchboard.Handlers.Attributes;
using Switchboard.Handlers.Audit;
using Switchboard.Handlers.CaseIndexer;
using Switchboard.Handlers.CaseLinks;
using Switchboard.Handlers.Evp;
using Switchboard.Handlers.Nexus;
using Switchboard.Handlers.Rebuilding;
using Switchboard.Handlers.Replays;
using Switchboard.Handlers.Running;
using Switchboard.Handlers.SearchIndexer;
using Switchboard.Handlers.Timeline;
using Switchboard.Handlers.Webhooks;

namespace Switchboard.Handlers;

/// <summary>Puts the handlers into a host.</summary>
public static class HandlersServiceCollectionExtensions
{
    /// <summary>
    /// Registers every flavor of this release and what they share (section <c>Handlers</c>). The storage must be registered too. A flavor
    /// comes to life where a stream provider of its name delivers to it: one for each of <see cref="HandlerCatalog.Served"/>.
    /// </summary>
    /// <returns>The flavors.</returns>
    public static HandlerCatalog AddSwitchboardHandlers(this IServiceCollection services, IConfiguration configuration)
    {
        var catalog = new HandlerCatalog(services, configuration);
        services.AddSingleton(catalog);
        services.AddFrame(configuration);
        catalog.AddTimeline();
        catalog.AddAnalytic();
        catalog.AddAudit();
        catalog.AddEvpIndexer(configuration);
        catalog.AddNexus();
        catalog.AddSearchIndexer(configuration);
        catalog.AddAttributesIndexer(configuration);
        catalog.AddCaseLink();
        catalog.AddCaseIndexer(configuration);
        catalog.AddWebhook(configuration);
        return catalog;
    }

    private static void AddFrame(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<HandlerOptions>().Bind(configuration.GetSection(HandlerCatalog.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HandlerOptions>, HandlerOptionsValidator>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<HandlerInstruments>();
        services.AddSingleton<PipeParts>();
        services.AddSingleton<Replayer>();
        services.AddSingleton<Rebuilder>();
        services.AddHostedService<RequestWatcher>();
        services.AddHostedService<HandlerUpkeep>();
    }
}
