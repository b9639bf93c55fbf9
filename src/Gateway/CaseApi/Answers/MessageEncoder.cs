using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Switchboard.Gateway.CaseApi.Answers;

/// <summary>
/// Writes messages out of the documents that operations answer with, from bytes to bytes. A resource's attributes become the message's
/// fields, a relationship <c>assignee</c> its field <c>assignee_id</c>, what is under <c>meta</c> too; what the message has no field for is
/// left out.
/// </summary>
internal ref partial struct MessageEncoder
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly WireBuffer _to;
    private Utf8JsonReader _reader;

    private MessageEncoder(ReadOnlySpan<byte> json, WireBuffer to)
    {
        _json = json;
        _to = to;
        _reader = new Utf8JsonReader(json);
        _reader.Read();
    }

    /// <summary>Writes a document whose <c>data</c> is one resource or a list of them.</summary>
    public static void WriteDocument(MessageDescriptor type, ReadOnlySpan<byte> json, WireBuffer to) =>
        new MessageEncoder(json, to).Document(MessagePlan.Of(type));

    /// <summary>Writes a resource or a plain object.</summary>
    public static void WriteObject(MessageDescriptor type, ReadOnlySpan<byte> json, WireBuffer to) =>
        new MessageEncoder(json, to).Fields(MessagePlan.Of(type));

    private void Document(MessagePlan plan)
    {
        var (isList, hasMeta) = (false, false);
        Utf8JsonReader meta = default;
        while (NextName())
        {
            if (_reader.ValueTextEquals("data"u8))
            {
                _reader.Read();
                if (_reader.TokenType == JsonTokenType.StartObject)
                {
                    Fields(plan);
                    return;
                }

                isList = true;
                Field(plan.Items!);
            }
            else if (_reader.ValueTextEquals("meta"u8))
            {
                _reader.Read();
                hasMeta = _reader.TokenType == JsonTokenType.StartObject;
                meta = _reader;
                _reader.Skip();
            }
            else
            {
                _reader.Skip();
            }
        }

        if (isList && hasMeta)
        {
            _reader = meta;
            Meta(plan);
        }
    }

    /// <summary>What is told about a list.</summary>
    private void Meta(MessagePlan plan)
    {
        while (NextName())
        {
            if (plan.ByName.Find(Name) is { } field)
            {
                _reader.Read();
                if (field != plan.Items)
                {
                    Field(field);
                }
                else
                {
                    _reader.Skip();
                }
            }
            else if (_reader.ValueTextEquals("page"u8))
            {
                _reader.Read();
                Members(plan.OfPage, ulong.MaxValue, 0);
            }
            else
            {
                _reader.Skip();
            }
        }
    }

    /// <summary>The fields of the object at which the reader stands.</summary>
    private void Fields(MessagePlan plan)
    {
        var isResource = IsResource(_reader);
        var told = 0UL;
        while (NextName())
        {
            if (isResource && _reader.ValueTextEquals("attributes"u8))
            {
                _reader.Read();
                told |= Members(plan.ByName, ulong.MaxValue, 0);
            }
            else if ((!isResource || _reader.ValueTextEquals("id"u8)) && plan.ByName.Find(Name) is { } field)
            {
                told |= field.Bit;
                _reader.Read();
                Field(field);
            }
            else if (_reader.ValueTextEquals("meta"u8))
            {
                _reader.Read();
                told |= Members(plan.ByName, ~told, told);
            }
            else if (_reader.ValueTextEquals("relationships"u8))
            {
                _reader.Read();
                Relationships(plan, told);
            }
            else
            {
                _reader.Skip();
            }
        }
    }

    /// <summary>Whether the object at which a reader stands has a type and attributes; they come early.</summary>
    private static bool IsResource(Utf8JsonReader ahead)
    {
        var hasType = false;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isAttributes) = (ahead.ValueTextEquals("type"u8), ahead.ValueTextEquals("attributes"u8));
            ahead.Read();
            hasType |= isType && ahead.TokenType == JsonTokenType.String;
            if (isAttributes)
            {
                return hasType && ahead.TokenType == JsonTokenType.StartObject;
            }

            ahead.Skip();
        }

        return false;
    }

    /// <summary>An object's members that are fields.</summary>
    /// <param name="names">Which these are.</param>
    /// <param name="wanted">Their bits; others are left out.</param>
    /// <param name="told">Fields that have been written.</param>
    /// <returns>Those and the ones that were now.</returns>
    private ulong Members(NameTable<FieldPlan> names, ulong wanted, ulong told)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            _reader.Skip();
            return told;
        }

        while (NextName())
        {
            if (names.Find(Name) is { } field && (field.Bit & wanted) != 0)
            {
                told |= field.Bit;
                _reader.Read();
                Field(field);
            }
            else
            {
                _reader.Skip();
            }
        }

        return told;
    }

    private void Relationships(MessagePlan plan, ulong told)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            _reader.Skip();
            return;
        }

        while (NextName())
        {
            var field = plan.Related.Find(Name);
            _reader.Read();
            if (field is null || (field.Bit & told) != 0 || _reader.TokenType != JsonTokenType.StartObject)
            {
                _reader.Skip();
                continue;
            }

            while (NextName())
            {
                var isData = _reader.ValueTextEquals("data"u8);
                _reader.Read();
                if (isData && !field.IsRepeated && _reader.TokenType == JsonTokenType.StartObject)
                {
                    IdOf(field);
                }
                else if (isData && field.IsRepeated && _reader.TokenType == JsonTokenType.StartArray)
                {
                    while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                    {
                        IdOf(field);
                    }
                }
                else
                {
                    _reader.Skip();
                }
            }
        }
    }

    /// <summary>The id of the reference at which the reader stands.</summary>
    private void IdOf(FieldPlan field)
    {
        while (NextName())
        {
            var isId = _reader.ValueTextEquals("id"u8);
            _reader.Read();
            if (isId)
            {
                One(field);
            }
            else
            {
                _reader.Skip();
            }
        }
    }

    /// <summary>A field with the value at which the reader stands.</summary>
    private void Field(FieldPlan field)
    {
        if (_reader.TokenType == JsonTokenType.Null && !field.TakesNull)
        {
            return;
        }

        if (field.IsMap)
        {
            while (NextName())
            {
                _to.Tag(field.Number, WireFormat.WireType.LengthDelimited);
                var entry = _to.Open();
                _to.Tag(1, WireFormat.WireType.LengthDelimited);
                Text();
                _reader.Read();
                One(field.Mapped);
                _to.Close(entry);
            }
        }
        else if (field.IsRepeated)
        {
            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                One(field);
            }
        }
        else
        {
            One(field);
        }
    }

    private void One(FieldPlan field)
    {
        // A default is not written, unless it says that the field was set.
        var always = field.HasPresence || field.IsRepeated;
        switch (field.Kind)
        {
            case FieldType.String when _reader.TokenType == JsonTokenType.String:
                if (always || !_reader.ValueSpan.IsEmpty)
                {
                    _to.Tag(field.Number, WireFormat.WireType.LengthDelimited);
                    Text();
                }

                break;
            case FieldType.String:
                var start = (int)_reader.TokenStartIndex;
                _reader.Skip();
                _to.Tag(field.Number, WireFormat.WireType.LengthDelimited);
                _to.Text(_json[start..(int)_reader.BytesConsumed]);
                break;
            case FieldType.Bool:
                Number(field, always, _reader.GetBoolean() ? 1UL : 0);
                break;
            case FieldType.Int32:
                Number(field, always, (ulong)_reader.GetInt32());
                break;
            case FieldType.Int64:
                Number(field, always, (ulong)_reader.GetInt64());
                break;
            case FieldType.Enum:
                Number(field, always, (ulong)field.Numbers!.Find(_reader.ValueSpan));
                break;
            case FieldType.Double:
                var value = _reader.GetDouble();
                if (always || value != 0)
                {
                    _to.Tag(field.Number, WireFormat.WireType.Fixed64);
                    _to.Double(value);
                }

                break;
            case FieldType.Message:
                _to.Tag(field.Number, WireFormat.WireType.LengthDelimited);
                var content = _to.Open();
                Message(field.Message);
                _to.Close(content);
                break;
            default:
                throw new NotSupportedException($"{field.FullName} is of a type that no operation gives.");
        }
    }

    private void Message(MessagePlan plan)
    {
        switch (plan.Form)
        {
            case MessageForm.Timestamp:
                Time(_reader.GetDateTimeOffset());
                break;
            case MessageForm.Value:
                Anything();
                break;
            case MessageForm.Struct:
                AnyObject();
                break;
            case MessageForm.ListValue:
                AnyList();
                break;
            default:
                if (_reader.TokenType == JsonTokenType.StartArray && plan.Values is { } values)
                {
                    Field(values);
                }
                else
                {
                    Fields(plan);
                }

                break;
        }
    }

    private readonly void Number(FieldPlan field, bool always, ulong value)
    {
        if (always || value != 0)
        {
            _to.Tag(field.Number, WireFormat.WireType.Varint);
            _to.Varint(value);
        }
    }

    /// <summary>The text or name at which the reader stands, with its length.</summary>
    private readonly void Text()
    {
        if (!_reader.ValueIsEscaped)
        {
            _to.Text(_reader.ValueSpan);
            return;
        }

        var plain = ArrayPool<byte>.Shared.Rent(_reader.ValueSpan.Length);
        _to.Text(plain.AsSpan(0, _reader.CopyString(plain)));
        ArrayPool<byte>.Shared.Return(plain);
    }

    // No field's name has anything in it that is escaped.
    private readonly ReadOnlySpan<byte> Name => _reader.ValueSpan;

    private bool NextName() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;
}
