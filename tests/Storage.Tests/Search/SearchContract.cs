using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Tests.Search;

/// <summary>What every engine promises, checked with random requests against the model.</summary>
internal static class SearchContract
{
    private static readonly string[] s_fields =
    [
        "status", "status_group", "status_name", "priority", "type", "type_id", "project", "project_id", "assignee", "created_by", "modified_by", "creation_source",
        "archived", "team", "service", "x.y-z_@", "points", "nothing", "size", "runbook", "watcher", "insight.type",
        "resolved_reason", "closed_reason", "due_date",
    ];

    /// <summary>Pages and totals.</summary>
    public static async Task SearchesAsync(ICaseSearch search, SearchCases[] orgs, Random random, int queries, CancellationToken cancellationToken)
    {
        var found = 0L;
        for (var i = 0; i < queries; i++)
        {
            var (org, text) = Draw(orgs, random);
            var size = random.Next(1, 101);
            var request = new CaseSearchRequest(
                org.OrgId, Caller(org, random), Parse(text), (CaseSort)random.Next(3), random.Next(2) == 0, size, random.Next(3) > 0 ? 1 : random.Next(1, 5))
            {
                Projects = Projects(org, random),
            };
            var page = (await search.SearchAsync(request, cancellationToken)).Value.ShouldNotBeNull(text);
            var expected = SearchModel.Sorted(org, request);

            page.Total.ShouldBe(expected.Length, text);
            page.Cases.Select(static c => c.Key).ShouldBe(
                expected.Skip(size * (request.PageNumber - 1)).Take(size).Select(static c => c.Key), $"{request.Sort} {request.Ascending} {text}");
            page.Cases.ShouldAllBe(c => c.OrgId == org.OrgId, text);
            found += page.Cases.Length;
        }

        found.ShouldBeGreaterThan(queries, "the queries find too little to show anything");
    }

    /// <summary>Queries whose meaning is written down beside them: the parser and the binder are put to the test too.</summary>
    public static async Task PlainSearchesAsync(ICaseSearch search, SearchCases[] orgs, Random random, int queries, CancellationToken cancellationToken)
    {
        var some = 0;
        for (var i = 0; i < queries; i++)
        {
            var org = orgs[random.Next(orgs.Length)];
            var caller = Caller(org, random);
            var query = new PlainQueries(random, org, caller).Next();
            var page = (await search.SearchAsync(
                new CaseSearchRequest(org.OrgId, caller, Parse(query.Text), CaseSort.CreatedAt, Ascending: true, 100, 1), cancellationToken)).Value.ShouldNotBeNull(query.Text);
            var expected = org.Cases.Where(query.Matches).OrderBy(static one => one.CreatedAt).ThenBy(static one => one.Id).ToList();

            page.Total.ShouldBe(expected.Count, query.Text);
            page.Cases.Select(static one => one.Key).ShouldBe(expected.Take(100).Select(static one => one.Key), query.Text);
            some += expected.Count > 0 && expected.Count < org.Cases.Length ? 1 : 0;
        }

        some.ShouldBeGreaterThan(queries / 2, "too many queries find all or nothing");
    }

