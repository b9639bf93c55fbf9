using System.Collections.Immutable;
using System.Text;
using Switchboard.Grains.Search;

namespace Switchboard.Grains.Tests.Search;

/// <summary>Trees as query text, and as a dump that two equal trees share (records of immutable arrays do not compare by content).</summary>
internal static class SearchText
{
    public static string Print(SearchQuery query, Random random) => query.Root is null ? "  " : Print(query.Root, random, nested: false);

    public static string Dump(SearchNode? node) => node switch
    {
        null => "everything",
        AndNode and => $"and({string.Join(", ", and.Parts.Select(Dump))})",
        OrNode or => $"or({string.Join(", ", or.Parts.Select(Dump))})",
        NotNode not => $"not({Dump(not.Part)})",
        TextNode { Phrase: true } text => $"\"{text.Text}\"",
        TextNode text => text.Prefix ? $"{text.Text}…" : text.Text,
        TextPatternNode pattern => $"pattern<{string.Join('|', pattern.Pieces)}>",
        FacetNode facet => $"{facet.Key}={Dump(facet.Value)}",
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    private static string Dump(FacetValue value) => value switch
    {
        ExactValue exact => $"'{exact.Text}'",
        WildcardValue wildcard => $"<{string.Join('|', wildcard.Pieces)}>",
        RangeValue range => $"{(range.FromInclusive ? '[' : '(')}{range.From ?? "∞"} {range.To ?? "∞"}{(range.ToInclusive ? ']' : ')')}",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    private static string Print(SearchNode node, Random random, bool nested)
    {
        var text = node switch
        {
            AndNode and => string.Join(random.Next(2) == 0 ? " " : " AND ", and.Parts.Select(p => Print(p, random, nested: true))),
            OrNode or => string.Join(" OR ", or.Parts.Select(p => Print(p, random, nested: true))),
            NotNode not => (random.Next(2) == 0 ? "-" : "NOT ") + Print(not.Part, random, nested: true),
            TextNode { Phrase: true } phrase => Quote(phrase.Text),
            TextNode word => Escape(word.Text) + (word.Prefix ? "*" : ""),
            TextPatternNode pattern => string.Join('*', pattern.Pieces.Select(Escape)),
            FacetNode facet => $"{facet.Key}:{Print(facet.Value, random)}",
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };
        return node is OrNode or AndNode && (nested || random.Next(4) == 0) ? $"({text})" : text;
    }

    private static string Print(FacetValue value, Random random) => value switch
    {
        ExactValue exact => exact.Text.Length == 0 || random.Next(2) == 0 ? Quote(exact.Text) : Escape(exact.Text),
        WildcardValue wildcard => string.Join('*', wildcard.Pieces.Select(Escape)),
        RangeValue { To: null, FromInclusive: true } range when random.Next(2) == 0 => $"[{Quote(range.From!)} TO *]",
        RangeValue { To: null } range => (range.FromInclusive ? ">=" : ">") + Escape(range.From!),
        RangeValue { From: null, ToInclusive: true } range when random.Next(2) == 0 => $"[* TO {Escape(range.To!)}]",
        RangeValue { From: null } range => (range.ToInclusive ? "<=" : "<") + Quote(range.To!),
        RangeValue range => $"[{Escape(range.From!)} TO {Quote(range.To!)}]",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var keyword = i == 0 && text is "AND" or "OR" or "NOT" or "TO";
            if (keyword || !(char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i])))
            {
                escaped.Append('\\');
            }

            escaped.Append(text[i]);
        }

        return escaped.ToString();
    }
}

/// <summary>Random trees of the shapes that a parser gives.</summary>
internal sealed class SearchTrees(Random random)
{
    private static readonly string[] s_words =
        ["disk", "AND", "OR", "NOT", "TO", "db-3", "a:b", "x*y", "(", "[", "\"", "\\", "-", ">=5", "ä", "日本", "𝔘", "a b", "\t", "now-7d", "'; drop table", "%_"];

    private static readonly string[] s_keys = ["status", "team", "project.key", "@usr", "x-y_z", "9", "é"];

    public SearchQuery Query() => random.Next(50) == 0 ? SearchQuery.Everything : new(Node(random.Next(1, 7)));

    private SearchNode Node(int depth) => (depth <= 0 ? 3 : random.Next(8)) switch
    {
        0 => new AndNode(Nodes(depth)),
        1 => new OrNode(Nodes(depth)),
        2 => new NotNode(Node(depth - 1)),
        _ => Leaf(),
    };

    private ImmutableArray<SearchNode> Nodes(int depth) => [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => Node(depth - 1))];

    private SearchNode Leaf() => random.Next(6) switch
    {
        0 => new TextNode(Word(), Phrase: false),
        1 => new TextNode(Word(), Phrase: false, Prefix: true),
        2 => new TextNode(random.Next(5) == 0 ? "" : Word(), Phrase: true),
        3 => random.Next(2) == 0 ? new TextPatternNode(["", Word(), ""]) : new TextPatternNode([Word(), "", Word()]),
        _ => new FacetNode(s_keys[random.Next(s_keys.Length)], Value()),
    };

    private FacetValue Value() => random.Next(7) switch
    {
        0 => new WildcardValue(["", ""]),
        1 => new WildcardValue([Word(), ""]),
        2 => new RangeValue(Word(), true, Word(), true),
        3 => new RangeValue(Word(), random.Next(2) == 0, null, true),
        4 => new RangeValue(null, true, Word(), random.Next(2) == 0),
        _ => new ExactValue(random.Next(9) == 0 ? "" : Word()),
    };

    private string Word() => s_words[random.Next(s_words.Length)] + (random.Next(3) == 0 ? s_words[random.Next(s_words.Length)] : "");
}
