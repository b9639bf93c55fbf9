using System.Text.Json;
using Google.Protobuf;

namespace Switchboard.Gateway.CaseApi.Answers;

/// <summary>The messages that protobuf itself defines, by the numbers of their fields.</summary>
internal ref partial struct MessageEncoder
{
    private void Time(DateTimeOffset time)
    {
        if (time.ToUnixTimeSeconds() is var seconds and not 0)
        {
            _to.Tag(1, WireFormat.WireType.Varint);
            _to.Varint((ulong)seconds);
        }

        if (time.UtcTicks % TimeSpan.TicksPerSecond is var ticks and not 0)
        {
            _to.Tag(2, WireFormat.WireType.Varint);
            _to.Varint((ulong)(ticks * TimeSpan.NanosecondsPerTick));
        }
    }

    /// <summary>A <c>google.protobuf.Value</c>.</summary>
    private void Anything()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.Number:
                _to.Tag(2, WireFormat.WireType.Fixed64);
                _to.Double(_reader.GetDouble());
                break;
            case JsonTokenType.String:
                _to.Tag(3, WireFormat.WireType.LengthDelimited);
                Text();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _to.Tag(4, WireFormat.WireType.Varint);
                _to.Varint(_reader.GetBoolean() ? 1UL : 0);
                break;
            case JsonTokenType.StartObject:
                _to.Tag(5, WireFormat.WireType.LengthDelimited);
                var members = _to.Open();
                AnyObject();
                _to.Close(members);
                break;
            case JsonTokenType.StartArray:
                _to.Tag(6, WireFormat.WireType.LengthDelimited);
                var items = _to.Open();
                AnyList();
                _to.Close(items);
                break;
            default:
                _to.Tag(1, WireFormat.WireType.Varint);
                _to.Varint(0);
                break;
        }
    }

    private void AnyObject()
    {
        while (NextName())
        {
            _to.Tag(1, WireFormat.WireType.LengthDelimited);
            var entry = _to.Open();
            _to.Tag(1, WireFormat.WireType.LengthDelimited);
            Text();
            _reader.Read();
            _to.Tag(2, WireFormat.WireType.LengthDelimited);
            var value = _to.Open();
            Anything();
            _to.Close(value);
            _to.Close(entry);
        }
    }

    private void AnyList()
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            _to.Tag(1, WireFormat.WireType.LengthDelimited);
            var value = _to.Open();
            Anything();
            _to.Close(value);
        }
    }
}
