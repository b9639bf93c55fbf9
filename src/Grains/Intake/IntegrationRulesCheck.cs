using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Intake;

/// <summary>What the settings of an integration may be. Pure.</summary>
public static class IntegrationRulesCheck
{
    private const int MostGroupFields = 5;
    private const int LongestWindow = 86_400;
    private const int MostCases = 10_000;
    private const int ShortestHeartbeat = 10;
    private const int LongestHeartbeat = 7 * 86_400;

    /// <summary>Why they cannot be used, or null.</summary>
    public static string? ProblemOf(IntegrationSettings settings) =>
        (settings.Name is { } name ? TextRules.Required("name", name, Limits.Name)?.Detail : null)
        ?? (settings.RequestsPerSecond is < 0 or > 1_000_000 ? "requests_per_second must be 1 to 1000000, or 0 for no limit of its own" : null)
        ?? (settings.HeartbeatSeconds is { } period && period is not 0 and (< ShortestHeartbeat or > LongestHeartbeat)
            ? $"heartbeat_seconds must be {ShortestHeartbeat} to {LongestHeartbeat}, or 0 for none"
            : null)
        ?? (settings.Rules is { } rules ? ProblemOf(rules) : null);

    private static string? ProblemOf(IntegrationRules rules)
    {
        if (rules.GroupBy.Length > MostGroupFields || rules.GroupBy.Any(static field => !AlertFields.IsKnown(field)))
        {
            return $"group_by must be at most {MostGroupFields} of {string.Join(", ", AlertFields.Names)} and {AlertFields.TagPrefix}NAME";
        }

        if (rules.GroupWindowSeconds is < 1 or > LongestWindow || rules.ReopenWithinSeconds is < 0 or > LongestWindow)
        {
            return $"group_window_seconds must be 1 to {LongestWindow}, and reopen_within_seconds 0 to {LongestWindow}";
        }

        if (rules.MaxCasesPerMinute is < 1 or > MostCases)
        {
            return $"max_cases_per_minute must be 1 to {MostCases}";
        }

        if (rules.Routes.Length > Limits.Routes)
        {
            return $"routes has {rules.Routes.Length} items; at most {Limits.Routes} are allowed";
        }

        return rules.Mapping?.Problem() ?? rules.Routes.Select(AlertFields.ProblemOf).FirstOrDefault(static problem => problem is not null);
    }
}
