using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;

namespace Switchboard.Grains.Search;

/// <summary>What a query's values refer to.</summary>
/// <param name="CallerId">Whom <c>@me</c> means; <see cref="Guid.Empty"/> for nobody, whom no case matches.</param>
/// <param name="Now">What <c>now</c> means.</param>
/// <param name="Types">The case types that <c>type:</c> can name.</param>
public sealed record SearchContext(Guid CallerId, DateTimeOffset Now, ImmutableArray<CaseType> Types)
{
    /// <summary>The projects whose cases the caller may see; null for all. Whatever the query says, no case of another project matches.</summary>
    public ImmutableArray<Guid>? Projects { get; init; }
}

/// <summary>
/// Gives the facets of a query their meaning. A value of a closed set (priority, group, merge status, yes or no) and one with a form (id, number, date)
/// is refused when it has none; a value of an open set (status name, type name, user, project, key, attribute) that nobody
/// has matches no case.
/// </summary>
public sealed class SearchBinder
{
    private readonly FacetBinder _facets;
    private DomainError? _error;

    private SearchBinder(SearchContext context) => _facets = new(context);

    /// <summary>The query's filter. Archived cases are excluded unless the query mentions the facet <c>archived</c> or <c>is_archived</c>.</summary>
    public static Outcome<CaseFilter> Bind(SearchQuery query, SearchContext context)
    {
        var binder = new SearchBinder(context);
        CaseFilter filter = query.Root is null ? new ConstantFilter(true) : binder.Bind(query.Root);
        if (binder._error is { } error)
        {
            return error;
        }

        return All(
        [
            filter,
            binder._facets.MentionsArchive ? new ConstantFilter(true)
                : binder._facets.MentionsMerged ? new AnyFilter([new NotFilter(new PresentFilter(CasePart.ArchivedAt)), FacetBinder.Merged])
                : new NotFilter(new PresentFilter(CasePart.ArchivedAt)),
            Within(context.Projects),
        ]);
    }

    /// <summary>Cases of these projects; null for all.</summary>
    public static CaseFilter Within(ImmutableArray<Guid>? projects) => projects switch
    {
        null => new ConstantFilter(true),
        [] => new ConstantFilter(false),
        { } some => new ProjectFilter(some),
    };

    private CaseFilter Bind(SearchNode node) => node switch
    {
        AndNode and => All([.. and.Parts.Select(Bind)]),
        OrNode or => Any([.. or.Parts.Select(Bind)]),
        NotNode not => Not(Bind(not.Part)),
        TextNode text => Words(text),
        TextPatternNode pattern => Title(new([.. pattern.Pieces.Select(static p => p.ToLowerInvariant())])),
        FacetNode facet => Facet(facet),
        _ => throw new ArgumentOutOfRangeException(nameof(node), node, "No such node."),
    };

    private CaseFilter Facet(FacetNode facet)
    {
        var (filter, problem) = _facets.Bind(facet);
        if (problem is not null)
        {
            _error ??= DomainError.Malformed($"search query, facet '{facet.Key}': {problem}");
        }

        return filter;
    }

    private static CaseFilter Words(TextNode text)
    {
        var words = SearchWords.Of(text.Text);

        // What has no letter and no digit is no word, but a title can still contain it.
        return words.Length == 0 ? Title(new(["", text.Text.ToLowerInvariant(), ""])) : new WordsFilter(words, text.Prefix);
    }

    private static CaseFilter Title(TextPattern pattern) =>
        pattern.Pieces.All(static p => p.Length == 0) ? new ConstantFilter(true) : new TitleFilter(pattern);

    private static CaseFilter All(ImmutableArray<CaseFilter> parts)
    {
        if (parts.Any(static p => p is ConstantFilter { Value: false }))
        {
            return new ConstantFilter(false);
        }

        ImmutableArray<CaseFilter> flat =
            [.. parts.SelectMany(static p => p is AllFilter all ? all.Parts : [p]).Where(static p => p is not ConstantFilter)];
        return flat switch { [] => new ConstantFilter(true), [var only] => only, _ => new AllFilter(flat) };
    }

    private static CaseFilter Any(ImmutableArray<CaseFilter> parts)
    {
        if (parts.Any(static p => p is ConstantFilter { Value: true }))
        {
            return new ConstantFilter(true);
        }

        ImmutableArray<CaseFilter> flat = Merge(
            [.. parts.SelectMany(static p => p is AnyFilter any ? any.Parts : [p]).Where(static p => p is not ConstantFilter)]);
        return flat switch { [] => new ConstantFilter(false), [var only] => only, _ => new AnyFilter(flat) };
    }

    /// <summary>One condition for <c>priority:(P1 OR P2)</c>: an index answers it at once.</summary>
    private static ImmutableArray<CaseFilter> Merge(ImmutableArray<CaseFilter> parts)
    {
        ImmutableArray<CasePriority> priorities = [.. parts.OfType<PriorityFilter>().SelectMany(static p => p.Any).Distinct().Order()];
        ImmutableArray<StatusGroup> groups = [.. parts.OfType<StatusGroupFilter>().SelectMany(static g => g.Any).Distinct().Order()];
        ImmutableArray<Guid> projects = [.. parts.OfType<ProjectFilter>().SelectMany(static p => p.Any).Distinct()];
        var others = parts.Where(static p => p is not (PriorityFilter or StatusGroupFilter or ProjectFilter));
        return
        [
            .. priorities.Length > 0 ? [new PriorityFilter(priorities)] : ImmutableArray<CaseFilter>.Empty,
            .. groups.Length > 0 ? [new StatusGroupFilter(groups)] : ImmutableArray<CaseFilter>.Empty,
            .. projects.Length > 0 ? [new ProjectFilter(projects)] : ImmutableArray<CaseFilter>.Empty,
            .. others,
        ];
    }

    private static CaseFilter Not(CaseFilter part) => part switch
    {
        ConstantFilter constant => new ConstantFilter(!constant.Value),
        NotFilter not => not.Part,

        // Every case has a priority and a group: the others are as good as the exclusion, and an index answers them.
        PriorityFilter priority => Set(Enum.GetValues<CasePriority>().Except(priority.Any), static set => new PriorityFilter(set)),
        StatusGroupFilter group => Set(Enum.GetValues<StatusGroup>().Except(group.Any), static set => new StatusGroupFilter(set)),
        _ => new NotFilter(part),
    };

    private static CaseFilter Set<T>(IEnumerable<T> members, Func<ImmutableArray<T>, CaseFilter> filter)
    {
        ImmutableArray<T> set = [.. members];
        return set.Length == 0 ? new ConstantFilter(false) : filter(set);
    }
}
