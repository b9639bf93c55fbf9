using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.CaseApi;

/// <summary>
/// Which field of a request's message is which parameter, attribute or relationship of an operation, by their names: <c>page_size</c> is
/// <c>page[size]</c>, <c>project_id</c> the relationship <c>project</c>.
/// </summary>
internal sealed class RequestBinding
{
    private readonly FrozenDictionary<Parameter, FieldDescriptor> _parameters;
    private readonly ImmutableArray<FieldDescriptor> _attributes;
    private readonly ImmutableArray<(RelationshipField Relationship, FieldDescriptor Field)> _relationships;
    private readonly FrozenSet<string> _required;
    private readonly FrozenSet<string> _clearable;
    private readonly ResourceShape? _shape;
    private readonly FieldDescriptor? _id;

    /// <summary>Binds a message to an operation.</summary>
    /// <exception cref="InvalidOperationException">The operation has nothing that a field could be.</exception>
    public RequestBinding(MessageDescriptor message, ApiOperation operation)
    {
        _shape = operation.Body;
        var parameters = new Dictionary<Parameter, FieldDescriptor>();
        var attributes = ImmutableArray.CreateBuilder<FieldDescriptor>();
        var relationships = ImmutableArray.CreateBuilder<(RelationshipField, FieldDescriptor)>();
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            if (operation.Parameters.FirstOrDefault(one => NameOf(one) == field.Name) is { } parameter)
            {
                parameters.Add(parameter, field);
            }
            else if (_shape?.Attributes.Any(one => one.Name == field.Name) == true)
            {
                attributes.Add(field);
            }
            else if (_shape?.Relationships.FirstOrDefault(one => $"{one.Name}_{(one.Many ? "ids" : "id")}" == field.Name) is { } relationship)
            {
                relationships.Add((relationship, field));
            }
            else if (_shape?.NeedsId == true && field.Name == $"{_shape.Type}_id")
            {
                _id = field;
            }
            else
            {
                throw new InvalidOperationException($"{field.FullName} is neither a parameter nor a member of the body of {operation.Id}.");
            }
        }

        _parameters = parameters.ToFrozenDictionary();
        _attributes = attributes.ToImmutable();
        _relationships = relationships.ToImmutable();
        _clearable = _shape is null ? [] : _shape.Attributes.OfType<ClearableUuidField>().Select(one => one.Name).ToFrozenSet(StringComparer.Ordinal);
        _required = _shape is null ? [] : _shape.Attributes.Where(one => one.Required).Select(one => one.Name).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>What the operation takes and the message has no field for.</summary>
    public IEnumerable<string> Unbound(ApiOperation operation) =>
    [
        .. operation.Parameters.Where(one => !_parameters.ContainsKey(one)).Select(one => one.Name),
        .. _shape?.Attributes.Where(one => _attributes.All(field => field.Name != one.Name)).Select(one => one.Name) ?? [],
        .. _shape?.Relationships.Where(one => _relationships.All(bound => bound.Relationship != one)).Select(one => one.Name) ?? [],
    ];

    /// <summary>A parameter's text, or null when the message does not set it.</summary>
    public string? TextOf(Parameter parameter, IMessage message) =>
        _parameters.TryGetValue(parameter, out var field) && FieldJson.IsSet(field, message) ? FieldJson.TextOf(field, message) : null;

    /// <summary>The body that a client of REST would send.</summary>
    public ReadOnlyMemory<byte> BodyOf(IMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteStartObject("data"u8);
        json.WriteString("type"u8, _shape!.Type);
        if (_id is not null)
        {
            json.WriteString("id"u8, FieldJson.TextOf(_id, message));
        }

        json.WriteStartObject("attributes"u8);
        foreach (var field in _attributes)
        {
            // Without a presence of its own, what is required is said even when it is empty: whether it may be is the operation's business.
            if (FieldJson.IsSet(field, message) || (!field.HasPresence && field.FieldType != FieldType.Enum && _required.Contains(field.Name)))
            {
                WriteAttribute(json, field, message);
            }
            else if (field.HasPresence && _required.Contains(field.Name))
            {
                // Required, and optional in the message: it is cleared by null.
                json.WriteNull(field.Name);
            }
        }

        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        foreach (var (relationship, field) in _relationships)
        {
            if (FieldJson.IsSet(field, message))
            {
                WriteRelationship(json, relationship, field, message);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }

    private void WriteAttribute(Utf8JsonWriter json, FieldDescriptor field, IMessage message)
    {
        json.WritePropertyName(field.Name);
        if (_clearable.Contains(field.Name) && FieldJson.TextOf(field, message).Length == 0)
        {
            json.WriteNullValue();
        }
        else
        {
            FieldJson.Write(json, field, message);
        }
    }

    private static void WriteRelationship(Utf8JsonWriter json, RelationshipField relationship, FieldDescriptor field, IMessage message)
    {
        json.WriteStartObject(relationship.Name);
        json.WritePropertyName("data"u8);
        if (relationship.Many)
        {
            json.WriteStartArray();
            foreach (string id in (System.Collections.IList)field.Accessor.GetValue(message))
            {
                WriteReference(json, relationship.Type, id);
            }

            json.WriteEndArray();
        }
        else
        {
            WriteReference(json, relationship.Type, FieldJson.TextOf(field, message));
        }

        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, string type, string id)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("id"u8, id);
        json.WriteEndObject();
    }

    private static string NameOf(Parameter parameter)
    {
        var name = parameter.Name.Replace("[", "_", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
        return name.EndsWith("_uuid", StringComparison.Ordinal) ? $"{name[..^"_uuid".Length]}_id" : name;
    }
}
