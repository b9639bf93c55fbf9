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
        if (!TryReadStatuses(status, out var statuses))
        {
            return ApiError.InvalidParameter("filter[status]", Parameter.InQuery, "expected Active, Pending, Disabled");
        }

        var descending = sort.StartsWith('-');
        return new UserQuery(
            orgId,
            filter.Length == 0 ? null : filter,
            statuses,
            sort.TrimStart('-'),
            direction is null ? descending : direction == "desc",
            pageSize,
            pageNumber);
    }

    private static bool TryReadStatuses(string text, out UserStatuses statuses)
    {
        statuses = text.Length == 0 ? UserStatuses.All : UserStatuses.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word.ToUpperInvariant())
            {
                case "ACTIVE":
                    statuses |= UserStatuses.Active;
                    break;
                case "PENDING":
                    statuses |= UserStatuses.Pending;
                    break;
                case "DISABLED":
                    statuses |= UserStatuses.Disabled;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
