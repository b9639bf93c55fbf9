using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake.Senders;

/// <summary>
/// How a sender's JSON is read: each part is a JSON pointer (<c>/alert/name</c>) or a text with pointers in braces
/// (<c>{/host}: {/message}</c>). Null leaves the part out.
/// </summary>
public sealed record AlertMapping
{
    /// <summary>Where the list of alerts is, in which the other places are looked for; null where a message is one alert.</summary>
    public string? Items { get; init; }

    /// <summary>The key; the title when it is null.</summary>
    public string? DedupKey { get; init; }

    /// <summary>One line.</summary>
    public string? Title { get; init; }

    /// <summary>More.</summary>
    public string? Description { get; init; }

    /// <summary>The word for the status; when it is null or none of the words below, the alert triggers.</summary>
    public string? Status { get; init; }

    /// <summary>The word for the severity.</summary>
    public string? Priority { get; init; }

    /// <summary>What it is about.</summary>
    public string? Source { get; init; }

    /// <summary>The service.</summary>
    public string? Service { get; init; }

    /// <summary>The team.</summary>
    public string? Team { get; init; }

    /// <summary>The environment.</summary>
    public string? Environment { get; init; }

    /// <summary>A page about it.</summary>
    public string? Link { get; init; }

    /// <summary>Where an object of labels is; a pointer.</summary>
    public string? Tags { get; init; }

    /// <summary>Words that mean that it is over, in any letter case.</summary>
    public ImmutableArray<string> ResolveWords { get; init; } = ["resolved", "resolve", "ok", "closed", "recovered", "normal", "up"];

    /// <summary>Words that mean that somebody looks at it.</summary>
    public ImmutableArray<string> AcknowledgeWords { get; init; } = ["acknowledged", "acknowledge", "ack"];

    /// <summary>For senders that say nothing special: members called as the parts are.</summary>
    public static AlertMapping Default { get; } = new()
    {
        DedupKey = "/dedup_key",
        Title = "/title",
        Description = "/description",
        Status = "/status",
        Priority = "/severity",
        Source = "/source",
        Service = "/service",
        Team = "/team",
        Environment = "/environment",
        Link = "/link",
        Tags = "/tags",
    };

    /// <summary>Every part with its name.</summary>
    public IEnumerable<(string Name, string? Template)> Parts =>
    [
        ("items", Items), ("dedup_key", DedupKey), ("title", Title), ("description", Description), ("status", Status), ("priority", Priority), ("source", Source),
        ("service", Service), ("team", Team), ("environment", Environment), ("link", Link), ("tags", Tags),
    ];

    /// <summary>Why the mapping cannot be used, or null.</summary>
    public string? Problem()
    {
        foreach (var (name, template) in Parts)
        {
            if (template is null)
            {
                continue;
            }

            if (template.Length > JsonPointer.Longest)
            {
                return $"mapping.{name} has {template.Length} characters; at most {JsonPointer.Longest} are allowed";
            }

            if (name is "items" or "tags" ? !JsonPointer.IsValid(template) : PointersOf(template).Any(static one => !JsonPointer.IsValid(one)))
            {
                return $"mapping.{name} is not a JSON pointer such as /alert/name{(name is "items" or "tags" ? "" : ", nor a text with pointers in braces such as {/host} is down")}";
            }
        }

        return Title is null ? "mapping.title is required" : null;
    }

    /// <summary>The alerts of a message.</summary>
    public Parsed Read(JsonElement root)
    {
        if (Items is null)
        {
            return ReadOne(root) is { } one ? Parsed.Of(one) : Parsed.Refused(Untitled);
        }

        if (JsonPointer.Find(root, Items) is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > Limits.AlertsAtOnce)
        {
            return Parsed.Refused($"\"{Items}\" is no list of 1 to {Limits.AlertsAtOnce} alerts");
        }

        var alerts = ImmutableArray.CreateBuilder<IntakeAlert>();
        foreach (var item in list.EnumerateArray())
        {
            if (ReadOne(item) is not { } alert)
            {
                return Parsed.Refused(Untitled);
            }

            alerts.Add(alert);
        }

        return Parsed.Of(alerts.ToImmutable());
    }

    private string Untitled => $"there is no title: nothing was found by the mapping \"{AlertText.Line(Title, 100)}\"";

    private IntakeAlert? ReadOne(JsonElement root)
    {
        if (AlertText.Line(Fill(root, Title), Limits.CaseTitle) is not { } title)
        {
            return null;
        }

        return new IntakeAlert
        {
            DedupKey = AlertText.Key(Fill(root, DedupKey)) ?? AlertText.Key(title)!,
            Status = StatusOf(Fill(root, Status)),
            Title = title,
            Description = AlertText.Lines(Fill(root, Description), Limits.AlertDescription),
            Priority = AlertText.Priority(Fill(root, Priority)),
            Source = AlertText.Line(Fill(root, Source), Limits.AttributeValue),
            Service = AlertText.Line(Fill(root, Service), Limits.AttributeValue),
            Team = AlertText.Line(Fill(root, Team), Limits.AttributeValue),
            Environment = AlertText.Line(Fill(root, Environment), Limits.AttributeValue),
            Tags = Tags is null ? AlertText.Tags([]) : AlertText.Tags(LooseJson.Pairs(JsonPointer.Find(root, Tags))),
            Links = AlertText.Links([Fill(root, Link)]),
        };
    }

    private AlertStatus StatusOf(string? word) => word is null ? AlertStatus.Trigger
        : ResolveWords.Contains(word.Trim(), StringComparer.OrdinalIgnoreCase) ? AlertStatus.Resolve
        : AcknowledgeWords.Contains(word.Trim(), StringComparer.OrdinalIgnoreCase) ? AlertStatus.Acknowledge
        : AlertStatus.Trigger;

    private static string? Fill(JsonElement root, string? template)
    {
        if (template is null)
        {
            return null;
        }

        if (template.StartsWith('/') && !template.Contains('{', StringComparison.Ordinal))
        {
            return JsonPointer.TextOf(JsonPointer.Find(root, template));
        }

        var text = new StringBuilder();
        var at = 0;
        while (NextPointer(template, at) is var (open, close))
        {
            text.Append(template, at, open - at).Append(JsonPointer.TextOf(JsonPointer.Find(root, template[(open + 1)..close])));
            at = close + 1;
        }

        return text.Append(template, at, template.Length - at).ToString();
    }

    private static IEnumerable<string> PointersOf(string template)
    {
        if (template.StartsWith('/') && !template.Contains('{', StringComparison.Ordinal))
        {
            yield return template;
            yield break;
        }

        var at = 0;
        while (NextPointer(template, at) is var (open, close))
        {
            yield return template[(open + 1)..close];
            at = close + 1;
        }
    }

    private static (int Open, int Close)? NextPointer(string template, int from)
    {
        var open = template.IndexOf('{', from);
        var close = open < 0 ? -1 : template.IndexOf('}', open);
        return close < 0 ? null : (open, close);
    }
}
