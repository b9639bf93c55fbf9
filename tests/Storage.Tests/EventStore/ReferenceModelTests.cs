using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Testing.InMemory;
using Switchboard.Testing.Postgres;
using Switchboard.Timeline;

namespace Switchboard.Storage.Tests.EventStore;

/// <summary>The store against the store in memory: the same appends, right and wrong ones, give the same answers and the same rows.</summary>
public sealed class ReferenceModelTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [1, 2, 3, Random.Shared.Next()];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Any_history_gives_the_answers_and_rows_of_the_model(int seed)
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        await using var storage = TestStorage.Connect(fixture.Database);
        var model = new InMemoryStore();
        var history = new RandomHistory(new Random(seed));

        for (var step = 0; step < 300; step++)
        {
            var request = history.Next();
            var expected = await model.AppendAsync(request, Token);
            var actual = await storage.Store.AppendAsync(request, Token);

            actual.ShouldBe(expected, $"seed {seed}, step {step}: {request.Stream} after {request.ExpectedVersion}");
            history.Note(request, expected);
        }

        foreach (var org in history.Orgs)
        {
            await CompareRowsAsync<CaseSnapshot>(storage, model, org, history.Cases, seed);
            await CompareRowsAsync<ProjectSnapshot>(storage, model, org, history.Projects, seed);
            await CompareRowsAsync<UserSnapshot>(storage, model, org, history.Users, seed);
            await CompareTimelinesAsync(storage, model, org, history.Cases, seed);
        }
    }

    private static async Task CompareRowsAsync<T>(TestStorage storage, InMemoryStore model, Guid org, IEnumerable<Guid> ids, int seed)
        where T : class
    {
        foreach (var id in ids)
        {
            var expected = await ((IAggregateRows<T>)(object)model).LoadAsync(org, id, Token);
            var actual = await storage.Rows<T>().LoadAsync(org, id, Token);
            Json.Of(actual).ShouldBe(Json.Of(expected), $"seed {seed}, {typeof(T).Name} {id}");
            var log = await model.ReadStreamAsync(org, id, 1, Token).Select(recorded => (recorded.Version, Json.Of<object>(recorded.Body))).ToListAsync(Token);
            var stored = await storage.Store.ReadStreamAsync(org, id, 1, Token).Select(recorded => (recorded.Version, Json.Of<object>(recorded.Body))).ToListAsync(Token);
            stored.ShouldBe(log, $"seed {seed}, events of {id}");
        }
    }

    private static async Task CompareTimelinesAsync(TestStorage storage, InMemoryStore model, Guid org, IEnumerable<Guid> cases, int seed)
    {
        var timeline = (Grains.Timeline.ITimelineReader)storage.Services.GetService(typeof(Grains.Timeline.ITimelineReader))!;
        foreach (var id in cases)
        {
            foreach (var query in new Grains.Timeline.TimelineQuery[]
            {
                new(org, id, 5, 0), new(org, id, 5, 1, Ascending: true), new(org, id, 100, 0, Kind: TimelineCellKinds.Comment),
            })
            {
                var expected = await model.ListAsync(query, Token);
                Json.Of(await timeline.ListAsync(query, Token)).ShouldBe(Json.Of(expected), $"seed {seed}, timeline of {id}");
            }
        }
    }
}
