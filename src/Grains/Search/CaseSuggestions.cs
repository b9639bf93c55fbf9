using System.Collections.Immutable;

namespace Switchboard.Grains.Search;

/// <summary>What to suggest.</summary>
/// <param name="OrgId">The organisation; nothing of another one is ever suggested.</param>
/// <param name="Facet">The facet whose values are wanted, in any letter case; null for facet keys.</param>
/// <param name="Typed">What was typed so far, in any letter case; empty for anything. At most <see cref="SearchLimits.MaxAttributeTerm"/> characters count.</param>
/// <param name="Limit">1 to <see cref="SearchLimits.MaxSuggestions"/>.</param>
public sealed record CaseSuggestRequest(Guid OrgId, string? Facet, string Typed, int Limit)
{
    /// <summary>Who asks; <see cref="Guid.Empty"/> for the system.</summary>
    public Guid CallerId { get; init; }

    /// <summary>The projects whose cases the caller may see; null for all.</summary>
    public ImmutableArray<Guid>? Projects { get; init; }
}

/// <summary>What could be meant.</summary>
/// <param name="Texts">Keys or values, without quotes or escapes, the likeliest first.</param>
public sealed record CaseSuggestions(ImmutableArray<string> Texts);
