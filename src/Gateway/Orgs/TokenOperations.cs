using System.Collections.Immutable;
using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Orgs;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Orgs;

/// <summary>
/// Personal tokens: what a client sends as <c>Authorization: Bearer</c> in place of two keys. A token does for its user what its scopes name,
/// until it expires. Nobody can give one more than they have, and a token cannot make or widen tokens. The text is shown once.
/// </summary>
internal sealed class TokenOperations(IGrainFactory grains, ITokenDirectory tokens, TimeProvider time) : IApiOperations
{
    private const string Tag = "Key Management";
    private const string Path = "/api/v2/personal_access_tokens";
    private const string OnePath = $"{Path}/{{token_id}}";

    private static readonly TimeSpan _shortestLife = TimeSpan.FromHours(24);

    private static readonly UuidParameter _tokenId = new("token_id", Parameter.InPath) { Required = true, Description = "The token's UUID." };

    private static readonly IntegerParameter _pageSize = new("page[size]", 1, 500, 10) { Description = "Tokens a page." };

    private static readonly IntegerParameter _pageNumber = new("page[number]", 0, 1_000_000, 0) { Description = "The page, from 0." };

    private static readonly ChoiceParameter _sort = new("sort", ["name", "-name", "created_at", "-created_at", "expires_at", "-expires_at"], "name")
    {
        Description = "What to sort by; a leading hyphen reverses the order.",
    };

    private static readonly TextParameter _filter = new("filter", Parameter.InQuery, 255) { Description = "Part of a name." };

    private static readonly AccessRule _access = AccessRule.Needs(Permissions.UserAppKeys);
    private static readonly PermissionSet _seesAll = PermissionSet.Of(Permissions.OrgAppKeysRead);
    private static readonly PermissionSet _changesAll = PermissionSet.Of(Permissions.OrgAppKeysWrite);

