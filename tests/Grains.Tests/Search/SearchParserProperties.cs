using System.Text;
using Switchboard.Grains.Search;

namespace Switchboard.Grains.Tests.Search;

public sealed class SearchParserProperties(ITestOutputHelper output)
{
    private const string Alphabet = "ab:\"()[]\\*-<>= \tAND OR NOT TO P1 status:now-7d ä日\0\ud83d\ude00'%;{}~^?!/&|@._";

    [Fact]
    public void A_printed_tree_reads_back_as_the_same_tree()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var trees = new SearchTrees(random);
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var tree = trees.Query();
            var text = SearchText.Print(tree, random);
            var parsed = SearchParser.Parse(text);
            if (parsed.Error is { } error)
            {
                // Only the limits may refuse a printed tree.
                error.Expected.ShouldStartWith("at most", customMessage: $"seed {seed}: {text}");
                continue;
            }

            SearchText.Dump(parsed.Query!.Root).ShouldBe(SearchText.Dump(tree.Root), $"seed {seed}: {text}");
            read++;
        }

        read.ShouldBeGreaterThan(15_000, $"seed {seed}");
    }

    [Fact]
    public void Garbage_is_read_or_refused_at_a_position_inside_it()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 50_000; i++)
        {
            var text = Garbage(random, random.Next(60));
            var parsed = SearchParser.Parse(text);
            (parsed.Query is null).ShouldNotBe(parsed.Error is null, $"seed {seed}: {text}");
            parsed.Error?.Position.ShouldBeInRange(0, text.Length, $"seed {seed}: {text}");
        }
    }

    [Theory]
    [InlineData("(")]
    [InlineData("-")]
    [InlineData("a:(")]
    [InlineData("a:[")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("*")]
    [InlineData("a*")]
    [InlineData("a OR ")]
    [InlineData("a:>")]
    [InlineData("NOT ")]
    public void What_repeats_up_to_the_limit_is_read_or_refused(string piece)
    {
        var text = new StringBuilder().Insert(0, piece, SearchLimits.MaxLength / piece.Length).ToString();
        var parsed = SearchParser.Parse(text);
        (parsed.Query is null).ShouldNotBe(parsed.Error is null);
    }

    private static string Garbage(Random random, int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            var start = random.Next(Alphabet.Length);
            text.Append(Alphabet, start, Math.Min(random.Next(1, 5), Alphabet.Length - start));
        }

        return text.ToString();
    }
}
