using Switchboard.Commands;
using Switchboard.Grains.Search;

namespace Switchboard.Grains.Tests.Search;

public sealed class SearchParserTests
{
    [Theory]
    [InlineData("", "everything")]
    [InlineData("  \t\n ", "everything")]
    [InlineData("disk", "disk")]
    [InlineData("disk full", "and(disk, full)")]
    [InlineData("disk AND full", "and(disk, full)")]
    [InlineData("a OR b", "or(a, b)")]
    [InlineData("a b OR c AND d e", "or(and(a, b), and(c, d, e))")]
    [InlineData("(a OR b) c", "and(or(a, b), c)")]
    [InlineData("((a))", "a")]
    [InlineData("-a", "not(a)")]
    [InlineData("NOT a b", "and(not(a), b)")]
    [InlineData("a AND -(b OR c)", "and(a, not(or(b, c)))")]
    [InlineData("NOT NOT --a", "not(not(not(not(a))))")]
    [InlineData("and or not to", "and(and, or, not, to)")]
    [InlineData("TO", "TO")]
    [InlineData("\\AND \\-x \"OR\"", "and(AND, -x, \"OR\")")]
    [InlineData("\"disk full\"", "\"disk full\"")]
    [InlineData("\"a \\\"b\\\" \\\\ c\"", "\"a \"b\" \\ c\"")]
    [InlineData("a\"b c\"d", "and(a, \"b c\", d)")]
    [InlineData("a(b)c", "and(a, b, c)")]
    [InlineData("db-3.example.test", "db-3.example.test")]
    [InlineData("disk*", "disk…")]
    [InlineData("*isk", "pattern<|isk>")]
    [InlineData("d*k", "pattern<d|k>")]
    [InlineData("d*k*", "pattern<d|k|>")]
    [InlineData("*", "pattern<|>")]
    [InlineData("a\\*b", "a*b")]
    [InlineData(">5", ">5")]
    [InlineData("100%_", "100%_")]
    public void Free_text_and_operators(string query, string tree) => Tree(query).ShouldBe(tree);

    [Theory]
    [InlineData("status:open", "status='open'")]
    [InlineData("STATUS:Open", "status='Open'")]
    [InlineData("project.key:NOC", "project.key='NOC'")]
    [InlineData("@usr.team-x_1:a", "@usr.team-x_1='a'")]
    [InlineData("team:\"b c\"", "team='b c'")]
    [InlineData("team:\"web*\"", "team='web*'")]
    [InlineData("team:\"\"", "team=''")]
    [InlineData("team:web*", "team=<web|>")]
    [InlineData("team:*", "team=<|>")]
    [InlineData("team:a*b*c", "team=<a|b|c>")]
    [InlineData("team:a\\*b", "team='a*b'")]
    [InlineData("url:http://x:80/y", "url='http://x:80/y'")]
    [InlineData("delta:-5", "delta='-5'")]
    [InlineData("x:AND y:OR", "and(x='AND', y='OR')")]
    [InlineData("-status:closed team:a", "and(not(status='closed'), team='a')")]
    [InlineData("status:open (team:case-management OR team:event-management)",
        "and(status='open', or(team='case-management', team='event-management'))")]
    public void Facets(string query, string tree) => Tree(query).ShouldBe(tree);

    [Theory]
    [InlineData("priority:(P2 OR P3)", "or(priority='P2', priority='P3')")]
    [InlineData("priority:(P2)", "priority='P2'")]
    [InlineData("team:(a b) c", "and(and(team='a', team='b'), c)")]
    [InlineData("team:(a AND -b)", "and(team='a', not(team='b'))")]
    [InlineData("team:(a* NOT (ab OR \"a c\")) x:y", "and(and(team=<a|>, not(or(team='ab', team='a c'))), x='y')")]
    [InlineData("points:(>5 OR [1 TO 2])", "or(points=(5 ∞], points=[1 2])")]
    [InlineData("(team:(a OR b))", "or(team='a', team='b')")]
    public void Values_in_parentheses_share_their_key(string query, string tree) => Tree(query).ShouldBe(tree);

    [Theory]
    [InlineData("created_at:[2026-01-02 TO now]", "created_at=[2026-01-02 now]")]
    [InlineData("created_at:[ 2026-01-02T10:00:00Z  TO  2026-01-02T11:30:00+02:00 ]", "created_at=[2026-01-02T10:00:00Z 2026-01-02T11:30:00+02:00]")]
    [InlineData("n:[* TO 5]", "n=[∞ 5]")]
    [InlineData("n:[-5 TO *]", "n=[-5 ∞]")]
    [InlineData("n:[\"TO\" TO \\TO]", "n=[TO TO]")]
    [InlineData("n:>5", "n=(5 ∞]")]
    [InlineData("n:>=5", "n=[5 ∞]")]
    [InlineData("n:<-5", "n=[∞ -5)")]
    [InlineData("n:<=5 x", "and(n=[∞ 5], x)")]
    [InlineData("n:>=\"2026-01-02\"", "n=[2026-01-02 ∞]")]
    public void Ranges(string query, string tree) => Tree(query).ShouldBe(tree);

