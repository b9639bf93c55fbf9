using System.Collections.Immutable;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake;

/// <summary>Says where an integration's alerts go, and puts in what can be told from their labels. Pure.</summary>
public static class AlertRouting
{
    private static readonly ImmutableArray<string> _services = ["service", "service_name", "app", "application", "job"];
    private static readonly ImmutableArray<string> _teams = ["team", "owner", "squad"];
    private static readonly ImmutableArray<string> _environments = ["env", "environment", "stage", "deployment_environment"];

    /// <summary>An alert with its place, or null when it is not to be kept.</summary>
    public static RoutedAlert? Route(IntegrationRules rules, IntakeAlert alert)
    {
        alert = Enrich(alert);
        var route = rules.Routes.FirstOrDefault(one => AlertFields.Matches(alert, one));
        return route switch
        {
            null => new RoutedAlert(rules.ProjectId, rules.TypeId, alert),
            { Action: RouteAction.Drop } => null,
            _ => new RoutedAlert(route.ProjectId ?? rules.ProjectId, route.TypeId ?? rules.TypeId, alert with { Priority = route.Priority ?? alert.Priority }),
        };
    }

    private static IntakeAlert Enrich(IntakeAlert alert) => alert with
    {
        Service = alert.Service ?? First(alert, _services),
        Team = alert.Team ?? First(alert, _teams),
        Environment = alert.Environment ?? First(alert, _environments),
    };

    private static string? First(IntakeAlert alert, ImmutableArray<string> names)
    {
        foreach (var name in names)
        {
            if (alert.Tags.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }
}

/// <summary>An alert that knows where it goes.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="TypeId">The case type.</param>
/// <param name="Alert">The alert.</param>
public sealed record RoutedAlert(Guid ProjectId, Guid TypeId, IntakeAlert Alert);
