using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Grains.Search;

/// <summary>A value that a case has under a key, both in lower case.</summary>
/// <param name="Key">An attribute's key, or one of those of <see cref="CaseTerms"/>.</param>
/// <param name="Value">One of its values.</param>
public readonly record struct CaseTerm(string Key, string Value)
{
    /// <summary>As indexes hold it.</summary>
    public override string ToString() => $"{Key}:{Value}";
}

/// <summary>
/// What a case has of lists that are searched alike: its attributes, the values of its type's own attributes, and, under keys that begin with a
/// sign that no attribute's key can have, watchers, insights and the reasons why it was resolved and closed.
/// </summary>
public static class CaseTerms
{
    /// <summary>What keys of other things than attributes begin with.</summary>
    public const char Inner = '!';

    /// <summary>The key of a watcher's id.</summary>
    public const string Watcher = "!watcher";

    /// <summary>The key of an insight's type.</summary>
    public const string InsightType = "!insight.type";

    /// <summary>The key of what an insight refers to: <c>type:resource</c>.</summary>
    public const string Insight = "!insight";

    /// <summary>The key of the reason why a case was resolved.</summary>
    public const string ResolvedReason = "!resolved_reason";

    /// <summary>The key of the family of reasons for which a case is closed.</summary>
    public const string ClosedReason = "!closed_reason";

    /// <summary>The key of the merge status of a case that was merged, or that others were merged into; other cases have none.</summary>
    public const string MergeStatus = "!merge_status";

    /// <summary>All of a case.</summary>
    public static IEnumerable<CaseTerm> Of(CaseSnapshot @case) => Attributes(@case).Concat(Inside(@case));

    /// <summary>Those under keys that a query can spell: attributes, and a type's own. A number stands in its shortest form.</summary>
    public static IEnumerable<CaseTerm> Attributes(CaseSnapshot @case) => Attributes(@case.Attributes).Concat(
        @case.Details.CustomValues.SelectMany(static pair => pair.Value.Values.Select(value => Of(
            pair.Key, pair.Value.Type == CustomAttributeTypes.Number ? AttributeNumber.Shortest(value) ?? value : value))));

    private static IEnumerable<CaseTerm> Attributes(ImmutableSortedDictionary<string, ImmutableArray<string>> attributes) =>
        attributes.SelectMany(static pair => pair.Value.Select(value => Of(pair.Key, value)));

    private static IEnumerable<CaseTerm> Inside(CaseSnapshot @case)
    {
        var details = @case.Details;
        return details.Merged is null && details.Absorbed.IsEmpty
            ? Inside(details)
            : Inside(details).Append(Of(MergeStatus, CaseNames.MergeStatusOf(@case)));
    }

    private static IEnumerable<CaseTerm> Inside(CaseDetails details) =>
    [
        .. details.Watchers.Select(static id => Of(Watcher, id.ToString("D"))),
        .. details.Insights.Select(static one => Of(InsightType, one.Type)).Distinct(),
        .. details.Insights.Select(static one => Of(Insight, $"{one.Type}:{one.ResourceId}")),
        .. details.ResolvedReason is { } reason ? [Of(ResolvedReason, reason)] : (CaseTerm[])[],
        .. details.ClosedReason is { } family ? [Of(ClosedReason, family)] : (CaseTerm[])[],
    ];

    private static CaseTerm Of(string key, string value) => new(key.ToLowerInvariant(), value.ToLowerInvariant());
}
