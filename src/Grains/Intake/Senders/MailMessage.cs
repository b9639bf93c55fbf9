using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Switchboard.Cases;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake.Senders;

/// <summary>
/// Reads an alert that came as a mail (RFC 5322, MIME): subject, text, and what its headers say. What the mail says about who sent it is
/// worth nothing; the integration's key is. Pure.
/// </summary>
public static partial class MailMessage
{
    /// <summary>The header that says the dedup key; without it the subject does.</summary>
    public const string KeyHeader = "x-dedup-key";

    /// <summary>The header that says the status: trigger, acknowledge or resolve.</summary>
    public const string StatusHeader = "x-alert-status";

    private static readonly string[] _resolved = ["resolved", "recovery", "recovered", "ok", "closed", "up"];

    private static readonly string[] _acknowledged = ["acknowledged", "acknowledgement", "ack"];

    /// <summary>The alert of a message.</summary>
    public static Parsed Read(ReadOnlySpan<byte> message)
    {
        var part = MailPart.Read(message);
        var subject = AlertText.Line(MailWords.Decode(part.Header("subject")), Limits.CaseTitle);
        if (subject is null && part.Header("from") is null)
        {
            return Parsed.Refused("the body is no mail: it has neither a subject nor a sender; send the raw message, headers first (RFC 5322)");
        }

        var (bare, word) = Strip(subject ?? "");
        var status = StatusOf(part.Header(StatusHeader) ?? word);
        var title = bare.Length > 0 ? bare : subject ?? "(no subject)";
        return Parsed.Of(new IntakeAlert
        {
            DedupKey = AlertText.Key(part.Header(KeyHeader)) ?? AlertText.Key(title)!,
            Status = status,
            Title = title,
            Description = AlertText.Lines(part.Text(), Limits.AlertDescription),
            Priority = PriorityOf(part),
            Source = AlertText.Line(MailWords.Decode(part.Header("from")), Limits.AttributeValue),
            Tags = ImmutableSortedDictionary<string, string>.Empty,
            StartsAt = LooseJson.Time(part.Header("date")),
        });
    }

    /// <summary>The subject without the marks before it, and the word among them that says how things stand.</summary>
    private static (string Subject, string? Word) Strip(string subject)
    {
        string? word = null;
        while (Mark().Match(subject) is { Success: true, Length: > 0 } mark)
        {
            if (mark.Groups["word"] is { Success: true } found)
            {
                word ??= found.Value;
            }

            subject = subject[mark.Length..];
        }

        return (subject.Trim(), word);
    }

    private static AlertStatus StatusOf(string? word) => word?.Trim().ToLowerInvariant() switch
    {
        null => AlertStatus.Trigger,
        "resolve" => AlertStatus.Resolve,
        "acknowledge" => AlertStatus.Acknowledge,
        var other when _resolved.Contains(other) => AlertStatus.Resolve,
        var other when _acknowledged.Contains(other) => AlertStatus.Acknowledge,
        _ => AlertStatus.Trigger,
    };

    private static CasePriority PriorityOf(MailPart part)
    {
        if (AlertText.Priority(part.Header("x-alert-severity")) is var said && said != CasePriority.NotDefined)
        {
            return said;
        }

        // X-Priority is 1 to 5, a comment may follow.
        return part.Header("x-priority") is { Length: > 0 } number && number[0] is >= '1' and <= '5' ? (CasePriority)(number[0] - '0')
            : part.Header("importance")?.Trim().ToLowerInvariant() switch
            {
                "high" => CasePriority.P2,
                "low" => CasePriority.P4,
                _ => CasePriority.NotDefined,
            };
    }

    [GeneratedRegex(
        @"\A\s*(?:(?:re|fwd?|aw|wg)\s*:|\[\s*(?<word>firing|resolved|recovered|recovery|ok|closed|up|problem|alert|acknowledged|ack)\b[^\]]{0,40}\]|(?<word>resolved|recovered|recovery|ok|problem|acknowledged|acknowledgement)\s*:)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Mark();
}
