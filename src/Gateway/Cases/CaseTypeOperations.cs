using System.Collections.Immutable;
using System.Text.Json;
using Orleans;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Cases;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Cases;

/// <summary>Case types: the built-in ones first, then the organisation's own, deleted ones too.</summary>
internal sealed class CaseTypeOperations(IGrainFactory grains, ICaseTypeDirectory directory) : IApiOperations
{
    private const string Tag = "Case Management Type";
    private const string Path = "/api/v2/cases/types";

    /// <summary>The path parameter that names a type.</summary>
    public static UuidParameter TypeId { get; } = new("case_type_id", Parameter.InPath)
    {
        ErrorName = "CaseTypeID",
        Required = true,
        Description = "The case type's UUID.",
    };

    private static readonly TextField NewName = new("name", Required: true) { NotEmpty = true, Example = "Investigation" };
    private static readonly TextField Name = new("name") { NotEmpty = true };
    private static readonly TextField About = new("description");
    private static readonly TextField Emoji = new("emoji") { Description = "One emoji." };

    private static readonly ObjectField Statuses = new("statuses_config", CaseSchemas.StatusesConfig)
    {
        Description = "The type's statuses; not in the public contract. Without it a new type has those of the standard type.",
    };

    private static readonly ResourceShape Create = new("CaseTypeCreateRequest", "case_type") { Attributes = [About, Emoji, NewName, Statuses] };
    private static readonly ResourceShape Update = new("CaseTypeUpdateRequest", "case_type") { Attributes = [About, Emoji, Name, Statuses] };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "GetAllCaseTypes",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "Get all case types",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Response = CaseSchemas.CaseTypesResponse,
            Refusals = [401, 403, 429],
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateCaseType",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Create a case type",
            Access = AccessRule.Needs(Permissions.CasesSharedSettingsWrite),
            Body = Create,
            Success = 201,
            Response = CaseSchemas.CaseTypeResponse,
            Refusals = [400, 401, 403, 429],
            Handle = CreateAsync,
        },
        new()
        {
            Id = "UpdateCaseType",
            Method = "PUT",
            Path = $"{Path}/{{case_type_id}}",
            Tag = Tag,
            Summary = "Update a case type",
            Description = "A status that a case has can neither go nor change its group.",
            Access = AccessRule.Needs(Permissions.CasesSharedSettingsWrite),
            Parameters = [TypeId],
            Body = Update,
            Response = CaseSchemas.CaseTypeResponse,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DeleteCaseType",
            Method = "DELETE",
            Path = $"{Path}/{{case_type_id}}",
            Tag = Tag,
            Summary = "Delete a case type",
            Description = "Its cases stay; it is still listed. A second deletion is no error.",
            Access = AccessRule.Needs(Permissions.CasesSharedSettingsWrite),
            Parameters = [TypeId],
            Success = 204,
            Refusals = [400, 401, 403, 404, 429],
            Handle = DeleteAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var known = await directory.ListAsync(request.OrgId, request.Aborted);
        var own = known.Where(static type => !type.Type.Internal);
        var all = CaseTypes.BuiltIn
            .Select(type => new CaseTypeSnapshot { OrgId = request.OrgId, Id = type.Id, StreamId = type.Id, Version = 0, Type = type })
            .Concat(own);
        await request.SendAsync(all, static (json, types) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            foreach (var type in types)
            {
                WriteType(json, type);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var body = request.Body;
        var (statuses, refusal) = StatusesOf(body);
        await (refusal is not null
            ? request.RefuseAsync(refusal)
            : ExecuteAsync(
                request,
                request.NewId(),
                new CreateCaseType(body.Get(NewName)!, body.Get(About) ?? "", body.Get(Emoji) ?? "", statuses)));
    }

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        var body = request.Body;
        var (statuses, refusal) = StatusesOf(body);
        await (refusal is not null
            ? request.RefuseAsync(refusal)
            : ExecuteAsync(request, request.Get(TypeId), new UpdateCaseType(body.Get(Name), body.Get(About), body.Get(Emoji), statuses)));
    }

    private async ValueTask DeleteAsync(ApiRequest request)
    {
        var outcome = await Of(request, request.Get(TypeId)).ExecuteAsync(new DeleteCaseType(), request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask ExecuteAsync(ApiRequest request, Guid typeId, CaseTypeCommand command)
    {
        var outcome = await Of(request, typeId).ExecuteAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await request.SendAsync(outcome.Value, static (json, type) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("data"u8);
            WriteType(json, type);
            json.WriteEndObject();
        });
    }

    private ICaseTypeGrain Of(ApiRequest request, Guid typeId) => grains.GetGrain<ICaseTypeGrain>(GrainKeys.Of(request.OrgId, typeId));

    private static (StatusSets? Statuses, ApiError? Refusal) StatusesOf(ResourceBody body)
    {
        if (body.Get(Statuses) is not { } config)
        {
            return (null, null);
        }

        return SetOf(config, "open") is { } open && SetOf(config, "in_progress") is { } inProgress && SetOf(config, "closed") is { } closed
            ? (new StatusSets(open, inProgress, closed), null)
            : (null, ApiError.BadRequest(
                "attribute \"statuses_config\" needs open, in_progress and closed, each with status_options of named statuses and a default"));
    }

    private static StatusSet? SetOf(JsonElement config, string group)
    {
        if (!ResourceBody.TryGetMember(config, group, out var set)
            || !ResourceBody.TryGetMember(set, "default", out var named)
            || !ResourceBody.TryGetMember(set, "status_options", out var options))
        {
            return null;
        }

        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var option in options.EnumerateArray())
        {
            if (!ResourceBody.TryGetMember(option, "name", out var name))
            {
                return null;
            }

            names.Add(name.GetString()!);
        }

        return new StatusSet(names.DrainToImmutable(), named.GetString()!);
    }

    private static void WriteType(Utf8JsonWriter json, CaseTypeSnapshot type)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, type.Id);
        json.WriteString("type"u8, "case_type"u8);
        json.WriteStartObject("attributes"u8);
        if (type.DeletedAt is { } deletedAt)
        {
            json.WriteTime("deleted_at"u8, deletedAt);
        }

        json.WriteString("description"u8, type.Description);
        json.WriteString("emoji"u8, type.Emoji);
        json.WriteBoolean("internal"u8, type.Type.Internal);
        json.WriteString("name"u8, type.Type.Name);
        json.WriteStartObject("statuses_config"u8);
        WriteStatuses(json, "closed"u8, type.Type.Closed);
        WriteStatuses(json, "in_progress"u8, type.Type.InProgress);
        WriteStatuses(json, "open"u8, type.Type.Open);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteStatuses(Utf8JsonWriter json, ReadOnlySpan<byte> group, StatusSet statuses)
    {
        json.WriteStartObject(group);
        json.WriteString("default"u8, statuses.Default);
        json.WriteStartArray("status_options"u8);
        foreach (var name in statuses.Names)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
