using System.Collections.Immutable;
using System.Text.Json;

namespace Switchboard.Handlers.CaseLinks;

/// <summary>What a project wants of links: the section <c>case_links</c> of its settings.</summary>
/// <param name="CloseChildren">Whether closing a case closes those that it is the parent of; not unless set.</param>
/// <param name="CloseDuplicates">Whether closing a case closes its duplicates; unless switched off.</param>
internal readonly record struct LinkRules(bool CloseChildren, bool CloseDuplicates)
{
    /// <summary>The rules of a project with these settings.</summary>
    public static LinkRules Of(ImmutableSortedDictionary<string, string> settings)
    {
        if (!settings.TryGetValue("case_links", out var json))
        {
            return new LinkRules(CloseChildren: false, CloseDuplicates: true);
        }

        using var section = JsonDocument.Parse(json);
        return new LinkRules(
            Flag(section.RootElement, "close_children_with_parent", false), Flag(section.RootElement, "close_duplicates_with_original", true));
    }

    private static bool Flag(JsonElement section, string member, bool unset) =>
        section.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : unset;
}
