using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Grains.Search;

/// <summary>
/// A query after <see cref="SearchBinder"/> gave every facet its meaning: what an engine turns into its own language, and what
/// <see cref="SearchMatcher"/> decides for one case.
/// </summary>
public abstract record CaseFilter;

/// <summary>Matches every case, or none.</summary>
public sealed record ConstantFilter(bool Value) : CaseFilter;

/// <summary>All of them.</summary>
public sealed record AllFilter(ImmutableArray<CaseFilter> Parts) : CaseFilter;

/// <summary>Any of them.</summary>
public sealed record AnyFilter(ImmutableArray<CaseFilter> Parts) : CaseFilter;

/// <summary>Not this one; what is absent from a case does not match, so its exclusion does.</summary>
public sealed record NotFilter(CaseFilter Part) : CaseFilter;

/// <summary>Words that stand together in the title, or in the description.</summary>
/// <param name="Words">At least one; see <see cref="SearchWords"/>.</param>
/// <param name="Prefix">True when the last one is only the beginning of a word.</param>
public sealed record WordsFilter(ImmutableArray<string> Words, bool Prefix) : CaseFilter;

/// <summary>The title contains the pattern.</summary>
public sealed record TitleFilter(TextPattern Pattern) : CaseFilter;

/// <summary>One of these priorities.</summary>
public sealed record PriorityFilter(ImmutableArray<CasePriority> Any) : CaseFilter;

/// <summary>One of these groups.</summary>
public sealed record StatusGroupFilter(ImmutableArray<StatusGroup> Any) : CaseFilter;

/// <summary>One of these types.</summary>
public sealed record TypeFilter(ImmutableArray<Guid> Any) : CaseFilter;

/// <summary>In one of these projects.</summary>
public sealed record ProjectFilter(ImmutableArray<Guid> Any) : CaseFilter;

/// <summary>A text of the case matches.</summary>
public sealed record TextFilter(CaseTextField Field, TextPattern Pattern) : CaseFilter;

/// <summary>The public id lies in a range, both bounds included.</summary>
public sealed record PublicIdFilter(long From, long To) : CaseFilter;

/// <summary>This user.</summary>
public sealed record UserFilter(CaseUserField Field, Guid UserId) : CaseFilter;

/// <summary>A user whose handle (e-mail address) matches.</summary>
public sealed record HandleFilter(CaseUserField Field, TextPattern Handle) : CaseFilter;

/// <summary>A moment of the case lies in a range; a null bound is open.</summary>
public sealed record TimeFilter(CaseTimeField Field, TimeBound? From, TimeBound? To) : CaseFilter;

/// <summary>One end of a range of time.</summary>
public readonly record struct TimeBound(DateTimeOffset At, bool Inclusive);

/// <summary>The day by which the case is due lies in a range, both bounds included; a null bound is open.</summary>
public sealed record DueFilter(DateOnly? From, DateOnly? To) : CaseFilter;

/// <summary>The case has something.</summary>
public sealed record PresentFilter(CasePart Part) : CaseFilter;

/// <summary>An attribute, or another list of <see cref="CaseTerms"/>, has a value that matches.</summary>
/// <param name="Key">Lower case.</param>
/// <param name="Pattern">The pattern.</param>
public sealed record AttributeFilter(string Key, TextPattern Pattern) : CaseFilter;

/// <summary>An attribute has a value that is a number in a range; a null bound is open.</summary>
public sealed record AttributeNumberFilter(string Key, NumberBound? From, NumberBound? To) : CaseFilter;

/// <summary>One end of a range of numbers.</summary>
public readonly record struct NumberBound(decimal Value, bool Inclusive);

/// <summary>Texts of a case that are compared whole.</summary>
public enum CaseTextField
{
    /// <summary>The case's key.</summary>
    Key = 0,

    /// <summary>The display status.</summary>
    StatusName = 1,

    /// <summary>Where it came from.</summary>
    CreationSource = 2,

    /// <summary>The project's key.</summary>
    ProjectKey = 3,
}

/// <summary>Users of a case.</summary>
public enum CaseUserField
{
    /// <summary>Who works on it.</summary>
    Assignee = 0,

    /// <summary>Who opened it.</summary>
    CreatedBy = 1,

    /// <summary>Who changed it last.</summary>
    ModifiedBy = 2,

    /// <summary>Who watches it; any of them.</summary>
    Watcher = 3,
}

/// <summary>Moments of a case.</summary>
public enum CaseTimeField
{
    /// <summary>Opened.</summary>
    CreatedAt = 0,

    /// <summary>Last changed.</summary>
    ModifiedAt = 1,

    /// <summary>Closed.</summary>
    ClosedAt = 2,
}

/// <summary>What a case may have or not have.</summary>
public enum CasePart
{
    /// <summary>Somebody works on it.</summary>
    Assignee = 0,

    /// <summary>It was changed after it was opened.</summary>
    Modification = 1,

    /// <summary>It is closed.</summary>
    ClosedAt = 2,

    /// <summary>It is archived.</summary>
    ArchivedAt = 3,

    /// <summary>A description that is not empty.</summary>
    Description = 4,

    /// <summary>At least one comment.</summary>
    Comments = 5,

    /// <summary>A day by which it is due.</summary>
    DueDate = 6,
}
