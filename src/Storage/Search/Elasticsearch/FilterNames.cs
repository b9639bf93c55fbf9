using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// The ids of the projects and users that a filter names. An index that held the names itself would have to be written anew, case by
/// case, when somebody's address changes.
/// </summary>
internal sealed class FilterNames
{
    /// <summary>As many values as one condition may have (<c>index.max_terms_count</c>).</summary>
    public const int Most = 65_536;

    private readonly Dictionary<CaseFilter, ImmutableArray<Guid>> _ids = new(ReferenceEqualityComparer.Instance);

    private FilterNames()
    {
    }

    /// <summary>Looks up what the filter names; refused when too many users fit a pattern.</summary>
    public static async ValueTask<Outcome<FilterNames>> FindAsync(SearchNames names, Guid orgId, CaseFilter filter, CancellationToken cancellationToken)
    {
        var found = new FilterNames();
        foreach (var named in Named(filter))
        {
            var ids = named switch
            {
                HandleFilter handle => await names.UsersAsync(orgId, handle.Handle, Most + 1, cancellationToken),
                TextFilter text => await names.ProjectsAsync(orgId, text.Pattern, cancellationToken),
                _ => [],
            };
            if (ids.Length > Most)
            {
                return DomainError.Invalid($"more than {Most} names fit '{string.Join('*', PatternOf(named).Pieces)}'; write more of the name");
            }

            found._ids[named] = [.. ids.Select(static n => n.Id)];
        }

        return found;
    }

    /// <summary>The ids that a <see cref="HandleFilter"/> or a <see cref="TextFilter"/> on the project's key stands for.</summary>
    public ImmutableArray<Guid> Of(CaseFilter filter) => _ids[filter];

    private static TextPattern PatternOf(CaseFilter filter) => filter is HandleFilter handle ? handle.Handle : ((TextFilter)filter).Pattern;

    private static IEnumerable<CaseFilter> Named(CaseFilter filter) => filter switch
    {
        AllFilter all => all.Parts.SelectMany(Named),
        AnyFilter any => any.Parts.SelectMany(Named),
        NotFilter not => Named(not.Part),
        HandleFilter or TextFilter { Field: CaseTextField.ProjectKey } => [filter],
        _ => [],
    };
}
