using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake.Senders;

/// <summary>Reads an event of the PagerDuty Events API v2: https://developer.pagerduty.com/docs/send-alert-event. Pure.</summary>
public static class PagerDutyEvent
{
    private static readonly ImmutableArray<string> _severities = ["critical", "error", "warning", "info"];

    /// <summary>The integration's key in an event, or null.</summary>
    public static string? RoutingKeyOf(JsonElement root) => root.Text("routing_key");

    /// <summary>The alert of an event. A trigger without a key of its own gets <paramref name="newKey"/>.</summary>
    public static Parsed Read(JsonElement root, string newKey)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return Parsed.Refused("the event is not a JSON object");
        }

        var problems = ImmutableArray.CreateBuilder<string>();
        var action = root.Text("event_action");
        AlertStatus? status = action switch
        {
            "trigger" => AlertStatus.Trigger,
            "acknowledge" => AlertStatus.Acknowledge,
            "resolve" => AlertStatus.Resolve,
            _ => null,
        };
        if (status is null)
        {
            problems.Add(action is null ? "'event_action' is missing or blank" : "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')");
        }

        var key = root.Text("dedup_key") is { Length: > 0 } given ? given : null;
        if (key?.Length > Limits.DedupKey)
        {
            problems.Add($"'dedup_key' is too long (maximum is {Limits.DedupKey} characters)");
        }

        if (status is AlertStatus.Acknowledge or AlertStatus.Resolve && string.IsNullOrWhiteSpace(key))
        {
            problems.Add("'dedup_key' is missing or blank");
        }

        var payload = root.Member("payload");
        if (status == AlertStatus.Trigger)
        {
            Check(payload, problems);
        }

        return problems.Count > 0 ? Parsed.Refused(problems.ToImmutable()) : Parsed.Of(AlertOf(root, payload, status!.Value, AlertText.Key(key) ?? newKey));
    }

    private static void Check(JsonElement? payload, ImmutableArray<string>.Builder problems)
    {
        if (payload is not { ValueKind: JsonValueKind.Object } given)
        {
            problems.Add("'payload' is missing or blank");
            return;
        }

        foreach (var name in new[] { "summary", "source", "severity" })
        {
            if (string.IsNullOrWhiteSpace(given.Text(name)))
            {
                problems.Add($"'payload.{name}' is missing or blank");
            }
        }

        if (given.Text("severity") is { Length: > 0 } severity && !_severities.Contains(severity, StringComparer.Ordinal))
        {
            problems.Add("'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')");
        }
    }

    private static IntakeAlert AlertOf(JsonElement root, JsonElement? payload, AlertStatus status, string key)
    {
        var given = payload is { ValueKind: JsonValueKind.Object } there ? there : default;
        var details = given.Member("custom_details");
        var tags = LooseJson.Pairs(details)
            .Concat(new[] { "component", "group", "class" }.Select(name => new KeyValuePair<string, string>(name, given.Text(name) ?? "")));
        var links = root.Items("links").Select(static one => one.Text("href"))
            .Concat(root.Items("images").Select(static one => one.Text("href") ?? one.Text("src")))
            .Append(root.Text("client_url"));
        return new IntakeAlert
        {
            DedupKey = key,
            Status = status,
            Title = AlertText.Line(given.Text("summary"), Limits.CaseTitle) ?? key,
            Description = details is { ValueKind: JsonValueKind.Object or JsonValueKind.Array } deep
                ? AlertText.Lines(deep.GetRawText(), Limits.AlertDescription)
                : AlertText.Lines(JsonPointer.TextOf(details), Limits.AlertDescription),
            Priority = given.Text("severity") switch
            {
                "critical" => CasePriority.P1,
                "error" => CasePriority.P2,
                "warning" => CasePriority.P3,
                "info" => CasePriority.P5,
                _ => CasePriority.NotDefined,
            },
            Source = AlertText.Line(given.Text("source"), Limits.AttributeValue),
            Tags = AlertText.Tags(tags),
            Links = AlertText.Links(links),
            StartsAt = LooseJson.Time(given.Text("timestamp")),
        };
    }
}
