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

/// <summary>The definitions of custom attributes, by case type.</summary>
internal sealed class CustomAttributeOperations(IGrainFactory grains, ICaseTypeDirectory directory) : IApiOperations
{
    private const string Tag = "Case Management Attribute";
    private const string TypePath = "/api/v2/cases/types/{case_type_id}/custom_attributes";
    private const string OnePath = TypePath + "/{custom_attribute_id}";

    private static readonly UuidParameter AttributeId = new("custom_attribute_id", Parameter.InPath)
    {
        ErrorName = "CustomAttributeID",
        Required = true,
        Description = "The custom attribute's UUID.",
    };

    private static readonly TextField Key = new("key", Required: true) { NotEmpty = true, Description = "Used in searches and paths.", Example = "aws_region" };
    private static readonly TextField NewDisplayName = new("display_name", Required: true) { NotEmpty = true, Example = "AWS Region" };
    private static readonly TextField DisplayName = new("display_name") { NotEmpty = true };
    private static readonly TextField About = new("description");
    private static readonly TextField NewKind = new("type", Required: true) { Description = "URL, TEXT, NUMBER or SELECT." };
    private static readonly TextField Kind = new("type") { Description = "URL, TEXT, NUMBER or SELECT." };
    private static readonly BooleanField IsMulti = new("is_multi", Required: true) { Description = "Whether a case may have several values." };
    private static readonly BooleanField IsRequired = new("is_required") { Description = "Whether a new case needs a value; not in the public contract." };
    private static readonly TextField MapFrom = new("map_from") { Description = "An outside system's field that it is filled from." };
    private static readonly ObjectField TypeData = new("type_data", CaseSchemas.TypeData) { Description = "What a SELECT may be." };

    private static readonly ResourceShape Create = new("CustomAttributeConfigCreateRequest", "custom_attribute")
    {
        Attributes = [About, NewDisplayName, IsMulti, IsRequired, Key, NewKind, TypeData],
    };

