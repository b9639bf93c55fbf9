using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>Adds the flavor.</summary>
internal static class CaseIndexerRegistration
{
    /// <summary>Processes that serve the flavor also look for senders that have fallen silent.</summary>
    public static void AddCaseIndexer(this HandlerCatalog catalog, IConfiguration configuration)
    {
        catalog.Add<CaseIndexerHandler>(CaseIndexerHandler.Definition);
        var services = catalog.Services;
        services.AddOptions<IndexerOptions>().Bind(configuration.GetSection(IndexerOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IndexerOptions>, IndexerOptionsValidator>();
        services.AddSingleton<IndexerInstruments>();
        services.AddSingleton<EffectRunner>();
        services.AddSingleton<HeartbeatWatch>();
        services.AddSingleton<IntakeSweep>();
        if (catalog.Serves(CaseIndexerHandler.Definition))
        {
            services.AddHostedService<IndexerUpkeep>();
        }
    }
}
