using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>The bounds of what may be asked; null when a request keeps them.</summary>
internal static class SearchBounds
{
    public static DomainError? Check(CaseSearchRequest request) => request switch
    {
        { PageSize: < 1 or > SearchLimits.MaxPageSize } =>
            DomainError.Invalid($"the page size is {request.PageSize}; it must be from 1 to {SearchLimits.MaxPageSize}"),
        { PageNumber: < 1 } => DomainError.Invalid($"the page number is {request.PageNumber}; pages are counted from 1"),
        _ when (long)request.PageSize * request.PageNumber > SearchLimits.Window => DomainError.Invalid(
            $"page {request.PageNumber} of {request.PageSize} cases lies beyond the first {SearchLimits.Window} matches, which is how far a search "
            + "can be paged; narrow the query, for example by created_at"),
        _ => null,
    };

    public static DomainError? Check(CaseCountRequest request) => Groups(request.GroupBys, least: 0, request.Limit);

    public static DomainError? Check(CaseAggregateRequest request) => Groups(request.GroupBy, least: 1, request.Limit);

    public static DomainError? Check(CaseWalkRequest request) => request.Size is >= 1 and <= SearchLimits.MaxWalkSize
        ? null
        : DomainError.Invalid($"the part's size is {request.Size}; it must be from 1 to {SearchLimits.MaxWalkSize}");

    public static DomainError? Check(CaseSuggestRequest request) => request.Limit is >= 1 and <= SearchLimits.MaxSuggestions
        ? null
        : DomainError.Invalid($"the limit is {request.Limit}; it must be from 1 to {SearchLimits.MaxSuggestions}");

    private static DomainError? Groups(ImmutableArray<CaseField> fields, int least, int limit) =>
        fields.Length < least || fields.Length > SearchLimits.MaxGroupFields
            ? DomainError.Invalid($"cases are grouped by {fields.Length} fields; it must be from {least} to {SearchLimits.MaxGroupFields}")
            : limit is < 1 or > SearchLimits.MaxGroups
            ? DomainError.Invalid($"the limit of groups is {limit}; it must be from 1 to {SearchLimits.MaxGroups}")
            : null;
}
