using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.Orgs;

/// <summary>Tells a client whether its keys are good and whose they are.</summary>
internal sealed class SessionOperations : IApiOperations
{
    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "Validate",
            Method = "GET",
            Path = "/api/v1/validate",
            Tag = "Authentication",
            Summary = "Validate API key",
            Description = "Needs the API key only. An unknown key is answered with 403 and a plain list of texts, as in version 1.",
            Access = AccessRule.ApiKeyOnly,
            Response = UserSchemas.Validation,
            Refusals = [403, 429],
            MediaType = MediaTypes.Json,
            PlainErrors = true,
            Handle = static request => request.SendAsync(true, static (json, valid) =>
            {
                json.WriteStartObject();
                json.WriteBoolean("valid"u8, valid);
                json.WriteEndObject();
            }),
        },
        new()
        {
            Id = "GetCurrentUser",
            Method = "GET",
            Path = "/api/v2/current_user",
            Tag = "Users",
            Summary = "Get current user",
            Access = AccessRule.AnyUser,
            Response = UserSchemas.UserResponse,
            Refusals = [401, 403, 429],
            MediaType = MediaTypes.Json,
            Handle = static request => request.SendAsync(request.Principal.User!, UserJson.WriteDocument),
        },
    ];
}
