using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// The tags that every case has, from which the index of words and tags knows its organisation, project and type, and whether it is
/// archived; the schema's <c>case_tags</c> writes them.
/// </summary>
internal static class ScopeSql
{
    /// <summary>More projects or types than this are compared by their column.</summary>
    public const int Most = 32;

    /// <summary>The organisation's cases as far as they are archived or not, when the filter says so.</summary>
    public static string Of(Guid orgId, CaseFilter filter) => IsLive(filter) ? Tag('l', orgId) : $"{Tag('l', orgId)} | {Tag('a', orgId)}";

    /// <summary>Whether the filter leaves archived cases out.</summary>
    public static bool IsLive(CaseFilter filter) => filter switch
    {
        NotFilter { Part: PresentFilter { Part: CasePart.ArchivedAt } } => true,
        AllFilter all => all.Parts.Any(static p => p is NotFilter { Part: PresentFilter { Part: CasePart.ArchivedAt } }),
        _ => false,
    };

    /// <summary>In one of these projects.</summary>
    public static string Of(ProjectFilter filter) => string.Join(" | ", filter.Any.Select(static id => Tag('p', id)));

    /// <summary>Of one of these types.</summary>
    public static string Of(TypeFilter filter) => string.Join(" | ", filter.Any.Select(static id => Tag('t', id)));

    private static string Tag(char mark, Guid id) => $"'!{mark}{Convert.ToBase64String(id.ToByteArray(bigEndian: true))}'";
}
