using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Switchboard.Cases;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake;

/// <summary>The fields of an alert by which it is routed and grouped. Pure.</summary>
public static class AlertFields
{
    /// <summary>What stands before a label's name.</summary>
    public const string TagPrefix = "tag:";

    private const int LongestPattern = 200;

    /// <summary>The fields that are no labels.</summary>
    public static ImmutableArray<string> Names { get; } = ["title", "source", "service", "team", "environment", "priority", "dedup_key"];

    /// <summary>Whether there may be such a field.</summary>
    public static bool IsKnown(string field) => Names.Contains(field, StringComparer.Ordinal)
        || (field.StartsWith(TagPrefix, StringComparison.Ordinal) && field.Length > TagPrefix.Length && field.Length <= Limits.AttributeKey);

    /// <summary>A field's value; empty when the alert has none.</summary>
    public static string ValueOf(IntakeAlert alert, string field) => field switch
    {
        "title" => alert.Title,
        "source" => alert.Source ?? "",
        "service" => alert.Service ?? "",
        "team" => alert.Team ?? "",
        "environment" => alert.Environment ?? "",
        "priority" => CaseNames.Of(alert.Priority),
        "dedup_key" => alert.DedupKey,
        _ => field.StartsWith(TagPrefix, StringComparison.Ordinal) ? alert.Tags.GetValueOrDefault(field[TagPrefix.Length..]) ?? "" : "",
    };

    /// <summary>Whether an alert has all values that a route asks for, in any letter case.</summary>
    public static bool Matches(IntakeAlert alert, IntakeRoute route) => route.Match.All(one => Fits(one.Value, ValueOf(alert, one.Key)));

    /// <summary>Why a route's conditions cannot be used, or null.</summary>
    public static string? ProblemOf(IntakeRoute route)
    {
        foreach (var (field, pattern) in route.Match)
        {
            if (!IsKnown(field))
            {
                return $"\"{AlertText.Line(field, 100)}\" is no field of alerts; the fields are {string.Join(", ", Names)} and {TagPrefix}NAME";
            }

            if (pattern.Length > LongestPattern)
            {
                return $"the pattern of \"{AlertText.Line(field, 100)}\" has {pattern.Length} characters; at most {LongestPattern} are allowed";
            }
        }

        return null;
    }

    private static bool Fits(string pattern, string value) => pattern.Contains('*', StringComparison.Ordinal)
        ? Regex.IsMatch(
            value,
            $"\\A{string.Join("[\\s\\S]*", pattern.Split('*').Select(Regex.Escape))}\\z",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)
        : string.Equals(pattern, value, StringComparison.OrdinalIgnoreCase);
}
