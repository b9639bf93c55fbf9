using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Commands;

namespace Switchboard.Grains.Projects;

/// <summary>
/// The settings of a project: known sections, each a JSON object. A patch is merged into its section as in RFC 7396 (objects
/// member by member, everything else replaced, null removes); a section that nobody knows is left out, as requests may carry
/// members that are not ours.
/// </summary>
internal static class ProjectSettings
{
    public const string Notification = "notification";
    public const string AutoClose = "auto_close_inactive_cases";
    public const string AutoTransition = "auto_transition_assigned_cases";
    public const string CaseLinks = "case_links";

    private const string OnSelfAssigned = "auto_transition_assigned_cases_on_self_assigned";

    private static readonly FrozenSet<string> Sections = FrozenSet.ToFrozenSet(
    [
        Notification, AutoClose, AutoTransition, CaseLinks, "integration_monitor", "integration_on_call", "integration_incident",
        "integration_jira", "integration_service_now",
    ]);

    /// <summary>What a new project has: the answer of the public service for a project that nothing was configured on.</summary>
    public static ImmutableSortedDictionary<string, string> Defaults { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(
            Notification,
            """{"enabled":true,"destinations":[1],"notify_on_case_assignment":true,"notify_on_case_unassignment":true"""
            + ""","notify_on_case_closed":true,"notify_on_case_priority_change":true,"notify_on_case_comment":true"""
            + ""","notify_on_case_comment_mention":true,"notify_on_case_status_change":true}""");

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null when every section that we know is an object within the limits, with members of the right types.</summary>
    public static DomainError? Check(ImmutableSortedDictionary<string, string> settings)
    {
        foreach (var (section, json) in settings)
        {
            if (Sections.Contains(section)
                && (JsonRules.CheckObject($"settings.{section}", json) ?? CheckMembers(section, json)) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>The sections that differ after the patches, in order of their names. Only for patches that passed <see cref="Check"/>.</summary>
    public static IEnumerable<(string Section, string? From, string To)> Changes(
        ImmutableSortedDictionary<string, string> present,
        ImmutableSortedDictionary<string, string> patches)
    {
        foreach (var (section, patch) in patches)
        {
            if (!Sections.Contains(section))
            {
                continue;
            }

            var from = present.GetValueOrDefault(section);
            var before = from is null ? null : JsonNode.Parse(from);
            var after = Merge(before?.DeepClone(), JsonNode.Parse(patch));
            if (before is null || !JsonNode.DeepEquals(before, after))
            {
                yield return (section, from, after!.ToJsonString(Compact));
            }
        }
    }

    /// <summary>Whether an open case goes on to the default status of its type's work in progress when somebody assigns it to themselves.</summary>
    public static bool TakesUpAssigned(ImmutableSortedDictionary<string, string> settings)
    {
        if (!settings.TryGetValue(AutoTransition, out var json))
        {
            return false;
        }

        using var section = JsonDocument.Parse(json);
        return section.RootElement.TryGetProperty(OnSelfAssigned, out var on) && on.ValueKind == JsonValueKind.True;
    }

    private static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject members)
        {
            return patch?.DeepClone();
        }

        var merged = target as JsonObject ?? [];
        foreach (var (name, value) in members)
        {
            if (value is null)
            {
                merged.Remove(name);
            }
            else
            {
                var old = merged[name];
                merged.Remove(name);
                merged[name] = Merge(old, value);
            }
        }

        return merged;
    }

    private static DomainError? CheckMembers(string section, string json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null
                && Expected(section, member.Name) is { } expected
                && !expected.Fits(member.Value))
            {
                return DomainError.Invalid($"settings.{section}.{member.Name} must be {expected.Words}");
            }
        }

        return null;
    }

    private static MemberType? Expected(string section, string member) => (section, member) switch
    {
        (_, "enabled") => MemberType.Flag,
        (AutoTransition, OnSelfAssigned) => MemberType.Flag,
        (CaseLinks, "close_children_with_parent" or "close_duplicates_with_original") => MemberType.Flag,
        (AutoClose, "max_inactive_time_in_secs") => MemberType.Seconds,
        (Notification, "destinations") => MemberType.Destinations,
        (Notification, _) when member.StartsWith("notify_on_case_", StringComparison.Ordinal) => MemberType.Flag,
        _ => null,
    };

    private sealed record MemberType(string Words, Func<JsonElement, bool> Fits)
    {
        public static readonly MemberType Flag =
            new("true or false", static value => value.ValueKind is JsonValueKind.True or JsonValueKind.False);

        public static readonly MemberType Seconds =
            new("a whole number of seconds above 0", static value => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var n) && n > 0);

        public static readonly MemberType Destinations =
            new("a list of 1 (e-mail), 2 (Slack) and 3 (in-app)", static value => value.ValueKind == JsonValueKind.Array
                && value.EnumerateArray().All(static item =>
                    item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var n) && n is >= 1 and <= 3));
    }
}
