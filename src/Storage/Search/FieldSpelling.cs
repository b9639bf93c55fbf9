using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Cases;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// Engines keep numbers and ids; this writes them as the language does. An id that nothing is called by (any more) stays an id.
/// </summary>
internal sealed class FieldSpelling(ImmutableArray<CaseType> types, Dictionary<Guid, string> projects)
{
    public string? Of(CaseField field, string? raw) => raw is null ? null : field.Kind switch
    {
        CaseFieldKind.Status => CaseNames.Of((StatusGroup)Number(raw))["SG_".Length..],
        CaseFieldKind.StatusGroup => CaseNames.Of((StatusGroup)Number(raw)),
        CaseFieldKind.Priority => CaseNames.Of((CasePriority)Number(raw)),
        CaseFieldKind.Type => types.FirstOrDefault(t => t.Id == Guid.Parse(raw))?.Name ?? raw,
        CaseFieldKind.Project => projects.GetValueOrDefault(Guid.Parse(raw), raw),
        CaseFieldKind.InsightType or CaseFieldKind.ResolvedReason or CaseFieldKind.ClosedReason => raw.ToUpperInvariant(),
        _ => raw,
    };

    private static int Number(string raw) => int.Parse(raw, CultureInfo.InvariantCulture);
}

/// <summary>The biggest first; then by the values, absent ones first.</summary>
internal sealed class GroupOrder : IComparer<CaseGroup>
{
    public static readonly GroupOrder Instance = new();

    public int Compare(CaseGroup? x, CaseGroup? y)
    {
        var order = y!.Count.CompareTo(x!.Count);
        for (var i = 0; order == 0 && i < x.Values.Length; i++)
        {
            order = string.CompareOrdinal(x.Values[i], y.Values[i]);
        }

        return order;
    }
}