    /// <summary>
    /// Queries with some characters lost, doubled or put elsewhere: refused where the parser or the binder refuses, and otherwise answered. What
    /// they find is not compared: PostgreSQL cuts odd words such as 12e5a further than the model, see SearchWords.
    /// </summary>
    public static async Task GarbledAsync(ICaseSearch search, SearchCases[] orgs, Random random, int queries, CancellationToken cancellationToken)
    {
        var (refused, answered) = (0, 0);
        for (var i = 0; i < queries; i++)
        {
            var (org, valid) = Draw(orgs, random);
            var text = Garble(valid, random);
            var parsed = SearchQuery.Parse(text);
            if (!parsed.Succeeded)
            {
                parsed.Error.Kind.ShouldBe(ErrorKind.Malformed, text);
                parsed.Error.Detail.ShouldNotBeNullOrEmpty(text);
                refused++;
                continue;
            }

            var request = new CaseSearchRequest(org.OrgId, Caller(org, random), parsed.Value, CaseSort.CreatedAt, Ascending: false, 100, 1);
            var bound = SearchBinder.Bind(request.Query, new(request.CallerId, SearchCases.Now, SearchCases.Types));
            var outcome = await search.SearchAsync(request, cancellationToken);
            outcome.Succeeded.ShouldBe(bound.Succeeded, $"{text}: {outcome.Error?.Detail}");
            if (outcome.Succeeded)
            {
                outcome.Value.Total.ShouldBeInRange(outcome.Value.Cases.Length, org.Cases.Length, text);
                outcome.Value.Cases.ShouldAllBe(one => one.OrgId == org.OrgId, text);
                answered++;
            }
            else
            {
                outcome.Error.Kind.ShouldBe(bound.Error!.Kind, text);
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(queries / 20);
        answered.ShouldBeGreaterThan(queries / 5);
    }

    /// <summary>Counts by field and by combinations.</summary>
    public static async Task CountsAsync(ICaseSearch search, SearchCases[] orgs, Random random, int queries, CancellationToken cancellationToken)
    {
        for (var i = 0; i < queries; i++)
        {
            var (org, text) = Draw(orgs, random);
            ImmutableArray<CaseField> fields =
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => CaseField.Parse(s_fields[random.Next(s_fields.Length)]).Value.ShouldNotBeNull())];
            var why = $"{string.Join(',', fields.Select(static f => f.Name))}: {text}";

            var count = new CaseCountRequest(org.OrgId, Caller(org, random), Parse(text), fields, SearchLimits.MaxGroups) { Projects = Projects(org, random) };
            var counts = (await search.CountAsync(count, cancellationToken)).Value.ShouldNotBeNull(why);
            var expected = SearchModel.Count(org, count);
            counts.Total.ShouldBe(expected.Total, why);
            counts.Fields.Select(static f => f.Field).ShouldBe(fields);
            foreach (var (actual, model) in counts.Fields.Zip(expected.Fields))
            {
                actual.Values.ShouldBe(model.Values, $"{actual.Field} of {why}");
            }

            var aggregate = new CaseAggregateRequest(org.OrgId, count.CallerId, count.Query, fields, SearchLimits.MaxGroups) { Projects = count.Projects };
            var groups = (await search.AggregateAsync(aggregate, cancellationToken)).Value.ShouldNotBeNull(why);
            groups.Total.ShouldBe(expected.Total, why);
            groups.Groups.Select(Show).Order(StringComparer.Ordinal)
                .ShouldBe(SearchModel.Aggregate(org, aggregate).Groups.Select(Show).Order(StringComparer.Ordinal), why);
            groups.Groups.Select(static g => g.Count).ShouldBe(groups.Groups.Select(static g => g.Count).OrderDescending(), why);
        }
    }

    /// <summary>Walks meet every match once, in order.</summary>
    public static async Task WalksAsync(ICaseSearch search, SearchCases[] orgs, Random random, int queries, CancellationToken cancellationToken)
    {
        for (var i = 0; i < queries; i++)
        {
            var (org, text) = Draw(orgs, random);
            var request = new CaseWalkRequest(org.OrgId, Caller(org, random), Parse(text), null, random.Next(1, 60)) { Projects = Projects(org, random) };
            var met = new List<string>();
            do
            {
                var part = (await search.WalkAsync(request, cancellationToken)).Value.ShouldNotBeNull(text);
                met.AddRange(part.Cases.Select(static c => c.Key));
                request = request with { After = part.Next };
            }
            while (request.After is not null);

            var all = new CaseSearchRequest(org.OrgId, request.CallerId, request.Query, CaseSort.CreatedAt, Ascending: false, 1, 1) { Projects = request.Projects };
            met.ShouldBe(SearchModel.Sorted(org, all).Where(static c => c.CreatedAt <= SearchCases.Now).Select(static c => c.Key), text);
        }
    }

