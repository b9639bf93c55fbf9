using System.Collections;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Switchboard.Gateway.CaseApi;

/// <summary>
/// Messages as the JSON that operations take. Names are the same on both sides; what differs is regular: an enum's value has
/// the enum's name before it, a timestamp is RFC 3339, a message with nothing but <c>values</c> is a list.
/// </summary>
internal static class FieldJson
{
    private const string ListField = "values";

    /// <summary>Whether a field was set; a field that cannot tell counts as set when it differs from its default.</summary>
    public static bool IsSet(FieldDescriptor field, IMessage message) => field.HasPresence
        ? field.Accessor.HasValue(message)
        : field.Accessor.GetValue(message) switch
        {
            ICollection many => many.Count > 0,
            string text => text.Length > 0,
            bool flag => flag,
            System.Enum or int or long or double => Convert.ToDouble(field.Accessor.GetValue(message), CultureInfo.InvariantCulture) != 0,
            var value => value is not null,
        };

    /// <summary>Writes a field's value, without its name.</summary>
    public static void Write(Utf8JsonWriter json, FieldDescriptor field, IMessage message)
    {
        var value = field.Accessor.GetValue(message);
        if (field.IsMap)
        {
            var of = field.MessageType.FindFieldByNumber(2);
            json.WriteStartObject();
            foreach (DictionaryEntry entry in (IDictionary)value)
            {
                json.WritePropertyName((string)entry.Key);
                WriteOne(json, of, entry.Value!);
            }

            json.WriteEndObject();
        }
        else if (field.IsRepeated)
        {
            json.WriteStartArray();
            foreach (var item in (IList)value)
            {
                WriteOne(json, field, item);
            }

            json.WriteEndArray();
        }
        else
        {
            WriteOne(json, field, value);
        }
    }

    /// <summary>A field's value as a parameter's text.</summary>
    public static string TextOf(FieldDescriptor field, IMessage message) => field.Accessor.GetValue(message) switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        System.Enum => NameOf(field, message) ?? "",
        var number => Convert.ToString(number, CultureInfo.InvariantCulture) ?? "",
    };

    private static string? NameOf(FieldDescriptor field, IMessage message)
    {
        var number = Convert.ToInt32(field.Accessor.GetValue(message), CultureInfo.InvariantCulture);
        return number == 0 ? null : EnumNames.Of(field.EnumType).NameOf(number);
    }

    private static void WriteOne(Utf8JsonWriter json, FieldDescriptor field, object value)
    {
        switch (field.FieldType)
        {
            case FieldType.String:
                json.WriteStringValue((string)value);
                break;
            case FieldType.Bool:
                json.WriteBooleanValue((bool)value);
                break;
            case FieldType.Int32:
                json.WriteNumberValue((int)value);
                break;
            case FieldType.Int64:
                json.WriteNumberValue((long)value);
                break;
            case FieldType.Double:
                json.WriteNumberValue((double)value);
                break;
            case FieldType.Enum:
                json.WriteStringValue(EnumNames.Of(field.EnumType).NameOf(Convert.ToInt32(value, CultureInfo.InvariantCulture)));
                break;
            case FieldType.Message when value is Timestamp time:
                json.WriteStringValue(time.ToDateTimeOffset());
                break;
            case FieldType.Message when value is Struct or Value or ListValue:
                json.WriteRawValue(JsonFormatter.Default.Format((IMessage)value));
                break;
            case FieldType.Message:
                WriteMessage(json, (IMessage)value);
                break;
            default:
                throw new NotSupportedException($"{field.FullName} is of a type that no operation takes.");
        }
    }

    private static void WriteMessage(Utf8JsonWriter json, IMessage message)
    {
        var fields = message.Descriptor.Fields.InFieldNumberOrder();
        if (IsList(fields))
        {
            Write(json, fields[0], message);
            return;
        }

        json.WriteStartObject();
        foreach (var field in fields)
        {
            // What cannot be unset is said even when it has its default: inside an object its absence would mean something else.
            if (!field.HasPresence || field.Accessor.HasValue(message))
            {
                json.WritePropertyName(field.Name);
                Write(json, field, message);
            }
        }

        json.WriteEndObject();
    }

    private static bool IsList(IList<FieldDescriptor> fields) => fields.Count == 1 && fields[0].Name == ListField && fields[0].IsRepeated;
}
