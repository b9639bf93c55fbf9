using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Cases;

namespace Switchboard.Grains.Intake;

/// <summary>Makes texts of strangers fit to be stored and shown: cut, without control characters, without halves of surrogate pairs. Pure.</summary>
public static class AlertText
{
    private const int LongestLink = 2_000;

    /// <summary>One line of at most <paramref name="limit"/> characters, or null when nothing is left.</summary>
    public static string? Line(string? text, int limit) => Clean(text, limit, lines: false) is { Length: > 0 } line ? line : null;

    /// <summary>A text of lines of at most <paramref name="limit"/> characters; empty when nothing is left.</summary>
    public static string Lines(string? text, int limit) => Clean(text, limit, lines: true);

    /// <summary>A key of at most <see cref="Limits.DedupKey"/> characters; what is longer is told apart by its hash.</summary>
    public static string? Key(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return text.Length <= Limits.DedupKey
            ? Line(text, Limits.DedupKey)
            : $"{Line(text, 128)}#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
    }

    /// <summary>Keeps an address that a person may be led to.</summary>
    public static bool TryLink(string? text, [NotNullWhen(true)] out string? link)
    {
        link = text is { Length: <= LongestLink } && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? Line(text, LongestLink)
            : null;
        return link is not null;
    }

    /// <summary>The links among some texts, each once.</summary>
    public static ImmutableArray<string> Links(IEnumerable<string?> texts)
    {
        var links = ImmutableArray.CreateBuilder<string>();
        foreach (var text in texts)
        {
            if (links.Count < Limits.AlertLinks && TryLink(text, out var link) && !links.Contains(link))
            {
                links.Add(link);
            }
        }

        return links.ToImmutable();
    }

    /// <summary>Labels within their bounds; those that are left without a name or a value are dropped.</summary>
    public static ImmutableSortedDictionary<string, string> Tags(IEnumerable<KeyValuePair<string, string>> tags)
    {
        var kept = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
        {
            if (kept.Count >= Limits.AlertTags)
            {
                break;
            }

            if (Line(name, Limits.AttributeKey) is { } key && Line(value, Limits.AttributeValue) is { } text)
            {
                kept[key] = text;
            }
        }

        return kept.ToImmutable();
    }

    /// <summary>The priority that a sender's word for severity stands for.</summary>
    public static CasePriority Priority(string? severity) => severity?.Trim().ToUpperInvariant() switch
    {
        "P1" or "1" or "CRITICAL" or "CRIT" or "FATAL" or "EMERGENCY" or "DISASTER" or "PAGE" => CasePriority.P1,
        "P2" or "2" or "HIGH" or "ERROR" or "MAJOR" or "SEVERE" or "ALERT" => CasePriority.P2,
        "P3" or "3" or "WARNING" or "WARN" or "MEDIUM" or "AVERAGE" or "NORMAL" => CasePriority.P3,
        "P4" or "4" or "LOW" or "MINOR" or "NOTICE" => CasePriority.P4,
        "P5" or "5" or "INFO" or "INFORMATION" or "INFORMATIONAL" or "NONE" or "DEBUG" => CasePriority.P5,
        _ => CasePriority.NotDefined,
    };

    private static string Clean(string? text, int limit, bool lines)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var clean = new StringBuilder(Math.Min(text.Length, limit));
        for (var i = 0; i < text.Length && clean.Length < limit; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                if (clean.Length + 2 > limit)
                {
                    break;
                }

                clean.Append(c).Append(text[++i]);
            }
            else if (char.IsSurrogate(c))
            {
                clean.Append('\uFFFD');
            }
            else if (c == '\n' && lines)
            {
                clean.Append(c);
            }
            else if (c == '\r')
            {
                // Part of a line's end, or a trick to write over a line.
            }
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF')
            {
                clean.Append(' ');
            }
            else
            {
                clean.Append(c);
            }
        }

        return clean.ToString().Trim();
    }
}
