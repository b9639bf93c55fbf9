using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Handlers.Audit;

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
        catalog.AddAudit();
        return catalog;
    }
}
