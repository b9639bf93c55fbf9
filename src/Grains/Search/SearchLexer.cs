using System.Collections.Immutable;
using System.Text;

namespace Switchboard.Grains.Search;

/// <summary>Cuts a query into tokens, one at a time and each in time proportional to its length.</summary>
internal sealed class SearchLexer(string query)
{
    private readonly StringBuilder _text = new();

    /// <summary>Why the last token was <see cref="TokenKind.Error"/>.</summary>
    public SearchSyntaxError? Error { get; private set; }

    /// <summary>The first character that the language refuses wherever it stands, or null.</summary>
    public static SearchSyntaxError? FindRefusedCharacter(string query)
    {
        for (var i = 0; i < query.Length; i++)
        {
            var c = query[i];
            if (c == '\0')
            {
                return SearchSyntaxError.At(query, i, "the character U+0000", "a query without it (no case's text can hold it)");
            }

            if (char.IsHighSurrogate(c) && i + 1 < query.Length && char.IsLowSurrogate(query[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(c))
            {
                return SearchSyntaxError.At(query, i, $"half a character (U+{(int)c:X4})", "well-formed Unicode");
            }
        }

        return null;
    }

    /// <summary>The token at or after a position.</summary>
    public SearchToken Read(int position, LexerMode mode)
    {
        while (position < query.Length && char.IsWhiteSpace(query[position]))
        {
            position++;
        }

        if (position == query.Length)
        {
            return new(TokenKind.End, position, position);
        }

        switch (query[position])
        {
            case '(': return Symbol(TokenKind.OpenParenthesis, position, 1);
            case ')': return Symbol(TokenKind.CloseParenthesis, position, 1);
            case '[': return Symbol(TokenKind.OpenBracket, position, 1);
            case ']': return Symbol(TokenKind.CloseBracket, position, 1);
            case '"': return ReadPhrase(position);
            case '-' when mode is LexerMode.Term or LexerMode.GroupValue: return Symbol(TokenKind.Minus, position, 1);
            case '>' when mode is LexerMode.Value or LexerMode.GroupValue:
                return NextIs(position, '=') ? Symbol(TokenKind.GreaterOrEqual, position, 2) : Symbol(TokenKind.Greater, position, 1);
            case '<' when mode is LexerMode.Value or LexerMode.GroupValue:
                return NextIs(position, '=') ? Symbol(TokenKind.LessOrEqual, position, 2) : Symbol(TokenKind.Less, position, 1);
            default: return ReadWord(position, mode);
        }
    }

    private static SearchToken Symbol(TokenKind kind, int start, int length) => new(kind, start, start + length);

    private bool NextIs(int position, char c) => position + 1 < query.Length && query[position + 1] == c;

    private SearchToken ReadPhrase(int start)
    {
        _text.Clear();
        for (var i = start + 1; i < query.Length; i++)
        {
            switch (query[i])
            {
                case '"':
                    return new(TokenKind.Phrase, start, i + 1, _text.ToString());
                case '\\' when i + 1 < query.Length:
                    _text.Append(query[++i]);
                    break;
                default:
                    _text.Append(query[i]);
                    break;
            }
        }

        return Fail(start, "a phrase that does not end", "a closing '\"' (or '\\\"' for the character itself)");
    }

    private SearchToken ReadWord(int start, LexerMode mode)
    {
        _text.Clear();
        var pieces = default(ImmutableArray<string>.Builder);
        var pieceStart = 0;
        var escaped = false;
        var isKey = true;
        var i = start;
        for (; i < query.Length && !EndsWord(query[i]); i++)
        {
            switch (query[i])
            {
                case '\\':
                    if (i + 1 == query.Length)
                    {
                        return Fail(i, "'\\' at the end", "the character that it escapes ('\\\\' for itself)");
                    }

                    escaped = true;
                    isKey = false;
                    _text.Append(query[++i]);
                    break;
                case '*':
                    pieces ??= ImmutableArray.CreateBuilder<string>();
                    pieces.Add(_text.ToString(pieceStart, _text.Length - pieceStart));
                    _text.Append('*');
                    pieceStart = _text.Length;
                    isKey = false;
                    break;
                case ':' when mode == LexerMode.Term:
                    return isKey && i > start
                        ? new(TokenKind.Key, start, i + 1, _text.ToString().ToLowerInvariant())
                        : Fail(i, "':'", "a facet's key before it, of letters, digits, '_', '.', '-' and '@' (quote the text, or escape it as '\\:', to search for it)");
                default:
                    isKey = isKey && IsKeyCharacter(query[i]);
                    _text.Append(query[i]);
                    break;
            }
        }

        if (pieces is not null)
        {
            pieces.Add(_text.ToString(pieceStart, _text.Length - pieceStart));
            return new(TokenKind.Word, start, i, _text.ToString(), pieces.ToImmutable());
        }

        var text = _text.ToString();
        return new(escaped ? TokenKind.Word : Keyword(text, mode), start, i, text);
    }

    private SearchToken Fail(int position, string found, string expected)
    {
        Error = SearchSyntaxError.At(query, position, found, expected);
        return new(TokenKind.Error, position, query.Length);
    }

    private static TokenKind Keyword(string word, LexerMode mode) => (word, mode) switch
    {
        ("TO", LexerMode.Bound) => TokenKind.To,
        ("AND", LexerMode.Term or LexerMode.GroupValue) => TokenKind.And,
        ("OR", LexerMode.Term or LexerMode.GroupValue) => TokenKind.Or,
        ("NOT", LexerMode.Term or LexerMode.GroupValue) => TokenKind.Not,
        _ => TokenKind.Word,
    };

    private static bool EndsWord(char c) => c is '(' or ')' or '[' or ']' or '"' || char.IsWhiteSpace(c);

    public static bool IsKeyCharacter(char c) => char.IsLetterOrDigit(c) || c is '_' or '.' or '-' or '@';
}
