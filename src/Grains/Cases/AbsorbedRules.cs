using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Grains.Cases;

/// <summary>
/// What duplicates bring to a case and take away again: watchers and insights that the case did not have of its own. What two of them
/// brought stays until the last of them leaves.
/// </summary>
internal static class AbsorbedRules
{
    /// <summary>What a duplicate brings; what there is no room for stays behind.</summary>
    public static AbsorbedCase Brought(CaseDetails into, CaseSnapshot duplicate)
    {
        var (borrowed, borrowedInsights) = Borrowed(into.Absorbed);
        var room = Limits.Watchers - into.Watchers.Length;
        var watchers = duplicate.Details.Watchers.Where(user => into.Watchers.Contains(user) ? borrowed.Contains(user) : room-- > 0);
        var roomForInsights = Limits.Insights - into.Insights.Length;
        var insights = duplicate.Details.Insights.Where(insight => into.Insights.Any(insight.IsSameAs)
            ? borrowedInsights.Any(insight.IsSameAs)
            : roomForInsights-- > 0);
        return new AbsorbedCase(duplicate.Id, duplicate.Key, [.. watchers], [.. insights]);
    }

    /// <summary>What goes with a duplicate; null when it is none of the case's.</summary>
    public static AbsorbedCase? Left(CaseDetails details, Guid duplicateId)
    {
        if (details.Absorbed.FirstOrDefault(one => one.CaseId == duplicateId) is not { } leaving)
        {
            return null;
        }

        var (kept, keptInsights) = Borrowed(details.Absorbed.Remove(leaving));
        return leaving with
        {
            Watchers = [.. leaving.Watchers.Where(user => details.Watchers.Contains(user) && !kept.Contains(user))],
            Insights = [.. leaving.Insights.Where(insight => details.Insights.Any(insight.IsSameAs) && !keptInsights.Any(insight.IsSameAs))],
        };
    }

    public static CaseDetails With(CaseDetails details, AbsorbedCase duplicate) => details with
    {
        Watchers = [.. details.Watchers, .. duplicate.Watchers.Except(details.Watchers)],
        Insights = [.. details.Insights, .. duplicate.Insights.Where(insight => !details.Insights.Any(insight.IsSameAs))],
        Absorbed = details.Absorbed.Add(duplicate),
    };

    public static CaseDetails Without(CaseDetails details, AbsorbedCase duplicate) => CaseDetailRules.Without(details, duplicate.Insights) with
    {
        Watchers = details.Watchers.RemoveRange(duplicate.Watchers),
        Absorbed = details.Absorbed.RemoveAll(one => one.CaseId == duplicate.CaseId),
    };

    private static (HashSet<Guid> Watchers, ImmutableArray<CaseInsight> Insights) Borrowed(ImmutableArray<AbsorbedCase> absorbed) =>
        ([.. absorbed.SelectMany(static one => one.Watchers)], [.. absorbed.SelectMany(static one => one.Insights)]);
}