    private static readonly ResourceShape Update = new("CustomAttributeConfigUpdateRequest", "custom_attribute")
    {
        Attributes = [About, DisplayName, IsRequired, MapFrom, Kind, TypeData],
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "GetAllCustomAttributes",
            Method = "GET",
            Path = "/api/v2/cases/types/custom_attributes",
            Tag = Tag,
            Summary = "Get all custom attributes",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Response = CaseSchemas.CustomAttributesResponse,
            Refusals = [401, 403, 429],
            Handle = async request => await SendAsync(request, await directory.ListAsync(request.OrgId, request.Aborted)),
        },
        new()
        {
            Id = "GetAllCustomAttributeConfigsByCaseType",
            Method = "GET",
            Path = TypePath,
            Tag = Tag,
            Summary = "Get all custom attributes config of case type",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseTypeOperations.TypeId],
            Response = CaseSchemas.CustomAttributesResponse,
            Refusals = [400, 401, 403, 429],
            Handle = async request => await SendAsync(request, await Of(request).GetAsync() is { } type ? [type] : []),
        },
        new()
        {
            Id = "CreateCustomAttributeConfig",
            Method = "POST",
            Path = TypePath,
            Tag = Tag,
            Summary = "Create custom attribute config for a case type",
            Access = AccessRule.Needs(Permissions.CasesSharedSettingsWrite),
            Parameters = [CaseTypeOperations.TypeId],
            Body = Create,
            Success = 201,
            Response = CaseSchemas.CustomAttributeResponse,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "UpdateCustomAttributeConfig",
            Method = "PUT",
            Path = OnePath,
            Tag = Tag,
            Summary = "Update custom attribute config",
            Access = AccessRule.Needs(Permissions.CasesSharedSettingsWrite),
            Parameters = [CaseTypeOperations.TypeId, AttributeId],
            Body = Update,
            Response = CaseSchemas.CustomAttributeResponse,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DeleteCustomAttributeConfig",
            Method = "DELETE",
            Path = OnePath,
            Tag = Tag,
            Summary = "Delete custom attributes config",
            Description = "Cases keep their values. One that is not there is no error.",
            Access = AccessRule.Needs(Permissions.CasesSharedSettingsWrite),
            Parameters = [CaseTypeOperations.TypeId, AttributeId],
            Success = 204,
            Refusals = [400, 401, 403, 404, 429],
            Handle = DeleteAsync,
        },
    ];

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var body = request.Body;
        var id = request.NewId();
        await ExecuteAsync(request, id, new DefineAttribute(new CustomAttribute(
            id,
            body.Get(Key)!,
            body.Get(NewDisplayName)!,
            body.Get(About),
            body.Get(NewKind)!,
            body.Get(IsMulti)!.Value,
            body.Get(IsRequired) ?? false,
            null,
            OptionsOf(body) ?? [])));
    }

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        var body = request.Body;
        var id = request.Get(AttributeId);
        await ExecuteAsync(request, id, new ChangeAttribute(
            id, body.Get(DisplayName), body.Get(About), body.Get(Kind), body.Get(MapFrom), OptionsOf(body), body.Get(IsRequired)));
    }

    private async ValueTask DeleteAsync(ApiRequest request)
    {
        var outcome = await Of(request).ExecuteAsync(new RemoveAttribute(request.Get(AttributeId)), request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask ExecuteAsync(ApiRequest request, Guid id, CaseTypeCommand command)
    {
        var outcome = await Of(request).ExecuteAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        var attribute = outcome.Value.Attributes.First(one => one.Id == id);
        await request.SendAsync((Type: outcome.Value, Attribute: attribute), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("data"u8);
            Write(json, answer.Type, answer.Attribute);
            json.WriteEndObject();
        });
    }

    private ICaseTypeGrain Of(ApiRequest request) =>
        grains.GetGrain<ICaseTypeGrain>(GrainKeys.Of(request.OrgId, request.Get(CaseTypeOperations.TypeId)));

    private static ImmutableArray<string>? OptionsOf(ResourceBody body)
    {
        if (body.Get(TypeData) is not { } data || !ResourceBody.TryGetMember(data, "options", out var options))
        {
            return null;
        }

        return
        [
            .. options.EnumerateArray().Select(static option =>
                ResourceBody.TryGetMember(option, "value", out var value) ? value.GetString()! : ""),
        ];
    }

    /// <summary>As observed: in the order of their case types' ids.</summary>
    private static ValueTask SendAsync(ApiRequest request, ImmutableArray<CaseTypeSnapshot> types) =>
        request.SendAsync(types.OrderBy(static type => type.Id), static (json, ordered) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            foreach (var type in ordered)
            {
                foreach (var attribute in type.Attributes)
                {
                    Write(json, type, attribute);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter json, CaseTypeSnapshot type, CustomAttribute attribute)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, attribute.Id);
        json.WriteString("type"u8, "custom_attribute"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteString("case_type"u8, type.Type.LegacyName);
        json.WriteString("case_type_id"u8, type.Id);
        if (!string.IsNullOrEmpty(attribute.Description))
        {
            json.WriteString("description"u8, attribute.Description);
        }

        json.WriteString("display_name"u8, attribute.DisplayName);
        json.WriteBoolean("is_multi"u8, attribute.IsMulti);
        json.WriteBoolean("is_required"u8, attribute.Required);
        json.WriteString("key"u8, attribute.Key);
        if (attribute.MapFrom is { } source)
        {
            json.WriteString("map_from"u8, source);
        }

        json.WriteString("type"u8, attribute.Type);
        if (!attribute.Options.IsDefaultOrEmpty)
        {
            json.WriteStartObject("type_data"u8);
            json.WriteStartArray("options"u8);
            foreach (var option in attribute.Options)
            {
                json.WriteStartObject();
                json.WriteString("value"u8, option);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
