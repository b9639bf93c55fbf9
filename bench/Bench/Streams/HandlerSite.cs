using Microsoft.Extensions.DependencyInjection;
using Switchboard.Bench.Store;
using Switchboard.Handlers;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.PostgresLog;
using Switchboard.Testing.Postgres;

namespace Switchboard.Bench.Streams;

/// <summary>
/// One process as in the product, without HTTP: the cases' grains, the handlers, and a database that waits for its disk. Search is PostgreSQL's,
/// and no webhook is set up.
/// </summary>
internal sealed class HandlerSite : IAsyncDisposable
{
    private readonly TestServer _server;
    private readonly TestDatabase _database;
    private readonly HandlerCatalog _catalog;
    private readonly DirectoryInfo _files;

    private HandlerSite(TestServer server, TestDatabase database, CaseUpdates updates, HandlerCatalog catalog, DirectoryInfo files)
    {
        (_server, _database, Updates, _catalog, _files) = (server, database, updates, catalog, files);
        Handled = new HandledEvents();
        Control = new StreamControl(updates.Services.GetRequiredService<TenantDatabases>().All.First());
    }

    public CaseUpdates Updates { get; }

    public HandledEvents Handled { get; }

    public StreamControl Control { get; }

    /// <summary>The names of the flavors.</summary>
    public IEnumerable<string> Flavors => _catalog.Served.Select(static flavor => flavor.Name);

    /// <summary>Starts everything and opens the cases.</summary>
    /// <param name="cases">How many cases.</param>
    /// <param name="callers">How many change them.</param>
    /// <param name="flavors">The flavors to serve, as in <c>Handlers:Flavors</c>; null: all nine.</param>
    /// <param name="register">Flavors and services of the bench.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<HandlerSite> StartAsync(
        int cases, int callers, string? flavors, Action<HandlerCatalog>? register, CancellationToken cancellationToken)
    {
        var server = await TestServer.StartAsync(("fsync", "on"), ("full_page_writes", "on"), ("max_wal_size", "4GB"), ("autovacuum_naptime", "1min"));
        var database = await TestDatabase.CreateAsync(server);
        var files = Directory.CreateTempSubdirectory("switchboard-bench-");
        HandlerCatalog? catalog = null;
        var updates = await CaseUpdates.PrepareAsync(database.ConnectionString, cases, callers, cancellationToken, (builder, silo) =>
        {
            builder.Configuration["Files:Store"] = files.FullName;
            builder.Configuration["Handlers:Flavors"] = flavors;
            catalog = builder.Services.AddSwitchboardHandlers(builder.Configuration);
            register?.Invoke(catalog);
            builder.Services.AddSwitchboardStreams(builder.Configuration);
            foreach (var flavor in catalog.Served)
            {
                silo.AddPostgresLogStreams(flavor.Name, options => options.Configure<IServiceProvider>((stream, services) =>
                    (stream.Flavor, stream.Wants) = (flavor.Name, catalog.FilterOf(flavor, services))));
            }
        });
        return new HandlerSite(server, database, updates, catalog!, files);
    }

    /// <summary>The number of events in the log.</summary>
    public async Task<long> EventsAsync() => (long)(await _database.ExecuteAsync("select count(*) from domain_events"))!;

    /// <summary>Waits until the position of every queue stands behind the last event.</summary>
    /// <param name="except">A flavor that is not waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task CaughtUpAsync(string? except, CancellationToken cancellationToken)
    {
        var behind =
            $"""
            select count(*) from stream_queue q, (select tx, seq from domain_events order by tx desc, seq desc limit 1) last
            where q.consumer <> '{except}' and coalesce((q.tx, q.next) <= (last.tx, last.seq), true)
            """;
        await using var command = _database.DataSource.CreateCommand(behind);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while ((long)(await command.ExecuteScalarAsync(cancellationToken))! > 0)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Runs a statement.</summary>
    public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        foreach (var flavor in Flavors)
        {
            await Control.PauseAsync(flavor, "bench", cancellationToken);
        }
    }

    public Task ResumeAsync() => _database.ExecuteAsync("update stream_consumer set paused = false");

    public async ValueTask DisposeAsync()
    {
        Handled.Dispose();
        await Updates.DisposeAsync();
        await _database.DisposeAsync();
        await _server.DisposeAsync();
        _files.Delete(recursive: true);
    }
}