    private static readonly ApiError _notFound = ApiError.NotFound("personal access token not found");
    private static readonly ApiError _byToken = ApiError.Forbidden("a token cannot create or change tokens; use an API key and an application key");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListPersonalAccessTokens",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "Get all personal access tokens",
            Description = "The caller's; with the permission org_app_keys_read those of all users. Revoked ones are left out.",
            Access = _access,
            Parameters = [_pageSize, _pageNumber, _sort, _filter],
            Response = TokenShapes.TokensResponse,
            Refusals = [400, 401, 403, 429],
            MediaType = MediaTypes.Json,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreatePersonalAccessToken",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Create a personal access token",
            Description = "The answer shows the token, this once.",
            Access = _access,
            Body = TokenShapes.Create,
            Success = 201,
            Response = TokenShapes.TokenResponse,
            Refusals = [400, 401, 403, 429],
            MediaType = MediaTypes.Json,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetPersonalAccessToken",
            Method = "GET",
            Path = OnePath,
            Tag = Tag,
            Summary = "Get a personal access token",
            Access = _access,
            Parameters = [_tokenId],
            Response = TokenShapes.TokenResponse,
            MediaType = MediaTypes.Json,
            Handle = GetAsync,
        },
        new()
        {
            Id = "UpdatePersonalAccessToken",
            Method = "PATCH",
            Path = OnePath,
            Tag = Tag,
            Summary = "Update a personal access token",
            Description = "Its name and its scopes; it works with the new ones within a second.",
            Access = _access,
            Parameters = [_tokenId],
            Body = TokenShapes.Update,
            Response = TokenShapes.TokenResponse,
            Refusals = [400, 401, 403, 404, 422, 429],
            MediaType = MediaTypes.Json,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "RevokePersonalAccessToken",
            Method = "DELETE",
            Path = OnePath,
            Tag = Tag,
            Summary = "Revoke a personal access token",
            Description = "It is refused within a second, and streams that were opened with it end.",
            Access = _access,
            Parameters = [_tokenId],
            Success = 204,
            MediaType = MediaTypes.Json,
            Handle = RevokeAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        Guid? owner = request.Principal.Permissions.Contains(_seesAll) ? null : request.Principal.UserId;
        var sort = request.Get(_sort)!;
        var filter = request.Get(_filter);
        var page = await tokens.ListAsync(
            new TokenQuery(
                request.OrgId, owner, filter.Length == 0 ? null : filter, sort.TrimStart('-'), sort.StartsWith('-'), request.Get(_pageSize), request.Get(_pageNumber)),
            request.Aborted);
        await request.SendAsync(page, TokenShapes.WritePage);
    }

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var scopes = request.Body.Get(TokenShapes.NewScopes)!.Value;
        var expiresAt = request.Body.Get(TokenShapes.ExpiresAt)!.Value;
        if (CheckGrant(request, scopes) is { } beyond)
        {
            await request.RefuseAsync(beyond);
            return;
        }

        if (expiresAt < time.GetUtcNow() + _shortestLife)
        {
            await request.RefuseAsync(ApiError.BadRequest("attribute \"expires_at\" must be at least 24 hours in the future"));
            return;
        }

        var text = PersonalToken.New();
        var outcome = await GrainOf(text).ExecuteAsync(
            new CreateKey(
                request.NewId(), KeyKind.PersonalToken, text[..PersonalToken.PublicLength], text[^4..], request.Body.Get(TokenShapes.NewName)!,
                request.Principal.UserId, scopes, expiresAt),
            request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        // What was made by the first request of an idempotency key is not known any more.
        request.NoteReplay(outcome.Replayed);
        await request.SendAsync((outcome.Value, outcome.Replayed ? null : text), TokenShapes.WriteDocument);
    }

    private async ValueTask GetAsync(ApiRequest request) => await (await FindAsync(request, _seesAll) is { } token
        ? request.SendAsync((token, (string?)null), TokenShapes.WriteDocument)
        : request.RefuseAsync(_notFound));

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        var scopes = request.Body.Get(TokenShapes.Scopes);
        var refusal = request.Body.Id is { } id && (!UuidParameter.TryRead(id, out var named) || named != request.Get(_tokenId))
            ? new ApiError(422, ErrorShape.Status, "Unprocessable Entity", "the id in the body is another one than the id in the path")
            : CheckGrant(request, scopes ?? []);
        if (refusal is not null)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        if (await FindAsync(request, _changesAll) is not { } token)
        {
            await request.RefuseAsync(_notFound);
            return;
        }

        var outcome = await grains.GetGrain<IKeyGrain>(token.Hash).ExecuteAsync(
            new ChangeKey(request.Body.Get(TokenShapes.Name), scopes ?? default), request.Command);
        await (outcome.Succeeded ? request.SendAsync((outcome.Value, (string?)null), TokenShapes.WriteDocument) : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask RevokeAsync(ApiRequest request)
    {
        if (await FindAsync(request, _changesAll) is not { } token)
        {
            await request.RefuseAsync(_notFound);
            return;
        }

        var outcome = await grains.GetGrain<IKeyGrain>(token.Hash).ExecuteAsync(new RevokeKey(), request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    /// <summary>The token that the path names, if it is the caller's or the caller may reach everybody's.</summary>
    private async ValueTask<KeySnapshot?> FindAsync(ApiRequest request, PermissionSet others) =>
        await tokens.FindAsync(request.OrgId, request.Get(_tokenId), request.Aborted) is { } token
        && (token.UserId == request.Principal.UserId || request.Principal.Permissions.Contains(others))
            ? token
            : null;

    /// <summary>Why the caller may not give these permissions away, or null.</summary>
    private static ApiError? CheckGrant(ApiRequest request, ImmutableArray<string> scopes)
    {
        if (request.Principal.ShowsToken)
        {
            return _byToken;
        }

        foreach (var scope in scopes)
        {
            if (Permissions.All.Contains(scope) && !request.Principal.Permissions.Contains(PermissionSet.Of(scope)))
            {
                return ApiError.Forbidden($"you cannot give the permission {scope}, which you do not have with this key");
            }
        }

        return null;
    }

    private IKeyGrain GrainOf(string text) => KeyHash.TryOf(text, out var hash)
        ? grains.GetGrain<IKeyGrain>(hash.ToString())
        : throw new InvalidOperationException("A token that was made here cannot be hashed.");
}
