using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Bodies;

/// <summary>A member of a request's <c>relationships</c>: one reference, or a list of them, to resources of one type.</summary>
/// <param name="Name">The member's name.</param>
/// <param name="Type">The JSON:API type that the reference must name.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Many">Whether <c>data</c> is a list.</param>
internal sealed record RelationshipField(string Name, string Type, bool Required = false, bool Many = false)
{
    /// <summary>Whether ids are any texts rather than UUIDs.</summary>
    public bool AnyId { get; init; }

    public Schema Schema
    {
        get
        {
            var reference = Schema.Object(Property.Always("id", AnyId ? Schema.Text : Schema.Uuid), Property.Always("type", Schema.OneOf(Type)));
            var data = Many ? Schema.ListOf(reference) : reference with { Nullable = !Required };
            return Schema.Object(Property.Always("data", data));
        }
    }

    /// <summary>Why the relationship cannot be taken, or null.</summary>
    public ApiError? Check(JsonElement relationships)
    {
        if (!ResourceBody.TryGetMember(relationships, Name, out var relationship))
        {
            return Required ? Missing : null;
        }

        if (relationship.ValueKind != JsonValueKind.Object)
        {
            return Undecodable(relationship);
        }

        if (!ResourceBody.TryGetMember(relationship, "data", out var data))
        {
            return Required ? Missing : null;
        }

        if (!Many)
        {
            return CheckReference(data);
        }

        if (data.ValueKind != JsonValueKind.Array)
        {
            return Undecodable(data);
        }

        foreach (var reference in data.EnumerateArray())
        {
            if (CheckReference(reference) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private ApiError Missing => ApiError.BadRequest($"relationship \"{Name}\" is required");

    private ApiError? CheckReference(JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.Object)
        {
            return Undecodable(reference);
        }

        if (ResourceBody.CheckType(reference, Type) is { } wrongType)
        {
            return wrongType;
        }

        if (!ResourceBody.TryGetMember(reference, "id", out var id))
        {
            return ApiError.BadRequest($"relationship \"{Name}\" has no id");
        }

        return id.ValueKind == JsonValueKind.String && (AnyId || UuidParameter.TryRead(id.GetString(), out _))
            ? null
            : ApiError.BadRequest($"the id of relationship \"{Name}\" is not a valid UUID");
    }

    private ApiError Undecodable(JsonElement value) =>
        ApiError.BadRequest($"error decoding relationship \"{Name}\": invalid type {JsonTypes.NameOf(value)}");
}
