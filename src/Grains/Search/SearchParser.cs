using System.Collections.Immutable;

namespace Switchboard.Grains.Search;

/// <summary>What reading a query came to: exactly one of the two is not null.</summary>
/// <param name="Query">The query.</param>
/// <param name="Error">Why it could not be read.</param>
public readonly record struct SearchParse(SearchQuery? Query, SearchSyntaxError? Error);

/// <summary>
/// Reads the search language by recursive descent. It never throws, whatever the text, and takes time in proportion to the
/// text's length; depth, length and number of terms are bounded by <see cref="SearchLimits"/>.
/// </summary>
/// <remarks>
/// <code>
/// query := or
/// or    := and { "OR" and }
/// and   := unary { [ "AND" ] unary }
/// unary := ( "-" | "NOT" ) unary | prim
/// prim  := "(" or ")" | key ":" value | phrase | word
/// value := word | phrase | "(" values ")" | "[" bound "TO" bound "]" | ( ">" | ">=" | "&lt;" | "&lt;=" ) bound
/// </code>
/// where <c>values</c> is <c>or</c> with values in the place of conditions.
/// </remarks>
public sealed class SearchParser
{
    private const string Term = "a word, a phrase, 'key:value' or '('";
    private const string Value = "a value, right after the ':' (quote the text to search for the characters themselves)";

    private readonly string _query;
    private readonly SearchLexer _lexer;
    private SearchToken _token;
    private LexerMode _mode;
    private SearchSyntaxError? _error;
    private int _depth;
    private int _terms;

    private SearchParser(string query)
    {
        _query = query;
        _lexer = new(query);
    }

    /// <summary>Reads a query; null, empty and blank ones match everything.</summary>
    public static SearchParse Parse(string? text)
    {
        var query = text ?? "";
        if (query.Length > SearchLimits.MaxLength)
        {
            return new(null, SearchSyntaxError.At(
                query, SearchLimits.MaxLength, $"{query.Length} characters", $"at most {SearchLimits.MaxLength}"));
        }

        if (SearchLexer.FindRefusedCharacter(query) is { } refused)
        {
            return new(null, refused);
        }

        return new SearchParser(query).ParseQuery();
    }

    private SearchParse ParseQuery()
    {
        MoveTo(0, LexerMode.Term);
        if (_token.Kind == TokenKind.End)
        {
            return new(SearchQuery.Everything, null);
        }

        var root = ParseOr(null);
        if (root is not null && _token.Kind != TokenKind.End)
        {
            root = Fail(_token.Kind == TokenKind.CloseParenthesis ? "a '(' before it" : $"{Term}, or the end of the query");
        }

        return root is null ? new(null, _error) : new(new SearchQuery(root), null);
    }

    /// <summary>A disjunction of conditions, or of one facet's values when <paramref name="key"/> is given.</summary>
    private SearchNode? ParseOr(string? key)
    {
        var first = ParseAnd(key);
        if (first is null || _token.Kind != TokenKind.Or)
        {
            return first;
        }

        var parts = ImmutableArray.CreateBuilder<SearchNode>();
        parts.Add(first);
        while (_token.Kind == TokenKind.Or)
        {
            Advance();
            if (ParseAnd(key) is not { } next)
            {
                return null;
            }

            parts.Add(next);
        }

        return new OrNode(parts.ToImmutable());
    }

    private SearchNode? ParseAnd(string? key)
    {
        var first = ParseUnary(key);
        if (first is null || !ContinuesAnd())
        {
            return first;
        }

        var parts = ImmutableArray.CreateBuilder<SearchNode>();
        parts.Add(first);
        while (ContinuesAnd())
        {
            if (_token.Kind == TokenKind.And)
            {
                Advance();
            }

            if (ParseUnary(key) is not { } next)
            {
                return null;
            }

            parts.Add(next);
        }

        return new AndNode(parts.ToImmutable());
    }

    private bool ContinuesAnd() =>
        _error is null && _token.Kind is not (TokenKind.End or TokenKind.Or or TokenKind.CloseParenthesis);

    private SearchNode? ParseUnary(string? key)
    {
        if (_token.Kind is not (TokenKind.Minus or TokenKind.Not))
        {
            return key is null ? ParsePrimary() : ParseValue(key);
        }

        if (_token.Kind == TokenKind.Minus && (_token.End == _query.Length || char.IsWhiteSpace(_query[_token.End])))
        {
            return Fail("what it excludes, right after it (quote it, or escape it as '\\-', to search for the character)");
        }

        if (!Enter())
        {
            return null;
        }

        Advance();
        var part = ParseUnary(key);
        _depth--;
        return part is null ? null : new NotNode(part);
    }

    private SearchNode? ParsePrimary()
    {
        switch (_token.Kind)
        {
            case TokenKind.OpenParenthesis:
                return ParseParenthesis(null);
            case TokenKind.Key:
                var key = _token.Text;
                if (_token.End == _query.Length || char.IsWhiteSpace(_query[_token.End]))
                {
                    MoveTo(_token.End, LexerMode.Value);
                    return Fail(Value);
                }

                MoveTo(_token.End, LexerMode.Value);
                return ParseValue(key);
            case TokenKind.Phrase:
                return Leaf(new TextNode(_token.Text, Phrase: true));
            case TokenKind.Word:
                return Leaf(WordOf(_token));
            case TokenKind.OpenBracket:
                return Fail($"{Term} (a range needs a key: 'created_at:[now-7d TO now]'; quote the text to search for the character)");
            default:
                return Fail(Term);
        }
    }

