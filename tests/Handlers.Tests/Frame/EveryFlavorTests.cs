using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Handlers.Timeline;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Frame;

/// <summary>What holds for each flavor of this release, whatever it does.</summary>
public sealed class EveryFlavorTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private HandlerWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _world = HandlerWorld.Create(database.Database);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("case.opened", 1, "not JSON", DeadLetterReason.Undecodable)]
    [InlineData("case.opened", 99, "{}", DeadLetterReason.FutureSchema)]
    public async Task A_record_that_cannot_be_read_is_parked_in_each_flavor_that_wants_it(string type, int schema, string payload, DeadLetterReason reason)
    {
        var record = _world.Record(new CaseArchived(), _org, Guid.CreateVersion7(), 1) with { Type = type, Schema = schema, Payload = payload };
        var parked = new List<string>();
        foreach (var pipe in _world.Pipes)
        {
            await pipe.HandleAsync(record, Token);
            var letters = await _world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery(pipe.Flavor.Name, StreamId: record.StreamId), Token);
            if (!letters.IsEmpty)
            {
                letters.ShouldHaveSingleItem().Letter.Reason.ShouldBe(reason, pipe.Flavor.Name);
                parked.Add(pipe.Flavor.Name);
            }
        }

        parked.ShouldContain("timeline");
        parked.ShouldContain("analytic");
        parked.ShouldContain("audit");
    }

    [Fact]
    public async Task A_handler_that_always_throws_parks_by_the_policy_of_its_flavor()
    {
        var flavors = _world.Services.GetRequiredService<HandlerCatalog>().Known;
        flavors.Count.ShouldBeGreaterThanOrEqualTo(3);
        foreach (var flavor in flavors)
        {
            // The flavor as it is, but for the pauses, with a handler that fails.
            var quick = flavor with { Name = $"{flavor.Name}-failing", FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(2) };
            await using var world = HandlerWorld.Create(database.Database, catalog =>
            {
                catalog.Services.AddSingleton(quick);
                catalog.Add<FailingHandler>(quick);
            });
            var stream = Guid.CreateVersion7();
            foreach (var version in new[] { 1L, 2, 3 })
            {
                await world.PipeTo<FailingHandler>().HandleAsync(world.Record(new TitleChanged("a", "b"), _org, stream, version), Token);
            }

            var letters = await world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery(quick.Name, StreamId: stream), Token);
            letters.Length.ShouldBe(3, flavor.Name);
            letters[0].Letter.Attempts.ShouldBe(flavor.MostAttempts);
            letters[0].Letter.Error.ShouldContain("always fails");
            letters[1].Letter.Reason.ShouldBe(flavor.WhenParked == ParkPolicy.ParkCase ? DeadLetterReason.BehindAnother : DeadLetterReason.HandlerFailed);
        }
    }

    [Fact]
    public async Task A_comment_of_five_megabytes_holds_up_nobody()
    {
        var stream = Guid.CreateVersion7();
        var record = _world.Record(new CommentAdded(Guid.CreateVersion7(), new string('x', 5_000_000)), _org, stream, 1);

        await _world.PipeTo<TimelineHandler>().HandleAsync(record, Token);

        (await database.Database.ExecuteAsync($"select length(new_value::text) from timeline_entry where case_id = '{stream}'")).ShouldBe(5_000_002);
    }

    [Fact]
    public void Each_flavor_has_a_name_that_streams_and_rows_can_bear()
    {
        foreach (var flavor in _world.Services.GetRequiredService<HandlerCatalog>().Known)
        {
            flavor.Name.ShouldMatch("^[a-z][a-z0-9-]{1,40}$");
            (flavor.MostAttempts * flavor.LongestPause).ShouldBeLessThan(TimeSpan.FromSeconds(25), flavor.Name);
        }
    }

    private sealed class FailingHandler(Flavor flavor) : RowHandler<EventRecord>
    {
        public override Flavor Flavor => flavor;

        public override ImmutableArray<string> Tables => [];

        public override ValueTask<ImmutableArray<EventRecord>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("This handler always fails.");

        public override ValueTask WriteAsync(EffectBatch<EventRecord> batch, CancellationToken cancellationToken) => default;
    }
}
