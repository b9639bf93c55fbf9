using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake.Senders;

/// <summary>
/// Reads what Prometheus Alertmanager posts to a webhook: version 4 of its data, https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
/// Pure.
/// </summary>
public static class AlertmanagerMessage
{
    private const int ListedAlerts = 20;

    /// <summary>The alerts of a message: one for the whole group, or one for each alert in it.</summary>
    public static Parsed Read(JsonElement root, AlertmanagerUnit unit)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return Parsed.Refused("the body is not a JSON object");
        }

        if (root.Text("version") is not "4")
        {
            return Parsed.Refused("\"version\" must be \"4\": only that version of Alertmanager's webhook data is known");
        }

        if (root.Text("groupKey") is not { Length: > 0 } groupKey)
        {
            return Parsed.Refused("\"groupKey\" is missing");
        }

        if (StatusOf(root.Text("status")) is not { } status)
        {
            return Parsed.Refused("\"status\" must be \"firing\" or \"resolved\"");
        }

        var alerts = root.Items("alerts").Take(Limits.AlertsAtOnce + 1).ToList();
        if (alerts.Count is 0 or > Limits.AlertsAtOnce || alerts.Exists(static one => one.ValueKind != JsonValueKind.Object))
        {
            return Parsed.Refused($"\"alerts\" must be a list of 1 to {Limits.AlertsAtOnce} alerts");
        }

        return unit == AlertmanagerUnit.Group ? Parsed.Of(GroupOf(root, groupKey, status, alerts)) : EachOf(root, alerts);
    }

    private static IntakeAlert GroupOf(JsonElement root, string groupKey, AlertStatus status, List<JsonElement> alerts)
    {
        var labels = root.Pairs("commonLabels").Concat(root.Pairs("groupLabels")).ToList();
        var name = root.Member("commonLabels")?.Text("alertname") ?? root.Member("groupLabels")?.Text("alertname");
        var group = string.Join(' ', root.Pairs("groupLabels").Where(static one => one.Key != "alertname").Select(static one => $"{one.Key}={one.Value}"));
        var title = Summary(root.Member("commonAnnotations")) ?? (alerts.Count == 1 ? Summary(alerts[0].Member("annotations")) : null)
            ?? $"{name ?? alerts[0].Member("labels")?.Text("alertname") ?? "Alert"} {group}";
        var described = new StringBuilder(AlertText.Lines(root.Member("commonAnnotations")?.Text("description"), 4_000));
        foreach (var alert in alerts.Take(ListedAlerts))
        {
            described.Append('\n').Append("- ").Append(alert.Text("status")).Append(": ")
                .Append(Summary(alert.Member("annotations")) ?? alert.Member("annotations")?.Text("description")
                    ?? string.Join(' ', alert.Pairs("labels").Select(static one => $"{one.Key}={one.Value}")));
        }

        if (alerts.Count > ListedAlerts)
        {
            described.Append("\n- and ").Append(alerts.Count - ListedAlerts).Append(" more");
        }

        return AlertOf(AlertText.Key(groupKey)!, status, title, described.ToString(), labels) with
        {
            Priority = alerts.Select(static alert => AlertText.Priority(alert.Member("labels")?.Text("severity"))).Where(static one => one != CasePriority.NotDefined)
                .DefaultIfEmpty(CasePriority.NotDefined).Min(),
            Source = AlertText.Line(root.Text("externalURL"), Limits.AttributeValue),
            Links = AlertText.Links([alerts[0].Text("generatorURL"), alerts[0].Member("annotations")?.Text("runbook_url"), root.Text("externalURL")]),
            StartsAt = alerts.Select(static alert => LooseJson.Time(alert.Text("startsAt"))).Min(),
            EndsAt = status == AlertStatus.Resolve ? alerts.Select(static alert => LooseJson.Time(alert.Text("endsAt"))).Max() : null,
        };
    }

    private static Parsed EachOf(JsonElement root, List<JsonElement> alerts)
    {
        var read = ImmutableArray.CreateBuilder<IntakeAlert>(alerts.Count);
        foreach (var alert in alerts)
        {
            if (StatusOf(alert.Text("status")) is not { } status)
            {
                return Parsed.Refused("\"status\" of an alert must be \"firing\" or \"resolved\"");
            }

            var labels = alert.Pairs("labels").ToList();

            // Older releases have no fingerprint; the labels are what it is made of.
            var key = AlertText.Key(alert.Text("fingerprint")) ?? AlertText.Key(string.Join(',', labels.Order(LabelOrder.Instance).Select(static one => $"{one.Key}={one.Value}")));
            if (key is null)
            {
                return Parsed.Refused("an alert has neither a fingerprint nor labels");
            }

            var annotations = alert.Member("annotations");
            var title = Summary(annotations) ?? alert.Member("labels")?.Text("alertname") ?? "Alert";
            read.Add(AlertOf(key, status, title, annotations?.Text("description") ?? annotations?.Text("message"), labels) with
            {
                Priority = AlertText.Priority(alert.Member("labels")?.Text("severity")),
                Source = AlertText.Line(alert.Member("labels")?.Text("instance"), Limits.AttributeValue),
                Links = AlertText.Links([alert.Text("generatorURL"), annotations?.Text("runbook_url"), root.Text("externalURL")]),
                StartsAt = LooseJson.Time(alert.Text("startsAt")),
                EndsAt = status == AlertStatus.Resolve ? LooseJson.Time(alert.Text("endsAt")) : null,
            });
        }

        return Parsed.Of(read.MoveToImmutable());
    }

    private static IntakeAlert AlertOf(string key, AlertStatus status, string title, string? description, IEnumerable<KeyValuePair<string, string>> labels) => new()
    {
        DedupKey = key,
        Status = status,
        Title = AlertText.Line(title, Limits.CaseTitle) ?? "Alert",
        Description = AlertText.Lines(description, Limits.AlertDescription),
        Tags = AlertText.Tags(labels),
    };

    private static string? Summary(JsonElement? annotations) => AlertText.Line(annotations?.Text("summary") ?? annotations?.Text("title"), Limits.CaseTitle);

    private static AlertStatus? StatusOf(string? status) => status switch
    {
        "firing" => AlertStatus.Trigger,
        "resolved" => AlertStatus.Resolve,
        _ => null,
    };

    private sealed class LabelOrder : IComparer<KeyValuePair<string, string>>
    {
        public static LabelOrder Instance { get; } = new();

        public int Compare(KeyValuePair<string, string> x, KeyValuePair<string, string> y) => string.CompareOrdinal(x.Key, y.Key);
    }
}
