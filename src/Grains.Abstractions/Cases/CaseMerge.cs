using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Cases;

/// <summary>Where a duplicate went, and what it was before, so that the merge can be undone. While it has this, a case cannot be changed.</summary>
/// <param name="CaseId">The case that it went into.</param>
/// <param name="Key">That case's key at the time.</param>
/// <param name="LinkId">The link that the merge made, or null when the two were linked as duplicates before.</param>
/// <param name="Before">What the merge changed.</param>
[GenerateSerializer, Immutable, Alias("switchboard.MergedInto")]
public sealed record MergedInto(
    [property: Id(0)] Guid CaseId,
    [property: Id(1)] string Key,
    [property: Id(2)] Guid? LinkId,
    [property: Id(3)] BeforeMerge Before);

/// <summary>What a merge changes on the case that is merged.</summary>
/// <param name="StatusName">The status before.</param>
/// <param name="StatusGroup">Its group.</param>
/// <param name="ClosedReason">The reason for which it was closed, or null.</param>
/// <param name="Archived">Whether it was archived.</param>
[GenerateSerializer, Immutable, Alias("switchboard.BeforeMerge")]
public sealed record BeforeMerge(
    [property: Id(0)] string StatusName,
    [property: Id(1)] StatusGroup StatusGroup,
    [property: Id(2)] string? ClosedReason,
    [property: Id(3)] bool Archived);

/// <summary>A duplicate that went into the case, with what it brought. Equality is by content.</summary>
/// <param name="CaseId">The duplicate.</param>
/// <param name="Key">Its key at the time.</param>
/// <param name="Watchers">Its watchers who did not watch the case for themselves.</param>
/// <param name="Insights">Its insights that the case did not have of its own.</param>
[GenerateSerializer, Immutable, Alias("switchboard.AbsorbedCase")]
public sealed record AbsorbedCase(
    [property: Id(0)] Guid CaseId,
    [property: Id(1)] string Key,
    [property: Id(2)] ImmutableArray<Guid> Watchers,
    [property: Id(3)] ImmutableArray<CaseInsight> Insights)
{
    /// <inheritdoc/>
    public bool Equals(AbsorbedCase? other) => ReferenceEquals(this, other) || (other is not null
        && CaseId == other.CaseId && Key == other.Key
        && Watchers.AsSpan().SequenceEqual(other.Watchers.AsSpan()) && Insights.AsSpan().SequenceEqual(other.Insights.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CaseId, Key, Watchers.Length, Insights.Length);
}

/// <summary>A merge of a duplicate, or its undoing; sent to the grain of the duplicate.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.MergeCommand")]
public abstract record MergeCommand;

/// <summary>
/// Merges the case into another: it is closed as a duplicate and archived, its watchers and insights go to the other case too, and
/// whoever looks for it is led there. Answers with the other case.
/// </summary>
/// <param name="IntoId">The other case; not one that was merged itself.</param>
[GenerateSerializer, Immutable, Alias("switchboard.MergeInto")]
public sealed record MergeInto([property: Id(0)] Guid IntoId) : MergeCommand;

/// <summary>Makes the case what it was before it was merged. Answers with it.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.UndoMerge")]
public sealed record UndoMerge : MergeCommand;
