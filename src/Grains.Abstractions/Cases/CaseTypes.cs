using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Switchboard.Cases;

/// <summary>The built-in case types with the ids, names and status sets that the public service has (case-api specification, 3.4).</summary>
public static class CaseTypes
{
    /// <summary>The type of a case when nothing special is meant.</summary>
    public static CaseType Standard { get; } = Simple(1, "Standard", "STANDARD");

    /// <summary>Cases made from correlated events.</summary>
    public static CaseType EventManagement { get; } = Simple(2, "Event Management", "EVENT_MANAGEMENT");

    /// <summary>Cases made from security findings and signals.</summary>
    public static CaseType Security { get; } = Simple(3, "Security", "SECURITY");

    /// <summary>Requests for a change, with approval.</summary>
    public static CaseType ChangeRequest { get; } = new(
        IdOf(4),
        "Change Request",
        "CHANGE_REQUEST",
        Internal: true,
        Statuses("Open"),
        Statuses("Pending Approval", "Approved", "Implementing"),
        Statuses("Completed", "Cancelled", "Declined"));

    /// <summary>Cases about issues that error tracking found.</summary>
    public static CaseType ErrorTracking { get; } = Simple(5, "Error Tracking", "ERROR_TRACKING_ISSUE");

    /// <summary>Cases about logs that cost more than they tell.</summary>
    public static CaseType LogsOptimization { get; } = Simple(7, "Logs Optimization Insights", "LOGS_OPTIMIZATION_INSIGHTS");

    /// <summary>All built-in types, in the order in which they are listed.</summary>
    public static ImmutableArray<CaseType> BuiltIn { get; } =
        [Standard, EventManagement, Security, ChangeRequest, ErrorTracking, LogsOptimization];

    private static readonly FrozenDictionary<Guid, CaseType> ById = BuiltIn.ToFrozenDictionary(static type => type.Id);

    private static readonly FrozenDictionary<string, CaseType> ByLegacyName =
        BuiltIn.ToFrozenDictionary(static type => type.LegacyName, StringComparer.Ordinal);

    /// <summary>The built-in type of this id, or null.</summary>
    public static CaseType? Find(Guid id) => ById.GetValueOrDefault(id);

    /// <summary>The built-in type of this legacy name (<c>STANDARD</c>), or null.</summary>
    public static CaseType? FindByLegacyName(string name) => ByLegacyName.GetValueOrDefault(name);

    private static Guid IdOf(short number) => new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, checked((byte)number));

    private static CaseType Simple(short number, string name, string legacyName) =>
        new(IdOf(number), name, legacyName, Internal: true, Statuses("Open"), Statuses("In Progress"), Statuses("Closed"));

    private static StatusSet Statuses(params ReadOnlySpan<string> names) => new([.. names], names[0]);
}
