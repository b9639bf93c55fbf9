using System.Collections.Immutable;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Orgs;

namespace Switchboard.Gateway.Orgs;

/// <summary>Reads the query string of the users' list.</summary>
internal static class UserList
{
    public static ImmutableArray<string> SortFields { get; } = ["name", "email", "created_at", "modified_at"];

    public static Either<UserQuery> QueryOf(
        Guid orgId, string filter, string status, string sort, string? direction, int pageSize, int pageNumber)
    {
        if (DisabledOf(status, out var disabled) is { } refusal)
        {
            return refusal;
        }

        var descending = sort.StartsWith('-');
        return new UserQuery(
            orgId,
            filter.Length == 0 ? null : filter,
            disabled,
            sort.TrimStart('-'),
            direction is null ? descending : direction == "desc",
            pageSize,
            pageNumber);
    }

    private static ApiError? DisabledOf(string status, out bool? disabled)
    {
        disabled = null;
        if (status.Length == 0)
        {
            return null;
        }

        var (wantsDisabled, wantsEnabled) = (false, false);
        foreach (var word in status.Split(',', StringSplitOptions.TrimEntries))
        {
            switch (word.ToUpperInvariant())
            {
                case "DISABLED":
                    wantsDisabled = true;
                    break;
                case "ACTIVE" or "PENDING":
                    wantsEnabled = true;
                    break;
                default:
                    return ApiError.InvalidParameter("filter[status]", Parameter.InQuery, "expected Active, Pending, Disabled");
            }
        }

        disabled = wantsDisabled == wantsEnabled ? null : wantsDisabled;
        return null;
    }
}
