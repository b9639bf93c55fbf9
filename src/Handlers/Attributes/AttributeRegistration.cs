using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Suggestions;

namespace Switchboard.Handlers.Attributes;

/// <summary>Adds the flavor.</summary>
internal static class AttributeRegistration
{
    public static void AddAttributesIndexer(this HandlerCatalog catalog, IConfiguration configuration)
    {
        catalog.Services.AddOptions<AttributeOptions>().Bind(configuration.GetSection(AttributeOptions.Section)).ValidateOnStart();
        catalog.Services.AddSingleton<IValidateOptions<AttributeOptions>, AttributeOptionsValidator>();
        catalog.Add<AttributeHandler>(AttributeHandler.Definition);
        catalog.Services.AddSingleton<ICaseSuggester, CaseSuggester>();
    }
}