    private static SearchNode WordOf(SearchToken word) => word.Pieces switch
    {
        { IsDefault: true } => new TextNode(word.Text, Phrase: false),
        [{ Length: > 0 } prefix, ""] => new TextNode(prefix, Phrase: false, Prefix: true),
        var pieces => new TextPatternNode(pieces),
    };

    private SearchNode? ParseParenthesis(string? key)
    {
        var open = _token;
        if (!Enter())
        {
            return null;
        }

        // Inside, a facet's group reads values; after it the outer mode goes on.
        var outer = _mode;
        MoveTo(open.End, key is null ? LexerMode.Term : LexerMode.GroupValue);
        var inner = ParseOr(key);
        if (inner is null)
        {
            return null;
        }

        if (_token.Kind != TokenKind.CloseParenthesis)
        {
            return Fail($"')' for the '(' at character {open.Start + 1}");
        }

        _depth--;
        MoveTo(_token.End, outer == LexerMode.Value ? LexerMode.Term : outer);
        return inner;
    }

    private SearchNode? ParseValue(string key)
    {
        switch (_token.Kind)
        {
            case TokenKind.OpenParenthesis:
                return ParseParenthesis(key);
            case TokenKind.OpenBracket:
                return ParseRange(key);
            case TokenKind.Phrase:
                return Leaf(new FacetNode(key, new ExactValue(_token.Text)));
            case TokenKind.Word when _token.Pieces.IsDefault:
                return Leaf(new FacetNode(key, new ExactValue(_token.Text)));
            case TokenKind.Word:
                return Leaf(new FacetNode(key, new WildcardValue(_token.Pieces)));
            case TokenKind.Greater or TokenKind.GreaterOrEqual or TokenKind.Less or TokenKind.LessOrEqual:
                return ParseComparison(key);
            default:
                return Fail(Value);
        }
    }

    private SearchNode? ParseComparison(string key)
    {
        var comparison = _token.Kind;
        var after = _mode;
        if (_token.End == _query.Length || char.IsWhiteSpace(_query[_token.End]))
        {
            MoveTo(_token.End, LexerMode.Bound);
            return Fail("a bound right after the comparison");
        }

        MoveTo(_token.End, LexerMode.Bound);
        if (ReadBound(out var bound) is false)
        {
            return null;
        }

        if (bound is null)
        {
            return Fail("a bound ('*' compares with nothing)");
        }

        var value = comparison switch
        {
            TokenKind.Greater => new RangeValue(bound, FromInclusive: false, null, ToInclusive: true),
            TokenKind.GreaterOrEqual => new RangeValue(bound, FromInclusive: true, null, ToInclusive: true),
            TokenKind.Less => new RangeValue(null, FromInclusive: true, bound, ToInclusive: false),
            _ => new RangeValue(null, FromInclusive: true, bound, ToInclusive: true),
        };
        _mode = after;
        return Leaf(new FacetNode(key, value));
    }

    private SearchNode? ParseRange(string key)
    {
        var after = _mode;
        var open = _token.Start;
        MoveTo(_token.End, LexerMode.Bound);
        if (!ReadBound(out var from))
        {
            return null;
        }

        Advance();
        if (_token.Kind != TokenKind.To)
        {
            return Fail("'TO' between the bounds of a range");
        }

        Advance();
        if (!ReadBound(out var to))
        {
            return null;
        }

        if (from is null && to is null)
        {
            return Fail($"a bound on one side at least ('{key}:*' finds every case that has the facet)");
        }

        Advance();
        if (_token.Kind != TokenKind.CloseBracket)
        {
            return Fail($"']' for the '[' at character {open + 1}");
        }

        _mode = after;
        return Leaf(new FacetNode(key, new RangeValue(from, FromInclusive: true, to, ToInclusive: true)));
    }

    /// <summary>The bound at the present token; null for an open one. The token stays.</summary>
    private bool ReadBound(out string? bound)
    {
        bound = _token.Text;
        switch (_token.Kind)
        {
            case TokenKind.Phrase:
            case TokenKind.Word when _token.Pieces.IsDefault:
                return true;
            case TokenKind.Word when _token.Text == "*":
                bound = null;
                return true;
            default:
                Fail("a bound: a date, a number, 'now-7d', or '*' for none");
                return false;
        }
    }

    private SearchNode? Leaf(SearchNode node)
    {
        if (++_terms > SearchLimits.MaxTerms)
        {
            return Fail($"at most {SearchLimits.MaxTerms} terms in a query");
        }

        // After a facet's value comes a condition again, inside a group the next value.
        MoveTo(_token.End, _mode == LexerMode.GroupValue ? LexerMode.GroupValue : LexerMode.Term);
        return node;
    }

    private bool Enter()
    {
        if (++_depth <= SearchLimits.MaxDepth)
        {
            return true;
        }

        Fail($"at most {SearchLimits.MaxDepth} parentheses and exclusions inside one another");
        return false;
    }

    private void Advance() => MoveTo(_token.End, _mode);

    private void MoveTo(int position, LexerMode mode)
    {
        _mode = mode;
        _token = _lexer.Read(position, mode);
    }

    private SearchNode? Fail(string expected)
    {
        _error ??= _token.Kind == TokenKind.Error ? _lexer.Error : SearchSyntaxError.At(_query, _token.Start, Describe(_token), expected);
        return null;
    }

    private string Describe(SearchToken token) => token.Kind switch
    {
        TokenKind.End => "the end of the query",
        TokenKind.Phrase => "a phrase",
        _ => $"'{Shorten(_query[token.Start..token.End])}'",
    };

    private static string Shorten(string text) => text.Length <= 30 ? text : string.Concat(text.AsSpan(0, 29), "\u2026");
}
