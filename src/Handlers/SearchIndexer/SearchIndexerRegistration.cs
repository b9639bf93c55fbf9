using Microsoft.Extensions.Configuration;
using Switchboard.Storage.Search;

namespace Switchboard.Handlers.SearchIndexer;

/// <summary>Adds the flavor, and whoever looks after its index.</summary>
internal static class SearchIndexerRegistration
{
    public static void AddSearchIndexer(this HandlerCatalog catalog, IConfiguration configuration)
    {
        catalog.Add<SearchIndexerHandler>(SearchIndexerHandler.Definition);
        if (catalog.Serves(SearchIndexerHandler.Definition))
        {
            catalog.Services.AddCaseSearchGuard(configuration);
        }
    }
}
