namespace Switchboard.Grains.Intake;

/// <summary>The names by which kinds and results are known outside.</summary>
public static class IntakeNames
{
    private static readonly (string Name, IntegrationKind Kind)[] _kinds =
    [
        ("api", IntegrationKind.Api), ("alertmanager", IntegrationKind.Alertmanager), ("pagerduty", IntegrationKind.PagerDuty), ("webhook", IntegrationKind.Webhook),
        ("mail", IntegrationKind.Mail),
    ];

    /// <summary>All kinds with their names.</summary>
    public static IReadOnlyList<(string Name, IntegrationKind Kind)> Kinds => _kinds;

    /// <summary>A kind's name.</summary>
    public static string Of(IntegrationKind kind) => _kinds.First(one => one.Kind == kind).Name;

    /// <summary>The kind of a name.</summary>
    public static IntegrationKind KindOf(string name) => _kinds.First(one => one.Name == name).Kind;

    /// <summary>A result's name.</summary>
    public static string Of(AlertResult result) => result switch
    {
        AlertResult.Opened => "opened",
        AlertResult.Updated => "updated",
        AlertResult.Grouped => "grouped",
        AlertResult.Overflowed => "overflowed",
        AlertResult.Acknowledged => "acknowledged",
        AlertResult.Resolved => "resolved",
        AlertResult.Ignored => "ignored",
        AlertResult.Reopened => "reopened",
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "No such result."),
    };
}
