using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Grains.Search;
using Switchboard.Storage.Search;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Search;

public sealed class SearchAgainstModelTests(DatabaseFixture fixture, ITestOutputHelper output) : IClassFixture<DatabaseFixture>
{
    private const int Queries = 2_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_search_gives_what_the_model_gives_and_nothing_of_the_other_organisation()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        SearchCases[] twins = [SearchCases.Make(seed, 300), SearchCases.Make(seed, 300)];
        foreach (var org in twins)
        {
            await SearchRows.WriteAsync(fixture.Database.DataSource, org, Cancelled);
        }

        var search = new PostgresCaseSearch(
            fixture.Database.DataSource, SearchCases.Types, new FakeTimeProvider(SearchCases.Now), Options.Create(new SearchOptions { Timeout = TimeSpan.FromMinutes(1) }));
        var random = new Random(seed);
        var found = 0L;
        for (var i = 0; i < Queries; i++)
        {
            var org = twins[i % 2];
            var text = new SearchTerms(random, org).Next();
            var request = Request(random, org, text);
            var page = (await search.SearchAsync(request, Cancelled)).Value.ShouldNotBeNull($"seed {seed}: {text}");
            var expected = Model(org, request);

            page.Total.ShouldBe(expected.Length, $"seed {seed}: {text}");
            page.Cases.Select(static c => c.Key).ShouldBe(
                expected.Skip(request.PageSize * (request.PageNumber - 1)).Take(request.PageSize).Select(static c => c.Key), $"seed {seed}: {request.Sort} {request.Ascending} {text}");
            page.Cases.ShouldAllBe(c => c.OrgId == org.OrgId, $"seed {seed}: {text}");
            found += page.Cases.Length;
        }

        found.ShouldBeGreaterThan(Queries, "the queries find too little to show anything");
    }

    private static CaseSearchRequest Request(Random random, SearchCases org, string text)
    {
        var size = random.Next(1, 101);
        return new(
            org.OrgId,
            random.Next(5) == 0 ? Guid.Empty : org.Users[random.Next(org.Users.Length)].Id,
            SearchQuery.Parse(text).Value.ShouldNotBeNull(text),
            (CaseSort)random.Next(3),
            random.Next(2) == 0,
            size,
            random.Next(3) > 0 ? 1 : random.Next(1, 5));
    }

    private static ImmutableArray<CaseSnapshot> Model(SearchCases org, CaseSearchRequest request)
    {
        var filter = SearchBinder.Bind(request.Query, new(request.CallerId, SearchCases.Now, SearchCases.Types)).Value.ShouldNotBeNull();
        var matcher = new SearchMatcher(org.Directory);
        var matching = org.Cases.Where(c => matcher.Matches(filter, c));
        var ordered = request.Sort switch
        {
            CaseSort.CreatedAt => matching.OrderByDescending(static c => c.CreatedAt).ThenByDescending(static c => c.Id),
            CaseSort.Priority => matching.OrderBy(static c => c.Priority == CasePriority.NotDefined ? 6 : (int)c.Priority)
                .ThenByDescending(static c => c.CreatedAt).ThenByDescending(static c => c.Id),
            _ => matching.OrderBy(static c => c.StatusGroup).ThenBy(static c => c.StatusName.ToLowerInvariant(), StringComparer.Ordinal)
                .ThenByDescending(static c => c.CreatedAt).ThenByDescending(static c => c.Id),
        };
        var newestFirst = request.Sort == CaseSort.CreatedAt;
        return request.Ascending == newestFirst ? [.. ordered.Reverse()] : [.. ordered];
    }
}
