using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search.Elasticsearch;

/// <summary>
/// What every engine promises, over the wire: against an index in memory always, and against a real one (which the test may fill and
/// whose indices it removes again) when SWITCHBOARD_TEST_ELASTICSEARCH holds its address.
/// </summary>
public sealed class ElasticsearchContractTests(ElasticsearchContractTests.Filled filled, ITestOutputHelper output) : IClassFixture<ElasticsearchContractTests.Filled>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_gives_what_the_model_gives_and_nothing_of_the_other_organisation(bool real) =>
        await CheckAsync(real, (world, random) => SearchContract.SearchesAsync(world.Search, filled.Orgs, random, 1_000, Cancelled));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counts_and_aggregates_give_what_the_model_gives(bool real) =>
        await CheckAsync(real, (world, random) => SearchContract.CountsAsync(world.Search, filled.Orgs, random, 200, Cancelled));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_walk_meets_every_match_once(bool real) =>
        await CheckAsync(real, (world, random) => SearchContract.WalksAsync(world.Search, filled.Orgs, random, 100, Cancelled));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Suggestions_begin_with_what_was_typed(bool real) =>
        await CheckAsync(real, (world, _) => SearchContract.SuggestsAsync(world.Search, filled.Orgs[0], Cancelled));

    private async Task CheckAsync(bool real, Func<ElasticsearchWorld, Random, Task> check)
    {
        output.WriteLine($"seed {filled.Seed}");
        Assert.SkipUnless(!real || filled.Real is not null, "SWITCHBOARD_TEST_ELASTICSEARCH is not set");
        await check(real ? filled.Real! : filled.InMemory, new Random(filled.Seed));
        filled.Complaints.ShouldBeEmpty();
    }

    /// <summary>Two organisations with the same cases, indexed from their rows.</summary>
    public sealed class Filled : IAsyncLifetime
    {
        private readonly DatabaseFixture _fixture = new();
        private ElasticsearchPeer? _peer;

        public int Seed { get; } = Environment.TickCount;

        internal SearchCases[] Orgs { get; private set; } = [];

        internal ElasticsearchWorld InMemory { get; private set; } = null!;

        internal ElasticsearchWorld? Real { get; private set; }

        internal IReadOnlyList<string> Complaints => _peer!.Complaints;

        public async ValueTask InitializeAsync()
        {
            await _fixture.InitializeAsync();
            Orgs = [SearchCases.Make(Seed, 300), SearchCases.Make(Seed, 300)];
            foreach (var org in Orgs)
            {
                await SearchRows.WriteAsync(_fixture.Database.DataSource, org, CancellationToken.None);
            }

            _peer = new(new IndexInMemory().Answer);
            InMemory = new(_fixture.Database, ElasticsearchWorld.At(_peer.Address));
            await InMemory.Rebuild.RebuildAsync(null, CancellationToken.None);
            if (Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_ELASTICSEARCH") is { Length: > 0 } address)
            {
                Real = new(_fixture.Database, ElasticsearchWorld.At(address, $"switchboard-test-{Guid.NewGuid():N}"));
                await Real.Rebuild.RebuildAsync(null, CancellationToken.None);
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (Real is not null)
            {
                await Real.Indices.DeleteOthersAsync("", CancellationToken.None);
                await Real.DisposeAsync();
            }

            await InMemory.DisposeAsync();
            await _peer!.DisposeAsync();
            await _fixture.DisposeAsync();
        }
    }
}
