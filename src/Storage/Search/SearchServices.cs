using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.Access;
using Switchboard.Grains.Search;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Search.Elasticsearch;

namespace Switchboard.Storage.Search;

/// <summary>Puts the search of the configured engine into a host.</summary>
public static class SearchServices
{
    /// <summary>Registers <see cref="ICaseSearch"/>, <see cref="ISearchRebuild"/> and <see cref="ICaseIndexer"/> (section <c>Search</c>).</summary>
    public static IServiceCollection AddCaseSearch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SearchOptions>().Bind(configuration.GetSection(SearchOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SearchOptions>, SearchOptionsValidator>();
        services.AddOptions<ElasticsearchOptions>().Bind(configuration.GetSection(ElasticsearchOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ElasticsearchOptions>, ElasticsearchOptionsValidator>();

        services.AddSingleton<ElasticsearchClient>();
        services.AddSingleton<SearchIndexMetrics>();
        services.AddSingleton<IndexAdministration>();
        services.AddSingleton<BulkIndexer>();
        services.AddSingleton<SearchDebts>();
        services.AddSingleton<SearchRebuild>();
        services.AddSingleton<IndexLane>();
        services.AddSingleton(static provider => ActivatorUtilities.CreateInstance<PostgresCaseSearch>(provider, Source(provider), CaseTypes.BuiltIn));
        services.TryAddSingleton<ProjectAccess>();
        services.AddSingleton<ICaseSearch>(static provider => ActivatorUtilities.CreateInstance<ScopedCaseSearch>(
            provider,
            Engine(provider) == SearchEngine.Elasticsearch
                ? ActivatorUtilities.CreateInstance<ElasticsearchCaseSearch>(provider, Source(provider), CaseTypes.BuiltIn)
                : provider.GetRequiredService<PostgresCaseSearch>()));
        if (Engine(configuration) == SearchEngine.Postgres)
        {
            services.AddHostedService<FacetUpkeep>();
        }

        services.AddSingleton<ISearchRebuild>(static provider => Engine(provider) == SearchEngine.Elasticsearch
            ? provider.GetRequiredService<SearchRebuild>()
            : ActivatorUtilities.CreateInstance<PostgresSearchRebuild>(provider));
        services.AddSingleton<ICaseIndexer>(static provider => Engine(provider) == SearchEngine.Elasticsearch
            ? ActivatorUtilities.CreateInstance<CaseIndexer>(provider)
            : new NoCaseIndexer());
        return services;
    }

    /// <summary>Lets this process look after the index, if the engine has one; for processes that index.</summary>
    public static IServiceCollection AddCaseSearchGuard(this IServiceCollection services, IConfiguration configuration)
    {
        if (Engine(configuration) == SearchEngine.Elasticsearch)
        {
            services.AddHostedService<SearchIndexGuard>();
        }

        return services;
    }

    private static SearchEngine Engine(IConfiguration configuration) =>
        configuration.GetSection(SearchOptions.Section).GetValue(nameof(SearchOptions.Engine), SearchEngine.Postgres);

    private static SearchEngine Engine(IServiceProvider provider) => provider.GetRequiredService<IOptions<SearchOptions>>().Value.Engine;

    private static NpgsqlDataSource Source(IServiceProvider provider) => provider.GetRequiredService<TenantDatabase>().Primary;
}
