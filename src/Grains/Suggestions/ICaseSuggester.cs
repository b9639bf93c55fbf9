using System.Collections.Immutable;

namespace Switchboard.Grains.Suggestions;

/// <summary>Suggests what could be meant by the beginning of a facet or of a facet's value, while a query is being typed.</summary>
public interface ICaseSuggester
{
    /// <summary>The likeliest first: what more cases have.</summary>
    ValueTask<SuggestionList> SuggestAsync(SuggestionQuery query, CancellationToken cancellationToken);
}

/// <summary>What to suggest.</summary>
/// <param name="OrgId">The organisation; nothing of another one is ever suggested.</param>
/// <param name="Limit">The most suggestions, 1 to <see cref="MaxLimit"/>.</param>
public sealed record SuggestionQuery(Guid OrgId, int Limit)
{
    /// <summary>The highest limit.</summary>
    public const int MaxLimit = 100;

    /// <summary>The facet whose values are wanted, in any letter case; null for facets.</summary>
    public string? Facet { get; init; }

    /// <summary>What was typed so far, in any letter case.</summary>
    public string Typed { get; init; } = "";

    /// <summary>Who asks: what only projects have that this user may not see is not suggested. <see cref="Guid.Empty"/> for the system.</summary>
    public Guid CallerId { get; init; }

    /// <summary>Only attributes that cases of this project have, or null for all projects.</summary>
    public Guid? ProjectId { get; init; }
}

/// <summary>Suggestions.</summary>
/// <param name="Suggestions">The likeliest first.</param>
/// <param name="Overflow">
/// Whether there are more keys or values than are counted: some that exist may be missing, and counts are at least what they say.
/// </param>
public sealed record SuggestionList(ImmutableArray<Suggestion> Suggestions, bool Overflow);

/// <summary>One suggestion.</summary>
/// <param name="Text">A facet, or a value, without quotes or escapes.</param>
/// <param name="BuiltIn">Whether the facet is none of the attributes.</param>
/// <param name="Cases">How many cases have it; null where it is not counted.</param>
/// <param name="LastSeen">When a case last got it; null where that is not kept.</param>
public sealed record Suggestion(string Text, bool BuiltIn, long? Cases = null, DateTimeOffset? LastSeen = null);
