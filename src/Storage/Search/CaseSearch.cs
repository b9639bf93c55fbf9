using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// What all engines do alike: they check a request's bounds, give its query a meaning, and put names in the place of ids. An engine
/// gets a <see cref="CaseFilter"/> and answers it.
/// </summary>
/// <param name="types">The built-in case types; the organisations' own are read.</param>
/// <param name="names">The projects and users that queries and answers name.</param>
/// <param name="clock">What <c>now</c> means.</param>
public abstract class CaseSearch(ImmutableArray<CaseType> types, SearchNames names, TimeProvider clock) : ICaseSearch
{
    private static readonly Guid s_lastId = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    /// <summary>What projects and users are called.</summary>
    protected SearchNames Names => names;

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseSearchPage>> SearchAsync(CaseSearchRequest request, CancellationToken cancellationToken)
    {
        if (SearchBounds.Check(request) is { } refused)
        {
            return refused;
        }

        var bound = await BindAsync(request.OrgId, request.Query, request.CallerId, clock.GetUtcNow(), request.Projects, cancellationToken);
        return bound.Succeeded ? await PageAsync(request, bound.Value, cancellationToken) : bound.Error;
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseCounts>> CountAsync(CaseCountRequest request, CancellationToken cancellationToken)
    {
        if (SearchBounds.Check(request) is { } refused)
        {
            return refused;
        }

        var bound = await BindAsync(request.OrgId, request.Query, request.CallerId, clock.GetUtcNow(), request.Projects, cancellationToken);
        if (!bound.Succeeded)
        {
            return bound.Error;
        }

        var counted = await CountAsync(request, bound.Value, cancellationToken);
        if (!counted.Succeeded)
        {
            return counted.Error;
        }

        var spelling = await SpellingAsync(request.OrgId, request.GroupBys, cancellationToken);
        return counted.Value with
        {
            Fields = [.. counted.Value.Fields.Select(f => new CaseFieldCounts(
                f.Field,
                [.. f.Values.Select(v => v with { Value = spelling.Of(f.Field, v.Value) })
                    .OrderByDescending(static v => v.Count).ThenBy(static v => v.Value, StringComparer.Ordinal)]))],
        };
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseAggregate>> AggregateAsync(CaseAggregateRequest request, CancellationToken cancellationToken)
    {
        if (SearchBounds.Check(request) is { } refused)
        {
            return refused;
        }

        var bound = await BindAsync(request.OrgId, request.Query, request.CallerId, clock.GetUtcNow(), request.Projects, cancellationToken);
        if (!bound.Succeeded)
        {
            return bound.Error;
        }

        var counted = await AggregateAsync(request, bound.Value, cancellationToken);
        if (!counted.Succeeded)
        {
            return counted.Error;
        }

        var spelling = await SpellingAsync(request.OrgId, request.GroupBy, cancellationToken);
        return counted.Value with
        {
            Groups = [.. counted.Value.Groups
                .Select(g => g with { Values = [.. g.Values.Select((value, i) => spelling.Of(request.GroupBy[i], value))] })
                .Order(GroupOrder.Instance)],
        };
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseWalkPart>> WalkAsync(CaseWalkRequest request, CancellationToken cancellationToken)
    {
        if (SearchBounds.Check(request) is { } refused)
        {
            return refused;
        }

        var began = request.After?.Began ?? clock.GetUtcNow();
        var bound = await BindAsync(request.OrgId, request.Query, request.CallerId, began, request.Projects, cancellationToken);
        if (!bound.Succeeded)
        {
            return bound.Error;
        }

        // A beginning: no case has this id, so it stands after all that were opened at that moment and before.
        return await WalkAsync(request.OrgId, bound.Value, request.After ?? new(began, began, s_lastId), request.Size, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseSuggestions>> SuggestAsync(CaseSuggestRequest request, CancellationToken cancellationToken)
    {
        if (SearchBounds.Check(request) is { } refused)
        {
            return refused;
        }

        var typed = request.Typed.ToLowerInvariant();
        typed = typed.Length <= SearchLimits.MaxAttributeTerm ? typed : typed[..SearchLimits.MaxAttributeTerm];
        var known = new SearchSuggestions(types, names) { Projects = request.Projects };
        var facet = request.Facet?.Trim().ToLowerInvariant();
        if (facet is not null && SearchSuggestions.IsBuiltIn(facet))
        {
            return new CaseSuggestions([.. (await known.ValuesAsync(request.OrgId, facet, typed, cancellationToken)).Take(request.Limit)]);
        }

        // No key has a colon, by which an index keeps keys and values apart.
        if (facet is null && typed.Contains(':', StringComparison.Ordinal))
        {
            return new CaseSuggestions([]);
        }

        var attributes = await AttributesAsync(request.OrgId, SearchBinder.Within(request.Projects), facet, typed, request.Limit, cancellationToken);
        return !attributes.Succeeded
            ? attributes.Error
            : new CaseSuggestions([.. (facet is null ? SearchSuggestions.Keys(typed) : []).Concat(attributes.Value).Distinct().Take(request.Limit)]);
    }

    /// <summary>The page and the number of matches of a request whose bounds are checked.</summary>
    protected abstract ValueTask<Outcome<CaseSearchPage>> PageAsync(CaseSearchRequest request, CaseFilter filter, CancellationToken cancellationToken);

    /// <summary>The counts with raw values: ids in place of names.</summary>
    protected abstract ValueTask<Outcome<CaseCounts>> CountAsync(CaseCountRequest request, CaseFilter filter, CancellationToken cancellationToken);

    /// <summary>The groups with raw values: ids in place of names.</summary>
    protected abstract ValueTask<Outcome<CaseAggregate>> AggregateAsync(CaseAggregateRequest request, CaseFilter filter, CancellationToken cancellationToken);

    /// <summary>Matching cases after a position, newest first.</summary>
    protected abstract ValueTask<Outcome<CaseWalkPart>> WalkAsync(
        Guid orgId, CaseFilter filter, CaseWalkPosition after, int size, CancellationToken cancellationToken);

    /// <summary>Keys of attributes, or values of one, that begin with a lower-case text.</summary>
    protected abstract ValueTask<Outcome<IReadOnlyList<string>>> AttributesAsync(
        Guid orgId, CaseFilter within, string? key, string typed, int limit, CancellationToken cancellationToken);

    /// <summary>Every request comes through here: the only place where a query, and what its caller may see, become a filter.</summary>
    private async ValueTask<Outcome<CaseFilter>> BindAsync(
        Guid orgId, SearchQuery query, Guid callerId, DateTimeOffset now, ImmutableArray<Guid>? projects, CancellationToken cancellationToken)
    {
        var known = query.Mentions("type") ? await TypesAsync(orgId, cancellationToken) : types;
        return SearchBinder.Bind(query, new(callerId, now, known) { Projects = projects });
    }

    /// <summary>The built-in types as the organisation has them, and its own, deleted ones too: their cases stay.</summary>
    private async ValueTask<ImmutableArray<CaseType>> TypesAsync(Guid orgId, CancellationToken cancellationToken)
    {
        var own = await names.TypesAsync(orgId, cancellationToken);
        return own.IsEmpty ? types : [.. types.Where(type => own.All(one => one.Id != type.Id)), .. own.Select(static one => one.Type)];
    }

    private async ValueTask<FieldSpelling> SpellingAsync(Guid orgId, ImmutableArray<CaseField> fields, CancellationToken cancellationToken) => new(
        fields.Any(static f => f.Kind == CaseFieldKind.Type) ? await TypesAsync(orgId, cancellationToken) : types,
        fields.Any(static f => f.Kind == CaseFieldKind.Project)
            ? (await names.ProjectsAsync(orgId, cancellationToken)).ToDictionary(static p => p.Id, static p => p.Name)
            : []);
}
