using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Search;
using Switchboard.Storage.Search.Elasticsearch;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search.Elasticsearch;

/// <summary>Everything that talks to one cluster, beside one database.</summary>
internal sealed class ElasticsearchWorld : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly TenantDatabases _databases;

    public ElasticsearchWorld(TestDatabase database, ElasticsearchOptions options, TimeSpan? timeout = null)
    {
        var storage = Options.Create(new StorageOptions());
        _databases = new(Options.Create(new DatabaseOptions { CaseManagement = new() { Primary = database.ConnectionString } }), storage);
        Elasticsearch = Options.Create(options);
        Client = new(Elasticsearch);
        var metrics = new SearchIndexMetrics(_services.GetRequiredService<IMeterFactory>());
        Indices = new(Client, Elasticsearch, TimeProvider.System);
        Bulk = new(Client, Elasticsearch, metrics, TimeProvider.System);
        Debts = new(_databases.CaseManagement, TimeProvider.System);
        Rebuild = new(_databases.CaseManagement, Indices, Bulk, Debts, NullLogger<SearchRebuild>.Instance);
        Lane = new(Rebuild, Bulk, Debts, Elasticsearch, metrics);
        Guard = new(Rebuild, Indices, TimeProvider.System, NullLogger<SearchIndexGuard>.Instance);
        Search = new(
            Client, database.DataSource, SearchCases.Types, new FakeTimeProvider(SearchCases.Now),
            Options.Create(new SearchOptions { Engine = SearchEngine.Elasticsearch, Timeout = timeout ?? TimeSpan.FromSeconds(30) }), Elasticsearch);
    }

    public IOptions<ElasticsearchOptions> Elasticsearch { get; }

    public ElasticsearchClient Client { get; }

    public IndexAdministration Indices { get; }

    public BulkIndexer Bulk { get; }

    public SearchDebts Debts { get; }

    public SearchRebuild Rebuild { get; }

    public IndexLane Lane { get; }

    public SearchIndexGuard Guard { get; }

    public ElasticsearchCaseSearch Search { get; }

    public static ElasticsearchOptions At(string address, string index = "cases") => new() { Addresses = address, Index = index, Replicas = 0 };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _databases.DisposeAsync();
        await _services.DisposeAsync();
    }
}
