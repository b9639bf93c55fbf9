using System.Collections.Immutable;

namespace Switchboard.Grains.Search;

/// <summary>A piece of a query.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where what follows it begins.</param>
/// <param name="Text">The word, phrase or key without escapes; a wildcard stands as <c>*</c>.</param>
/// <param name="Pieces">The pieces between a word's wildcards; default when it has none.</param>
internal readonly record struct SearchToken(
    TokenKind Kind,
    int Start,
    int End,
    string Text = "",
    ImmutableArray<string> Pieces = default);

internal enum TokenKind
{
    End,
    Error,
    Key,
    Word,
    Phrase,
    And,
    Or,
    Not,
    To,
    Minus,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// <summary>Where the parser stands: the same characters mean different things there.</summary>
internal enum LexerMode
{
    /// <summary>A condition is expected: <c>key:</c>, a word, an operator.</summary>
    Term,

    /// <summary>Right after <c>key:</c>: colons and a leading minus belong to the value; comparisons are operators.</summary>
    Value,

    /// <summary>In <c>key:( )</c>: as a value, but a leading minus excludes.</summary>
    GroupValue,

    /// <summary>In <c>key:[ ]</c>: as a value, <c>TO</c> is an operator.</summary>
    Bound,
}
