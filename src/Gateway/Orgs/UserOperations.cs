using System.Collections.Immutable;
using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Orgs;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Orgs;

/// <summary>Invites, shows, changes and disables users.</summary>
internal sealed class UserOperations(IGrainFactory grains, IOrgDirectory directory, People people) : IApiOperations
{
    private const string Tag = "Users";
    private const string Path = "/api/v2/users/{user_id}";

    private static readonly TextParameter UserId = new("user_id", Parameter.InPath, 128)
    {
        Required = true,
        Description = "The user's UUID.",
    };

    private static readonly IntegerParameter PageSize = new("page[size]", 1, 500, 10) { Description = "Users a page." };

    private static readonly IntegerParameter PageNumber = new("page[number]", 0, 1_000_000, 0) { Description = "The page, from 0." };

    private static readonly ChoiceParameter Sort = new(
        "sort",
        [.. UserList.SortFields, .. UserList.SortFields.Select(static field => $"-{field}")],
        "name")
    {
        Description = "What to sort by; a leading hyphen reverses the order.",
    };

    private static readonly ChoiceParameter SortDirection = new("sort_dir", ["asc", "desc"]) { Description = "The order." };

    private static readonly TextParameter Filter = new("filter", Parameter.InQuery, 255)
    {
        Description = "Part of a name or an e-mail address.",
    };

    private static readonly TextParameter FilterStatus = new("filter[status]", Parameter.InQuery, 100)
    {
        Description = "Active, Pending, Disabled; several with commas.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListUsers",
            Method = "GET",
            Path = "/api/v2/users",
            Tag = Tag,
            Summary = "List all users",
            Access = AccessRule.Needs(Permissions.UserAccessRead),
            Parameters = [PageSize, PageNumber, Sort, SortDirection, Filter, FilterStatus],
            Response = UserSchemas.UsersResponse,
            Refusals = [400, 401, 403, 429],
            MediaType = MediaTypes.Json,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateUser",
            Method = "POST",
            Path = "/api/v2/users",
            Tag = Tag,
            Summary = "Create a user",
            Access = AccessRule.Needs(Permissions.UserAccessManage),
            Body = UserShapes.Create,
            Success = 201,
            Response = UserSchemas.UserResponse,
            Refusals = [400, 401, 403, 409, 429],
            MediaType = MediaTypes.Json,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetUser",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "Get user details",
            Access = AccessRule.Needs(Permissions.UserAccessRead),
            Parameters = [UserId],
            Response = UserSchemas.UserResponse,
            Refusals = [401, 403, 404, 429],
            MediaType = MediaTypes.Json,
            Handle = GetAsync,
        },
        new()
        {
            Id = "UpdateUser",
            Method = "PATCH",
            Path = Path,
            Tag = Tag,
            Summary = "Update a user",
            Access = AccessRule.Needs(Permissions.UserAccessManage),
            Parameters = [UserId],
            Body = UserShapes.Update,
            Response = UserSchemas.UserResponse,
            Refusals = [400, 401, 403, 404, 409, 422, 429],
            MediaType = MediaTypes.Json,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DisableUser",
            Method = "DELETE",
            Path = Path,
            Tag = Tag,
            Summary = "Disable a user",
            Description = "The user's keys stop working; history keeps the person.",
            Access = AccessRule.Needs(Permissions.UserAccessManage),
            Parameters = [UserId],
            Success = 204,
            Refusals = [401, 403, 404, 429],
            MediaType = MediaTypes.Json,
            Handle = DisableAsync,
        },
    ];

    private static ApiError NotFound { get; } = ApiError.NotFound("user not found");

    private async ValueTask ListAsync(ApiRequest request)
    {
        var query = UserList.QueryOf(
            request.OrgId,
            request.Get(Filter),
            request.Get(FilterStatus),
            request.Get(Sort)!,
            request.Get(SortDirection),
            request.Get(PageSize),
            request.Get(PageNumber));
        if (query.Refusal is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        var page = await directory.ListUsersAsync(query.Value!, request.Aborted);
        await request.SendAsync(new UserJson.Page(page.Users, page.Total, page.TotalFiltered), UserJson.WritePage);
    }

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var body = request.Body;
        var roles = ImmutableArray.CreateBuilder<string>();
        foreach (var id in body.GetMany(UserShapes.Roles))
        {
            if (RoleIds.NameOf(id) is not { } role)
            {
                await request.RefuseAsync(ApiError.Invalid($"there is no role {id}; GET /api/v2/roles lists the roles"));
                return;
            }

            roles.Add(role);
        }

        await ExecuteAsync(request, request.NewId(), new CreateUser(
            body.Get(UserShapes.Email)!,
            body.Get(UserShapes.Name) ?? "",
            body.Get(UserShapes.Title),
            roles.ToImmutable()));
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        var user = UuidParameter.TryRead(request.Get(UserId), out var id) ? await Of(request, id).GetAsync() : null;
        await (user is null ? request.RefuseAsync(NotFound) : request.SendAsync(user, UserJson.WriteDocument));
    }

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        var body = request.Body;
        if (!UuidParameter.TryRead(request.Get(UserId), out var id))
        {
            await request.RefuseAsync(NotFound);
        }
        else if (!UuidParameter.TryRead(body.Id, out var repeated) || repeated != id)
        {
            await request.RefuseAsync(new ApiError(
                422, ErrorShape.Status, "Unprocessable Entity", $"data.id is not the user of the path, {id}"));
        }
        else
        {
            await ExecuteAsync(request, id, new UpdateUser(
                body.Get(UserShapes.Name), body.Get(UserShapes.NewEmail), body.Get(UserShapes.Disabled), body.Get(UserShapes.Title)));
        }
    }

    private async ValueTask ExecuteAsync(ApiRequest request, Guid id, UserCommand command)
    {
        var outcome = await Of(request, id).ExecuteAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        if (!outcome.Replayed)
        {
            people.Changed(outcome.Value);
        }

        await request.SendAsync(outcome.Value, UserJson.WriteDocument);
    }

    private async ValueTask DisableAsync(ApiRequest request)
    {
        if (!UuidParameter.TryRead(request.Get(UserId), out var id))
        {
            await request.RefuseAsync(NotFound);
            return;
        }

        var outcome = await Of(request, id).ExecuteAsync(new UpdateUser(null, null, Disabled: true), request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        people.Changed(outcome.Value);
        await request.DoneAsync();
    }

    private IUserGrain Of(ApiRequest request, Guid userId) => grains.GetGrain<IUserGrain>(GrainKeys.Of(request.OrgId, userId));
}
