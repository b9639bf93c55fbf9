using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Bodies;

/// <summary>
/// What a request body looks like: a JSON:API document with one resource. One declaration validates the body and describes it in the
/// OpenAPI document. Members that are not declared are accepted and ignored.
/// </summary>
/// <param name="Name">The public contract's schema name.</param>
/// <param name="Type">The JSON:API type that <c>data.type</c> must be.</param>
internal sealed record ResourceShape(string Name, string Type)
{
    public ImmutableArray<Field> Attributes { get; init; } = [];

    public ImmutableArray<RelationshipField> Relationships { get; init; } = [];

    /// <summary>Whether <c>data.id</c> must be there (an update that repeats the path's id).</summary>
    public bool NeedsId { get; init; }

    /// <summary>How many resources <c>data</c> may have at most, where it is a list; 0 where it is one resource.</summary>
    public int Most { get; init; }

    /// <summary>The document with the resource.</summary>
    public Schema Schema => Schema.Object(Property.Always("data", Most > 0 ? Schema.ListOf(Resource) : Resource)).Named(Name);

    /// <summary>The resource alone.</summary>
    public Schema Resource
    {
        get
        {
            var data = ImmutableArray.CreateBuilder<Property>();
            data.Add(Property.Always("type", Schema.OneOf(Type)));
            if (NeedsId)
            {
                data.Add(Property.Always("id", Schema.Uuid));
            }

            if (!Attributes.IsEmpty)
            {
                data.Add(new Property(
                    "attributes",
                    Schema.Object([.. Attributes.Select(member => new Property(member.Name, member.Schema, member.Required))]),
                    Attributes.Any(member => member.Required)));
            }

            if (!Relationships.IsEmpty)
            {
                data.Add(new Property(
                    "relationships",
                    Schema.Object([.. Relationships.Select(member => new Property(member.Name, member.Schema, member.Required))]),
                    Relationships.Any(member => member.Required)));
            }

            return Schema.Object(data.ToArray());
        }
    }

    /// <summary>Takes a document apart.</summary>
    /// <param name="root">The document.</param>
    /// <param name="body">What the handler reads.</param>
    /// <returns>Why the document cannot be taken, or null.</returns>
    public ApiError? Read(JsonElement root, out ResourceBody body)
    {
        body = default;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return ApiError.BadRequest($"the body must be a JSON object with a member \"data\", not {JsonTypes.NameOf(root)}");
        }

        if (!ResourceBody.TryGetMember(root, "data", out var data))
        {
            return ApiError.BadRequest("member \"data\" is required");
        }

        return Most > 0 ? ReadList(data, out body) : ReadResource(data, out body);
    }

    private ApiError? ReadList(JsonElement data, out ResourceBody body)
    {
        body = default;
        if (data.ValueKind != JsonValueKind.Array)
        {
            return ApiError.BadRequest($"error decoding \"data\": invalid type {JsonTypes.NameOf(data)}");
        }

        if (data.GetArrayLength() is var count && (count == 0 || count > Most))
        {
            return ApiError.BadRequest($"member \"data\" has {count} items; 1 to {Most} are allowed");
        }

        foreach (var item in data.EnumerateArray())
        {
            if (ReadResource(item, out _) is { } problem)
            {
                return problem;
            }
        }

        body = new ResourceBody(data, default, default);
        return null;
    }

    /// <summary>Takes a resource apart that stands for itself, without the document around it.</summary>
    /// <param name="data">The resource.</param>
    /// <param name="body">What the handler reads.</param>
    /// <returns>Why the resource cannot be taken, or null.</returns>
    public ApiError? ReadResource(JsonElement data, out ResourceBody body)
    {
        body = default;
        if (data.ValueKind != JsonValueKind.Object)
        {
            return ApiError.BadRequest($"error decoding \"data\": invalid type {JsonTypes.NameOf(data)}");
        }

        if (ResourceBody.CheckType(data, Type) is { } wrongType)
        {
            return wrongType;
        }

        if (NeedsId && !(ResourceBody.TryGetMember(data, "id", out var id) && id.ValueKind == JsonValueKind.String))
        {
            return ApiError.BadRequest("member \"data.id\" is required");
        }

        if (ReadMember(data, "attributes", out var attributes) is { } badAttributes)
        {
            return badAttributes;
        }

        foreach (var field in Attributes)
        {
            if (field.Check(attributes) is { } problem)
            {
                return problem;
            }
        }

        if (ReadMember(data, "relationships", out var relationships) is { } badRelationships)
        {
            return badRelationships;
        }

        foreach (var field in Relationships)
        {
            if (field.Check(relationships) is { } problem)
            {
                return problem;
            }
        }

        body = new ResourceBody(data, attributes, relationships);
        return null;
    }

    private static ApiError? ReadMember(JsonElement data, string name, out JsonElement member) =>
        ResourceBody.TryGetMember(data, name, out member) && member.ValueKind != JsonValueKind.Object
            ? ApiError.BadRequest($"error decoding \"data.{name}\": invalid type {JsonTypes.NameOf(member)}")
            : null;
}
