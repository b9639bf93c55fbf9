using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Switchboard.Handlers.Evp;

/// <summary>Adds the flavor.</summary>
internal static class EvpRegistration
{
    public static void AddEvpIndexer(this HandlerCatalog catalog, IConfiguration configuration)
    {
        catalog.Services.AddOptions<EvpOptions>().Bind(configuration.GetSection(EvpOptions.Section)).ValidateOnStart();
        catalog.Services.AddSingleton<IValidateOptions<EvpOptions>, EvpOptionsValidator>();
        catalog.Add<EvpHandler>(EvpHandler.Definition);
        catalog.Services.AddSingleton<EvpFiles>();
        if (catalog.Serves(EvpHandler.Definition))
        {
            catalog.Services.AddHostedService<EvpWriter>();
        }
    }
}