    /// <summary>Suggestions of keys and values.</summary>
    public static async Task SuggestsAsync(ICaseSearch search, SearchCases org, CancellationToken cancellationToken)
    {
        var attributes = org.Cases.SelectMany(static c => CaseTerms.Attributes(c).Select(t => (c.Id, t.Key, t.Value))).Distinct().ToList();
        foreach (var typed in (string[])["", "w", "WEB", "web-", "l", "'", "no such", "*", "\\"])
        {
            var expected = attributes.Where(a => a.Key == "team" && a.Value.Length is > 0 and < 400 && a.Value.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .CountBy(static a => a.Value).OrderByDescending(static p => p.Value).ThenBy(static p => p.Key, StringComparer.Ordinal).Select(static p => p.Key);
            (await SuggestAsync("team", typed)).Where(static v => v.Length < 400).ShouldBe(expected, typed);
        }

        foreach (var typed in (string[])["", "t", "TEA", "x.", "team:"])
        {
            var expected = attributes.Select(static a => a.Key).Distinct().Where(k => k.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
            (await SuggestAsync(null, typed)).Where(static k => !CaseField.Names.Contains(k) && k is not ("type" or "key" or "has" or "public_id" or "merge_status" or "insight") && !k.EndsWith("_at", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).ShouldBe(expected, typed);
        }

        var seen = org.Projects[0].Id;
        var within = await search.SuggestAsync(new(org.OrgId, "team", "", SearchLimits.MaxSuggestions) { Projects = [seen] }, cancellationToken);
        within.Value.ShouldNotBeNull().Texts.Where(static v => v.Length < 400).Order(StringComparer.Ordinal).ShouldBe(
            org.Cases.Where(c => c.ProjectId == seen).SelectMany(CaseTerms.Attributes).Where(static t => t.Key == "team" && t.Value.Length is > 0 and < 400)
                .Select(static t => t.Value).Distinct().Order(StringComparer.Ordinal));

        (await SuggestAsync(null, "pri")).ShouldBe(["priority"]);
        (await SuggestAsync("due_date", "NOW+")).ShouldBe(["now+1d", "now+7d"]);
        (await SuggestAsync("insight.type", "mon")).ShouldBe(["MONITOR"]);
        (await SuggestAsync("watcher", "an")).ShouldBe(["ana@example.test", "anton@other.test"]);
        (await SuggestAsync("Priority", "p")).ShouldBe(["P1", "P2", "P3", "P4", "P5"]);
        (await SuggestAsync("status", "in")).ShouldContain("IN_PROGRESS");
        (await SuggestAsync("project", "s")).ShouldBe(["SEC"]);
        (await SuggestAsync("assignee", "an")).ShouldBe(["ana@example.test", "anton@other.test"]);
        (await SuggestAsync("assignee", "@")).ShouldBe(["@me"]);

        async Task<ImmutableArray<string>> SuggestAsync(string? facet, string typed) =>
            (await search.SuggestAsync(new(org.OrgId, facet, typed, SearchLimits.MaxSuggestions), cancellationToken)).Value.ShouldNotBeNull().Texts;
    }

    private static string Garble(string text, Random random)
    {
        const string Odd = "():\"\\*-<>=[] \tORANDNOT@'%_;\ud83d\ude00日";
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(text.Length + 1);
            var odd = Odd[random.Next(Odd.Length)].ToString();
            text = random.Next(4) switch
            {
                0 when at < text.Length => text.Remove(at, 1),
                1 when at < text.Length => text.Insert(at, text[at].ToString()),
                2 => text[at..] + text[..at],
                _ => text.Insert(at, odd),
            };
        }

        return text.Length <= SearchLimits.MaxLength ? text : text[..SearchLimits.MaxLength];
    }

    private static (SearchCases Org, string Text) Draw(SearchCases[] orgs, Random random)
    {
        var org = orgs[random.Next(orgs.Length)];
        return (org, new SearchTerms(random, org).Next());
    }

    /// <summary>Mostly all; otherwise some, or none.</summary>
    private static ImmutableArray<Guid>? Projects(SearchCases org, Random random) =>
        random.Next(3) > 0 ? null : [.. org.Projects.Where(_ => random.Next(2) == 0).Select(static p => p.Id)];

    private static Guid Caller(SearchCases org, Random random) => random.Next(5) == 0 ? Guid.Empty : org.Users[random.Next(org.Users.Length)].Id;

    private static SearchQuery Parse(string text) => SearchQuery.Parse(text).Value.ShouldNotBeNull(text);

    private static string Show(CaseGroup group) => $"{string.Join(" | ", group.Values.Select(static v => v ?? "(none)"))} = {group.Count}";
}
