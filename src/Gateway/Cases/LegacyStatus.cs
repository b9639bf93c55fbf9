using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Gateway.Cases;

/// <summary>
/// A status by one of the fourteen older names. The names that every type knows stand for a group's default status, those of change
/// requests for a status of that type.
/// </summary>
/// <param name="Group">The group, or null.</param>
/// <param name="Name">The status's name, or null.</param>
internal readonly record struct LegacyStatus(StatusGroup? Group, string? Name)
{
    public static ImmutableArray<(string Word, LegacyStatus Value)> All { get; } =
    [
        ("NOT_STARTED", Default(StatusGroup.Open)),
        ("IN_PROGRESS", Default(StatusGroup.InProgress)),
        ("CLOSED", Default(StatusGroup.Closed)),
        ("ACKNOWLEDGED", Default(StatusGroup.InProgress)),
        ("TRIGGERED", Default(StatusGroup.Open)),
        ("PENDING_APPROVAL", Named("Pending Approval")),
        ("COMPLETED", Named("Completed")),
        ("CANCELLED", Named("Cancelled")),
        ("DECLINED", Named("Declined")),
        ("SUNKNOWN", default),
        ("OPEN", Default(StatusGroup.Open)),
        ("RESOLVED", Default(StatusGroup.Closed)),
        ("APPROVED", Named("Approved")),
        ("IMPLEMENTING", Named("Implementing")),
    ];

    private static LegacyStatus Default(StatusGroup group) => new(group, null);

    private static LegacyStatus Named(string name) => new(null, name);
}
