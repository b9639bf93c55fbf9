using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Cases;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Orgs;
using Switchboard.Grains.Projects;
using Switchboard.Grains.Timeline;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Storage.Events;
using Switchboard.Storage.Schema;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Schema;

/// <summary>All migrations on a database that was filled at migration 1: what the first release wrote can still be read and continued.</summary>
public sealed class UpgradeTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly Guid _org = Id(1);
    private TestDatabase _database = null!;
    private TestStorage _storage = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync(server.Server);
        await MigrateAsync(Migration.BuiltIn.Take(1));
        await _database.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Schema", "Fill", "0001.sql"), Token));
        await MigrateAsync(Migration.BuiltIn);
        _storage = TestStorage.Connect(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Rows_of_the_first_release_are_read()
    {
        var one = await _storage.Rows<CaseSnapshot>().LoadAsync(_org, Id(16), Token);
        one!.Title.ShouldBe("Checkout answers with 502 in eu-west-1");
        one.Attributes["team"].ShouldBe(["Payments", "SRE"]);
        one.CreatedAt.ShouldBe(new DateTimeOffset(2026, 1, 7, 9, 1, 0, 123, 456, TimeSpan.Zero));
        (await _storage.Rows<CaseSnapshot>().LoadAsync(_org, Id(17), Token))!.ArchivedAt.ShouldNotBeNull();

        var user = await _storage.Rows<UserSnapshot>().LoadAsync(_org, Id(3), Token);
        user!.ServiceAccount.ShouldBeTrue();
        user.Roles.ShouldBeEmpty();
        (await _storage.Rows<KeySnapshot>().LoadAsync(_org, Id(5), Token))!.Scopes.ShouldBe(["cases_read", "cases_write"]);
        (await _storage.Rows<OrgSnapshot>().LoadAsync(_org, _org, Token))!.Name.ShouldBe("Acme Ltd");
        var project = await _storage.Rows<ProjectSnapshot>().LoadAsync(_org, Id(6), Token);
        project!.Settings["notification"].ShouldBe("""{"enabled":true}""");
        project.ColumnsConfig.ShouldBe("""{"columns":[{"field":"status"}]}""");
    }

    [Fact]
    public async Task Directories_timelines_and_answers_of_the_first_release_are_read()
    {
        (await Port<ICaseDirectory>().FindByKeyAsync(_org, "ops-2", Token)).ShouldBe(Id(17));
        (await Port<ICaseDirectory>().ListOfProjectAsync(_org, Id(6), Token).CountAsync(Token)).ShouldBe(3);
        (await Port<IProjectDirectory>().ListAsync(_org, Token)).Length.ShouldBe(1);
        (await Port<IOrgDirectory>().FindFirstOrgAsync(Token))!.Id.ShouldBe(_org);
        (await Port<IOrgDirectory>().FindUserByEmailAsync(_org, "Ada@Acme.example", Token))!.Id.ShouldBe(Id(2));
        var cells = await Port<ITimelineReader>().ListAsync(new TimelineQuery(_org, Id(16), 10, 0), Token);
        cells.Select(cell => cell.Id).ShouldBe([Id(33), Id(32)]);
        cells[0].Content.ShouldBe("""{"message":"Looking at it, the \"new\" balancer drops keep-alive."}""");
        (await _storage.Store.FindAnswerAsync(_org, "POST /api/v2/cases 7f3e", Token))!.Json.ShouldContain("OPS-1");
    }

    [Fact]
    public async Task Every_event_of_the_first_release_is_read_from_the_feed()
    {
        var epoch = await _storage.Feed.GetEpochAsync(Token);
        var names = new HashSet<string>();
        var codec = new EventCodec();
        for (var position = FeedPosition.Start(epoch); ;)
        {
            var batch = await _storage.Feed.ReadAsync(position, 10, Token);
            if (batch.Events.IsEmpty)
            {
                break;
            }

            names.UnionWith(batch.Events.Select(recorded => codec.NameOf(recorded.Body.GetType()).Name));
            position = batch.Events[^1].Position;
        }

        names.Count.ShouldBe(28, "event types of the first release; later ones come on top");
    }

    [Fact]
    public async Task Aggregates_of_the_first_release_go_on()
    {
        var one = (await _storage.Rows<CaseSnapshot>().LoadAsync(_org, Id(16), Token))!;
        var next = Samples.SetTitle(one, "Still going");

        (await _storage.Store.AppendAsync(next, Token)).Status.ShouldBe(AppendStatus.Appended);
        (await _storage.Numbers.NextAsync(_org, Id(6), Token)).ShouldBe(new CaseNumber(4, 4));

        Json.Of(await _storage.Rows<CaseSnapshot>().LoadAsync(_org, Id(16), Token)).ShouldBe(Json.Of(Samples.CaseOf(next)));
    }

    private T Port<T>()
        where T : class => (T)_storage.Services.GetService(typeof(T))!;

    private Task MigrateAsync(IEnumerable<Migration> migrations) =>
        new DatabaseMigrator([.. migrations], new FakeTimeProvider(), NullLogger<DatabaseMigrator>.Instance).MigrateAsync(_database.ConnectionString, Token);

    private static Guid Id(int number) => new($"0198c3c4-0000-7000-8000-{number:x12}");
}