    [Theory]
    [InlineData("a AND", 5, "the end of the query", "a word")]
    [InlineData("AND a", 0, "'AND'", "a word")]
    [InlineData("a OR OR b", 5, "'OR'", "a word")]
    [InlineData("NOT", 3, "the end of the query", "a word")]
    [InlineData("(a", 2, "the end of the query", "')' for the '(' at character 1")]
    [InlineData("a)", 1, "')'", "a '(' before it")]
    [InlineData("()", 1, "')'", "a word")]
    [InlineData("a -", 2, "'-'", "right after it")]
    [InlineData("a - b", 2, "'-'", "right after it")]
    [InlineData("[prod] disk", 0, "'['", "a range needs a key")]
    [InlineData("a ]", 2, "']'", "a word")]
    [InlineData("\"abc", 0, "a phrase that does not end", "a closing")]
    [InlineData("x:\"abc", 2, "a phrase that does not end", "a closing")]
    [InlineData("a\\", 1, "'\\' at the end", "the character that it escapes")]
    [InlineData(":x", 0, "':'", "a facet's key before it")]
    [InlineData("a/b:c", 3, "':'", "a facet's key before it")]
    [InlineData("status:", 7, "the end of the query", "a value")]
    [InlineData("status: open", 8, "'open'", "a value")]
    [InlineData("status:)", 7, "')'", "a value")]
    [InlineData("team:()", 6, "')'", "a value")]
    [InlineData("team:(a OR )", 11, "')'", "a value")]
    [InlineData("team:(a", 7, "the end of the query", "')' for the '(' at character 6")]
    [InlineData("n:[1 2]", 5, "'2'", "'TO'")]
    [InlineData("n:[1 TO 2", 9, "the end of the query", "']' for the '[' at character 3")]
    [InlineData("n:[TO 2]", 3, "'TO'", "a bound")]
    [InlineData("n:[1 TO]", 7, "']'", "a bound")]
    [InlineData("n:[1* TO 2]", 3, "'1*'", "a bound")]
    [InlineData("n:[* TO *]", 8, "'*'", "a bound on one side")]
    [InlineData("n:>", 3, "the end of the query", "a bound right after the comparison")]
    [InlineData("n:> 5", 4, "'5'", "a bound right after the comparison")]
    [InlineData("n:>*", 3, "'*'", "'*' compares with nothing")]
    [InlineData("n:>=(1)", 4, "'('", "a bound")]
    [InlineData("a \0", 2, "the character U+0000", "without it")]
    [InlineData("\"\0\"", 1, "the character U+0000", "without it")]
    public void Errors_say_where_what_was_found_and_what_was_expected(string query, int position, string found, string expected)
    {
        var error = Refused(query);
        error.Position.ShouldBe(position);
        error.Found.ShouldBe(found);
        error.Expected.ShouldContain(expected);
    }

    // Strings with halves of characters do not survive in attributes.
    [Fact]
    public void Half_a_character_is_refused_wherever_it_stands()
    {
        Refused("ab\ud800").Position.ShouldBe(2);
        Refused("\udc00x").Position.ShouldBe(0);
        Refused("team:\"\ud83d\ud83d\ude00\"").Found.ShouldBe("half a character (U+D83D)");
        Tree("\ud83d\ude00").ShouldBe("\ud83d\ude00");
    }

    [Fact]
    public void The_excerpt_puts_a_caret_under_the_character()
    {
        Refused("team:a )").Excerpt.ShouldBe("team:a )\n       ^");
        var query = new string('a', 100) + " ) " + new string('b', 100);
        var lines = Refused(query).Excerpt.Split('\n');
        lines[0].ShouldBe($"…{new string('a', 39)} ) {new string('b', 18)}…");
        lines[1].ShouldBe(new string(' ', 41) + "^");
        lines[0][41].ShouldBe(')');
    }

    [Fact]
    public void A_refusal_reaches_the_caller_as_a_malformed_request_with_detail()
    {
        var refused = SearchQuery.Parse("a AND )");
        refused.Succeeded.ShouldBeFalse();
        refused.Error.Kind.ShouldBe(ErrorKind.Malformed);
        refused.Error.Detail.ShouldNotBeNull().ShouldStartWith("search query, character 7: found ')', expected a word");
        SearchQuery.Parse(null).Value.ShouldBe(SearchQuery.Everything);
    }

    [Fact]
    public void Length_depth_and_number_of_terms_are_bounded()
    {
        SearchParser.Parse(new string('a', SearchLimits.MaxLength)).Query.ShouldNotBeNull();
        var tooLong = Refused(new string('a', SearchLimits.MaxLength + 1));
        tooLong.Found.ShouldBe("4097 characters");
        tooLong.Expected.ShouldBe("at most 4096");

        SearchParser.Parse(Nested(SearchLimits.MaxDepth)).Query.ShouldNotBeNull();
        Refused(Nested(SearchLimits.MaxDepth + 1)).Expected.ShouldBe("at most 64 parentheses and exclusions inside one another");
        Refused(new string('-', 100) + "a").Expected.ShouldContain("at most 64");
        Refused("team:" + Nested(65)).Expected.ShouldContain("at most 64");

        SearchParser.Parse(string.Join(' ', Enumerable.Repeat("a", SearchLimits.MaxTerms))).Query.ShouldNotBeNull();
        Refused(string.Join(' ', Enumerable.Repeat("a", SearchLimits.MaxTerms + 1))).Expected.ShouldBe("at most 256 terms in a query");
        Refused("a:(" + string.Join(" OR ", Enumerable.Repeat("b", 300)) + ")").Expected.ShouldContain("256 terms");

        // Depth is what stands inside one another, not how many there are.
        SearchParser.Parse(string.Concat(Enumerable.Repeat("(-a)", 200))).Query.ShouldNotBeNull();
    }

    private static string Nested(int depth) => new string('(', depth) + "a" + new string(')', depth);

    private static string Tree(string query)
    {
        var parsed = SearchParser.Parse(query);
        parsed.Error.ShouldBeNull();
        return SearchText.Dump(parsed.Query.ShouldNotBeNull().Root);
    }

    private static SearchSyntaxError Refused(string query)
    {
        var parsed = SearchParser.Parse(query);
        parsed.Query.ShouldBeNull();
        return parsed.Error.ShouldNotBeNull();
    }
}
