using Microsoft.Extensions.Options;
using Switchboard.Storage.Search;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search;

/// <summary>Random requests give what looking at every case gives, in each of two organisations that hold the same cases.</summary>
public sealed class SearchAgainstModelTests(SearchAgainstModelTests.Twins twins, ITestOutputHelper output) : IClassFixture<SearchAgainstModelTests.Twins>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_search_gives_what_the_model_gives_and_nothing_of_the_other_organisation() =>
        CheckAsync(random => SearchContract.SearchesAsync(twins.Search, twins.Orgs, random, 1_500, Cancelled));

    [Fact]
    public Task A_search_gives_what_a_filter_gives_that_knows_nothing_of_the_language() =>
        CheckAsync(random => SearchContract.PlainSearchesAsync(twins.Search, twins.Orgs, random, 1_500, Cancelled));

    [Fact]
    public Task A_garbled_query_is_answered_or_refused_with_the_documented_error() =>
        CheckAsync(random => SearchContract.GarbledAsync(twins.Search, twins.Orgs, random, 500, Cancelled));

    [Fact]
    public Task Counts_and_aggregates_give_what_the_model_gives() =>
        CheckAsync(random => SearchContract.CountsAsync(twins.Search, twins.Orgs, random, 500, Cancelled));

    [Fact]
    public Task A_walk_meets_every_match_once() =>
        CheckAsync(random => SearchContract.WalksAsync(twins.Search, twins.Orgs, random, 200, Cancelled));

    [Fact]
    public Task Suggestions_begin_with_what_was_typed() =>
        CheckAsync(_ => SearchContract.SuggestsAsync(twins.Search, twins.Orgs[0], Cancelled));

    private async Task CheckAsync(Func<Random, Task> check)
    {
        output.WriteLine($"seed {twins.Seed}");
        await check(new Random(twins.Seed));
    }

    /// <summary>The organisations. No test writes.</summary>
    public sealed class Twins : IAsyncLifetime
    {
        private readonly DatabaseFixture _fixture = new();

        public int Seed { get; } = Environment.TickCount;

        internal SearchCases[] Orgs { get; private set; } = [];

        internal PostgresCaseSearch Search { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await _fixture.InitializeAsync();
            Orgs = [SearchCases.Make(Seed, 300), SearchCases.Make(Seed, 300)];
            foreach (var org in Orgs)
            {
                await SearchRows.WriteAsync(_fixture.Database.DataSource, org, CancellationToken.None);
            }

            Search = new PostgresCaseSearch(
                _fixture.Database.DataSource, SearchCases.Types, new FakeTimeProvider(SearchCases.Now), Options.Create(new SearchOptions { Timeout = TimeSpan.FromMinutes(1) }));
        }

        public ValueTask DisposeAsync() => _fixture.DisposeAsync();
    }
}
