using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Orgs;
using Switchboard.Projects;

namespace Switchboard.Gateway.Cases;

/// <summary>Who watches a case. Whoever may see a case may watch it; to change another user's watching takes the right to change cases.</summary>
internal sealed class WatcherOperations(CaseLookup cases) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string OnePath = "/api/v2/cases/{case_id}/watchers/{user_uuid}";

    private static readonly PermissionSet MayChange = PermissionSet.Of(Permissions.CasesWrite);

    private static readonly UuidParameter UserId = new("user_uuid", Parameter.InPath)
    {
        ErrorName = "UserUUID",
        Required = true,
        Description = "The user's UUID.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListCaseWatchers",
            Method = "GET",
            Path = "/api/v2/cases/{case_id}/watchers",
            Tag = Tag,
            Summary = "List case watchers",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId],
            Response = CaseSchemas.WatchersResponse,
            Handle = ListAsync,
        },
        new()
        {
            Id = "WatchCase",
            Method = "POST",
            Path = OnePath,
            Tag = Tag,
            Summary = "Watch a case",
            Description = "For another user than the caller this needs cases_write.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId, UserId],
            Success = 201,
            Handle = request => ChangeAsync(request, new Watch(request.Get(UserId))),
        },
        new()
        {
            Id = "UnwatchCase",
            Method = "DELETE",
            Path = OnePath,
            Tag = Tag,
            Summary = "Unwatch a case",
            Description = "For another user than the caller this needs cases_write. A user who does not watch is no error.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId, UserId],
            Success = 204,
            Handle = request => ChangeAsync(request, new Unwatch(request.Get(UserId))),
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var found = await cases.FindAsync(request) is { } grain ? await grain.GetAsync() : null;
        await (found is null
            ? request.RefuseAsync(CaseLookup.NotFound)
            : request.SendAsync(found.Details.Watchers, Write));
    }

    private async ValueTask ChangeAsync(ApiRequest request, CaseCommand command)
    {
        var grain = await cases.FindAsync(request);
        if (grain is null || await grain.GetAsync() is null)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        if (request.Get(UserId) != request.Principal.UserId && request.Relation < ProjectRelation.Contributor)
        {
            await request.RefuseAsync(ApiError.Forbidden("for another user this needs the relation contributor to the project; yours is viewer"));
            return;
        }

        if (request.Get(UserId) != request.Principal.UserId && !request.Principal.Permissions.Contains(MayChange))
        {
            await request.RefuseAsync(ApiError.Forbidden($"for another user this operation needs the permission {Permissions.CasesWrite}"));
            return;
        }

        var outcome = await grain.ExecuteAsync(command, request.Command);
        request.NoteReplay(outcome.Replayed);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private static void Write(Utf8JsonWriter json, ImmutableArray<Guid> watchers)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var user in watchers)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, user);
            json.WriteString("type"u8, "watcher"u8);
            json.WriteStartObject("relationships"u8);
            json.WriteStartObject("user"u8);
            json.WriteStartObject("data"u8);
            json.WriteString("id"u8, user);
            json.WriteString("type"u8, "user"u8);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
