namespace Switchboard.Cases;

/// <summary>The names by which priorities and status groups are known outside: in requests, answers and timelines.</summary>
public static class CaseNames
{
    /// <summary><c>NOT_DEFINED</c>, <c>P1</c> ... <c>P5</c>.</summary>
    public static string Of(CasePriority priority) => priority switch
    {
        CasePriority.NotDefined => "NOT_DEFINED",
        CasePriority.P1 => "P1",
        CasePriority.P2 => "P2",
        CasePriority.P3 => "P3",
        CasePriority.P4 => "P4",
        CasePriority.P5 => "P5",
        _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "No such priority."),
    };

    /// <summary><c>MERGED</c>, <c>PARENT</c> for a case that duplicates were merged into, else <c>NOT_MERGED</c>.</summary>
    public static string MergeStatusOf(CaseSnapshot @case) =>
        @case.Details.Merged is not null ? "MERGED" : @case.Details.Absorbed.IsEmpty ? "NOT_MERGED" : "PARENT";

    /// <summary><c>SG_OPEN</c>, <c>SG_IN_PROGRESS</c>, <c>SG_CLOSED</c>.</summary>
    public static string Of(StatusGroup group) => group switch
    {
        StatusGroup.Open => "SG_OPEN",
        StatusGroup.InProgress => "SG_IN_PROGRESS",
        StatusGroup.Closed => "SG_CLOSED",
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "No such status group."),
    };
}
