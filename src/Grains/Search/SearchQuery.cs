using System.Collections.Immutable;
using Switchboard.Commands;

namespace Switchboard.Grains.Search;

/// <summary>A query of the search language (<c>docs/search.md</c>) as a tree. Made by <see cref="SearchParser"/>.</summary>
/// <param name="Root">The condition, or null when the query is empty and matches every case that is not archived.</param>
public sealed record SearchQuery(SearchNode? Root)
{
    /// <summary>Matches every case that is not archived.</summary>
    public static SearchQuery Everything { get; } = new((SearchNode?)null);

    /// <summary>Whether a facet of one of these keys (lower case) stands anywhere in it.</summary>
    public bool Mentions(params ReadOnlySpan<string> keys)
    {
        var nodes = new Stack<SearchNode>(Root is null ? [] : [Root]);
        while (nodes.TryPop(out var node))
        {
            if (node is FacetNode facet && keys.Contains(facet.Key))
            {
                return true;
            }

            ImmutableArray<SearchNode> parts = node switch { AndNode and => and.Parts, OrNode or => or.Parts, NotNode not => [not.Part], _ => [] };
            foreach (var part in parts)
            {
                nodes.Push(part);
            }
        }

        return false;
    }

    /// <summary>The same condition on the cases of one project only.</summary>
    public SearchQuery Within(Guid projectId)
    {
        SearchNode project = new FacetNode("project_id", new ExactValue(projectId.ToString("D")));
        return new(Root is null ? project : new AndNode([project, Root]));
    }

    /// <summary>Reads a query; a refusal is <see cref="ErrorKind.Malformed"/> with the position, what was found and what was expected.</summary>
    public static Outcome<SearchQuery> Parse(string? text)
    {
        var parsed = SearchParser.Parse(text);
        return parsed.Query is null ? parsed.Error!.ToDomainError() : parsed.Query;
    }
}

/// <summary>A condition.</summary>
public abstract record SearchNode;

/// <summary>All of them.</summary>
public sealed record AndNode(ImmutableArray<SearchNode> Parts) : SearchNode;

/// <summary>Any of them.</summary>
public sealed record OrNode(ImmutableArray<SearchNode> Parts) : SearchNode;

/// <summary>Not this.</summary>
public sealed record NotNode(SearchNode Part) : SearchNode;

/// <summary>Words in title or description.</summary>
/// <param name="Text">The text without quotes and escapes.</param>
/// <param name="Phrase">True for a quoted phrase: the words stand together.</param>
/// <param name="Prefix">True for a word that ended in an unescaped <c>*</c>.</param>
public sealed record TextNode(string Text, bool Phrase, bool Prefix = false) : SearchNode;

/// <summary>A word with an unescaped <c>*</c> elsewhere than only at its end: the title contains the pieces in this order.</summary>
/// <param name="Pieces">The literal pieces between the <c>*</c>; <c>d*k</c> has the pieces <c>d</c> and <c>k</c>, <c>*</c> two empty ones.</param>
public sealed record TextPatternNode(ImmutableArray<string> Pieces) : SearchNode;

/// <summary>A facet with a value.</summary>
/// <param name="Key">The facet's key in lower case.</param>
/// <param name="Value">What its value must be.</param>
public sealed record FacetNode(string Key, FacetValue Value) : SearchNode;

/// <summary>What a facet's value must be.</summary>
public abstract record FacetValue;

/// <summary>Exactly this text (letter case does not matter).</summary>
public sealed record ExactValue(string Text) : FacetValue;

/// <summary>A pattern.</summary>
/// <param name="Pieces">The literal pieces between the <c>*</c>; <c>a*b</c> has the pieces <c>a</c> and <c>b</c>, <c>*</c> two empty ones.</param>
public sealed record WildcardValue(ImmutableArray<string> Pieces) : FacetValue;

/// <summary>A range; a null bound is open, and at least one is not.</summary>
public sealed record RangeValue(string? From, bool FromInclusive, string? To, bool ToInclusive) : FacetValue;
