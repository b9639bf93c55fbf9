using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Handlers.SearchIndexer;
using Switchboard.Storage.Search.Elasticsearch;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.SearchIndexer;

public sealed class SearchIndexerTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_database_as_engine_events_pass_with_nothing_to_do_and_no_index_is_looked_after()
    {
        await using var world = HandlerWorld.Create(fixture.Database);
        var handler = world.Services.GetRequiredService<SearchIndexerHandler>();
        handler.Wants(Event("case").Record).ShouldBeFalse();
        await handler.HandleAsync(Event("case"), Cancelled);
        world.Services.GetServices<IHostedService>().Select(static s => s.GetType().Name).ShouldNotContain("SearchIndexGuard");
    }

    [Fact]
    public async Task With_elasticsearch_as_engine_the_index_is_looked_after_where_the_flavor_is_served()
    {
        (string, string)[] settings = [("Search:Engine", "Elasticsearch"), ("Search:Elasticsearch:Addresses", "http://127.0.0.1:1")];
        await using var serving = HandlerWorld.Create(fixture.Database, settings: settings);
        serving.Services.GetServices<IHostedService>().Select(static s => s.GetType().Name).ShouldContain("SearchIndexGuard");
        await using var other = HandlerWorld.Create(fixture.Database, settings: [.. settings, ("Handlers:Flavors", "audit")]);
        other.Services.GetServices<IHostedService>().Select(static s => s.GetType().Name).ShouldNotContain("SearchIndexGuard");
    }

    [Fact]
    public async Task Each_event_of_a_case_is_written_with_its_place_in_the_log()
    {
        var indexer = new Notebook();
        var handler = new SearchIndexerHandler(indexer);
        var handled = Event("case");
        handler.Wants(handled.Record).ShouldBeTrue();
        handler.Wants(Event("project").Record).ShouldBeFalse();
        await handler.HandleAsync(handled, Cancelled);
        indexer.Written.ShouldBe([handled.Record]);
    }

    private static HandledEvent Event(string streamType) =>
        Deliveries.Event(Guid.NewGuid(), Guid.NewGuid(), 2, new TitleChanged("a", "b"), streamType);

    private sealed class Notebook : ICaseIndexer
    {
        public List<EventRecord> Written { get; } = [];

        public Task WriteAsync(EventRecord record, CancellationToken cancellationToken)
        {
            Written.Add(record);
            return Task.CompletedTask;
        }
    }
}
