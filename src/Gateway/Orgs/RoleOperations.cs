using System.Collections.Immutable;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Orgs;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Orgs;

/// <summary>Shows the roles, what they permit, and who has them. The roles are built in.</summary>
internal sealed class RoleOperations(IOrgDirectory directory, People people) : IApiOperations
{
    private const string Tag = "Roles";
    private const string OnePath = "/api/v2/roles/{role_id}";

    private static readonly TextParameter RoleId = new("role_id", Parameter.InPath, 128) { Required = true, Description = "The role's UUID." };

    private static readonly TextParameter UserId = new("user_id", Parameter.InPath, 128) { Required = true, Description = "The user's UUID." };

    private static readonly IntegerParameter PageSize = new("page[size]", 1, 100, 10) { Description = "Items a page." };

    private static readonly IntegerParameter PageNumber = new("page[number]", 0, 1_000_000, 0) { Description = "The page, from 0." };

    private static readonly ChoiceParameter Sort = new(
        "sort", ["name", "-name", "modified_at", "-modified_at", "user_count", "-user_count"], "name")
    {
        Description = "What to sort by; a leading hyphen reverses the order. Built-in roles are never modified: by that the order is that of names.",
    };

    private static readonly ChoiceParameter UserSort = new(
        "sort", [.. UserList.SortFields, .. UserList.SortFields.Select(static field => $"-{field}")], "name")
    {
        Description = "What to sort by; a leading hyphen reverses the order.",
    };

    private static readonly TextParameter Filter = new("filter", Parameter.InQuery, 255) { Description = "Part of a role's name." };

    private static readonly TextParameter FilterId = new("filter[id]", Parameter.InQuery, 2_000) { Description = "Ids of roles, with commas." };

    private static readonly TextParameter UserFilter = new("filter", Parameter.InQuery, 255) { Description = "Part of a name or an e-mail address." };

    private static readonly BooleanParameter IncludeScopes = new("include_scopes", false) { Description = "Every permission is the scope of the same name: it changes nothing here." };

    private static readonly ApiError UnknownRole = ApiError.NotFound("role not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        Read("ListRoles", "/api/v2/roles", "List roles", UserSchemas.RolesResponse, ListAsync, PageSize, PageNumber, Sort, Filter, FilterId),
        Read("GetRole", OnePath, "Get a role", UserSchemas.RoleResponse, GetAsync, RoleId),
        Read("ListRolePermissions", $"{OnePath}/permissions", "List permissions for a role", UserSchemas.PermissionsResponse, ListPermissionsAsync, RoleId),
        Read("ListRoleUsers", $"{OnePath}/users", "Get all users of a role", UserSchemas.UsersResponse, ListUsersAsync, RoleId, PageSize, PageNumber, UserSort, UserFilter),
        Read("ListPermissions", "/api/v2/permissions", "List permissions", UserSchemas.PermissionsResponse, AllPermissionsAsync, IncludeScopes),
        Read("ListUserPermissions", "/api/v2/users/{user_id}/permissions", "Get a user permissions", UserSchemas.PermissionsResponse, PermissionsOfUserAsync, UserId),
    ];

    private static ApiOperation Read(
        string id, string path, string summary, OpenApi.Schema response, Func<ApiRequest, ValueTask> handle, params ImmutableArray<Parameter> parameters) => new()
        {
            Id = id,
            Method = "GET",
            Path = path,
            Tag = Tag,
            Summary = summary,
            Access = AccessRule.Needs(Permissions.UserAccessRead),
            Parameters = parameters,
            Response = response,
            MediaType = MediaTypes.Json,
            Handle = handle,
        };

    private async ValueTask ListAsync(ApiRequest request)
    {
        var wanted = request.Get(FilterId).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var counted = new List<(string Name, long Users)>();
        foreach (var (id, name) in RoleIds.All)
        {
            if (name.Contains(request.Get(Filter), StringComparison.OrdinalIgnoreCase)
                && (wanted.Length == 0 || wanted.Contains(id.ToString(), StringComparer.OrdinalIgnoreCase)))
            {
                counted.Add((name, await CountAsync(request, name)));
            }
        }

        var sort = request.Get(Sort)!;
        var ordered = sort.EndsWith("user_count", StringComparison.Ordinal) ? counted.OrderBy(static role => role.Users) : counted.OrderBy(static role => role.Name, StringComparer.Ordinal);
        var all = sort.StartsWith('-') ? ordered.Reverse() : ordered;
        var (size, number) = (request.Get(PageSize), request.Get(PageNumber));
        await request.SendAsync(
            (Page: all.Skip((int)Math.Min(counted.Count, (long)size * number)).Take(size).ToList(), Total: counted.Count),
            static (json, found) => UserJson.WriteRoles(json, found.Page, found.Total));
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        if (NameOf(request) is not { } name)
        {
            await request.RefuseAsync(UnknownRole);
            return;
        }

        await request.SendAsync((name, await CountAsync(request, name)), UserJson.WriteRoleDocument);
    }

    private ValueTask ListPermissionsAsync(ApiRequest request) => NameOf(request) is { } name
        ? request.SendAsync<IEnumerable<string>>(Roles.PermissionsOf(name), UserJson.WritePermissions)
        : request.RefuseAsync(UnknownRole);

    private async ValueTask ListUsersAsync(ApiRequest request)
    {
        if (NameOf(request) is not { } name)
        {
            await request.RefuseAsync(UnknownRole);
            return;
        }

        var query = UserList.QueryOf(
            request.OrgId, request.Get(UserFilter), "", request.Get(UserSort)!, null, request.Get(PageSize), request.Get(PageNumber)).Value!;
        var page = await directory.ListUsersAsync(query with { Role = name }, request.Aborted);
        await request.SendAsync(new UserJson.Page(page.Users, page.Total, page.TotalFiltered), UserJson.WritePage);
    }

    private ValueTask AllPermissionsAsync(ApiRequest request) =>
        request.SendAsync<IEnumerable<string>>(Permissions.All.Order(StringComparer.Ordinal), UserJson.WritePermissions);

    private async ValueTask PermissionsOfUserAsync(ApiRequest request)
    {
        var user = UuidParameter.TryRead(request.Get(UserId), out var id) ? await people.FindAsync(request.OrgId, id) : null;
        await (user is null
            ? request.RefuseAsync(ApiError.NotFound("user not found"))
            : request.SendAsync<IEnumerable<string>>(
                user.Roles.SelectMany(static role => Roles.PermissionsOf(role)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
                UserJson.WritePermissions));
    }

    private async ValueTask<long> CountAsync(ApiRequest request, string role) => (await directory.ListUsersAsync(
        new UserQuery(request.OrgId, null, UserStatuses.All, "name", false, 1, 0) { Role = role }, request.Aborted)).TotalFiltered;

    private static string? NameOf(ApiRequest request) => UuidParameter.TryRead(request.Get(RoleId), out var id) ? RoleIds.NameOf(id) : null;
}
