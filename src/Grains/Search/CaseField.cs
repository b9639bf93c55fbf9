using System.Collections.Immutable;
using Switchboard.Commands;

namespace Switchboard.Grains.Search;

/// <summary>
/// What matching cases are counted by. Its values are written as the search language reads them, so that <c>name:value</c> finds the cases
/// that were counted.
/// </summary>
/// <param name="Kind">Which part of a case.</param>
/// <param name="AttributeKey">The attribute's key in lower case; null for every other kind.</param>
public sealed record CaseField(CaseFieldKind Kind, string? AttributeKey = null)
{
    private static readonly ImmutableSortedDictionary<string, CaseFieldKind> s_kinds = new Dictionary<string, CaseFieldKind>
    {
        ["status"] = CaseFieldKind.Status,
        ["status_group"] = CaseFieldKind.StatusGroup,
        ["status_name"] = CaseFieldKind.StatusName,
        ["priority"] = CaseFieldKind.Priority,
        ["type"] = CaseFieldKind.Type,
        ["type_id"] = CaseFieldKind.TypeId,
        ["project"] = CaseFieldKind.Project,
        ["project.key"] = CaseFieldKind.Project,
        ["project_id"] = CaseFieldKind.ProjectId,
        ["assignee"] = CaseFieldKind.Assignee,
        ["created_by"] = CaseFieldKind.CreatedBy,
        ["modified_by"] = CaseFieldKind.ModifiedBy,
        ["creation_source"] = CaseFieldKind.CreationSource,
        ["archived"] = CaseFieldKind.Archived,
        ["is_archived"] = CaseFieldKind.Archived,
        ["watcher"] = CaseFieldKind.Watcher,
        ["insight.type"] = CaseFieldKind.InsightType,
        ["resolved_reason"] = CaseFieldKind.ResolvedReason,
        ["due_date"] = CaseFieldKind.DueDate,
        ["closed_reason"] = CaseFieldKind.ClosedReason,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    // Facets whose values are as good as unique, or that no attribute can be named after.
    private static readonly ImmutableHashSet<string> s_ungrouped =
        ["key", "public_id", "created_at", "modified_at", "closed_at", "has", "merge_status", "insight", "jira.key"];

    /// <summary>Names of fields other than attributes.</summary>
    public static IEnumerable<string> Names => s_kinds.Keys;

    /// <summary>The name by which it is asked for, the first where there are two.</summary>
    public string Name => AttributeKey ?? s_kinds.First(pair => pair.Value == Kind).Key;

    /// <summary>Under which key of <see cref="CaseTerms"/> its values stand, of which a case may have several; null for a part of the case that it has once at most.</summary>
    public string? TermKey => Kind switch
    {
        CaseFieldKind.Attribute => AttributeKey,
        CaseFieldKind.Watcher => CaseTerms.Watcher,
        CaseFieldKind.InsightType => CaseTerms.InsightType,
        CaseFieldKind.ResolvedReason => CaseTerms.ResolvedReason,
        CaseFieldKind.ClosedReason => CaseTerms.ClosedReason,
        _ => null,
    };

    /// <summary>The field of that name, in any letter case: a built-in one or else an attribute.</summary>
    public static Outcome<CaseField> Parse(string name)
    {
        var key = name.Trim().ToLowerInvariant();
        if (s_kinds.TryGetValue(key, out var kind))
        {
            return new CaseField(kind);
        }

        return s_ungrouped.Contains(key)
            ? DomainError.Malformed($"cases cannot be grouped by '{key}'; use {string.Join(", ", s_kinds.Keys)} or the key of an attribute")
            : key.Length is > 0 and <= 200 && key.All(SearchLexer.IsKeyCharacter)
            ? new CaseField(CaseFieldKind.Attribute, key)
            : DomainError.Malformed(
                $"'{(key.Length <= 60 ? key : key[..59] + "\u2026")}' names no field; a key is made of letters, digits, '_', '.', '-' and '@'");
    }
}

/// <summary>Parts of a case that have few enough values to count by.</summary>
public enum CaseFieldKind
{
    /// <summary>The status group as the language writes it: <c>OPEN</c>, <c>IN_PROGRESS</c>, <c>CLOSED</c>.</summary>
    Status = 0,

    /// <summary>The status group as cases show it: <c>SG_OPEN</c>, ...</summary>
    StatusGroup = 1,

    /// <summary>The display status.</summary>
    StatusName = 2,

    /// <summary><c>P1</c> ... <c>P5</c>, <c>NOT_DEFINED</c>.</summary>
    Priority = 3,

    /// <summary>The case type's name; its id where no such type is known.</summary>
    Type = 4,

    /// <summary>The case type's id.</summary>
    TypeId = 5,

    /// <summary>The project's key; its id where there is no such project.</summary>
    Project = 6,

    /// <summary>The project's id.</summary>
    ProjectId = 7,

    /// <summary>The assignee's id.</summary>
    Assignee = 8,

    /// <summary>The id of whoever opened the case.</summary>
    CreatedBy = 9,

    /// <summary>The id of whoever changed it last.</summary>
    ModifiedBy = 10,

    /// <summary><c>MANUAL</c>, ...</summary>
    CreationSource = 11,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Archived = 12,

    /// <summary>Values of an attribute, lower case; a case counts once for each of its different values.</summary>
    Attribute = 13,

    /// <summary>Ids of watchers; a case counts once for each.</summary>
    Watcher = 14,

    /// <summary>The types of insights, <c>MONITOR</c>, ...; a case counts once for each of its different ones.</summary>
    InsightType = 15,

    /// <summary>Why it was resolved.</summary>
    ResolvedReason = 16,

    /// <summary>The day by which it is due, <c>2026-01-02</c>.</summary>
    DueDate = 17,

    /// <summary>Why it is closed, one of <see cref="Switchboard.Cases.ClosedReasons"/>.</summary>
    ClosedReason = 18,
}
