using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// Translates events to and from a record's value: a JSON object with the facts about the event and, under <c>payload</c>, its body as it
/// was stored. Members may be added; anything else is a new <see cref="Envelope"/>.
/// </summary>
public static class KafkaRecordCodec
{
    /// <summary>The number of the value's form.</summary>
    public const int Envelope = 1;

    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonReaderOptions _reading = new() { MaxDepth = 128 };

    /// <summary>The key of an event's record: all records of a case have the same, and so the same partition.</summary>
    public static string KeyOf(EventRecord record) => GrainKeys.Of(record.OrgId, record.StreamId);

    /// <summary>The value of an event's record.</summary>
    public static byte[] Encode(EventRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>(record.Payload.Length + 768);
        using (var json = new Utf8JsonWriter(buffer, _writing))
        {
            json.WriteStartObject();
            json.WriteNumber("envelope"u8, Envelope);
            json.WriteString("tenant"u8, record.Tenant);
            json.WriteString("orgId"u8, record.OrgId);
            json.WriteString("streamType"u8, record.StreamType);
            json.WriteString("streamId"u8, record.StreamId);
            json.WriteNumber("version"u8, record.Version);
            json.WriteString("eventId"u8, record.EventId);
            json.WriteString("type"u8, record.Type);
            json.WriteNumber("schema"u8, record.Schema);
            json.WriteString("actorKind"u8, record.Actor.Kind.ToString());
            json.WriteString("actorId"u8, record.Actor.Id);
            json.WriteString("correlationId"u8, record.CorrelationId);
            if (record.CausationId is { } causation)
            {
                json.WriteString("causationId"u8, causation);
            }

            if (record.TraceParent is { } trace)
            {
                json.WriteString("traceParent"u8, trace);
            }

            json.WriteString("occurredAt"u8, record.OccurredAt);
            json.WriteString("recordedAt"u8, record.RecordedAt);
            json.WriteNumber("epoch"u8, record.Epoch);
            json.WriteNumber("tx"u8, record.Tx);
            json.WriteNumber("seq"u8, record.Seq);
            json.WritePropertyName("payload"u8);
            json.WriteRawValue(record.Payload, skipInputValidation: true);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a record's value.</summary>
    /// <exception cref="FormatException">It is not one; the message says what is wrong with it, for a person.</exception>
    public static EventRecord Decode(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            throw new FormatException("The record has no value. A record of this topic holds an event.");
        }

        if (!Utf8.IsValid(value))
        {
            throw new FormatException("The record's value is not UTF-8.");
        }

        try
        {
            var fields = Read(value);
            return fields.Envelope == Envelope
                ? fields.ToRecord()
                : throw new FormatException(
                    fields.Envelope is { } other
                        ? $"The record's envelope is version {other}; this release reads version {Envelope}. A newer release wrote it: run that one and replay the record."
                        : "The record has no envelope version: it is not an event of Switchboard's.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The record's value is not the JSON of an event: {error.Message}", error);
        }
    }

    private static Fields Read(ReadOnlySpan<byte> value)
    {
        var json = new Utf8JsonReader(value, _reading);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("The record's value is JSON, but not an object.");
        }

        var fields = default(Fields);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            fields.ReadMember(ref json, value);
        }

        return !json.Read() ? fields : throw new FormatException("There is more after the record's JSON.");
    }

    private struct Fields
    {
        private string? _tenant, _streamType, _type, _actorKind, _correlation, _causation, _trace, _payload;
        private Guid? _org, _stream, _event, _actor;
        private long? _version, _epoch, _seq;
        private int? _schema;
        private ulong? _tx;
        private DateTimeOffset? _occurred, _recorded;

        public long? Envelope { get; private set; }

        public void ReadMember(ref Utf8JsonReader json, ReadOnlySpan<byte> value)
        {
            var name = json.ValueSpan;
            if (json.ValueIsEscaped)
            {
                throw new FormatException("The record's value has a member with an escaped name.");
            }

            json.Read();
            switch (name)
            {
                case var _ when name.SequenceEqual("envelope"u8): Envelope = json.GetInt64(); break;
                case var _ when name.SequenceEqual("tenant"u8): _tenant = json.GetString(); break;
                case var _ when name.SequenceEqual("orgId"u8): _org = Id(ref json); break;
                case var _ when name.SequenceEqual("streamType"u8): _streamType = json.GetString(); break;
                case var _ when name.SequenceEqual("streamId"u8): _stream = Id(ref json); break;
                case var _ when name.SequenceEqual("version"u8): _version = json.GetInt64(); break;
                case var _ when name.SequenceEqual("eventId"u8): _event = Id(ref json); break;
                case var _ when name.SequenceEqual("type"u8): _type = json.GetString(); break;
                case var _ when name.SequenceEqual("schema"u8): _schema = json.GetInt32(); break;
                case var _ when name.SequenceEqual("actorKind"u8): _actorKind = json.GetString(); break;
                case var _ when name.SequenceEqual("actorId"u8): _actor = Id(ref json); break;
                case var _ when name.SequenceEqual("correlationId"u8): _correlation = json.GetString(); break;
                case var _ when name.SequenceEqual("causationId"u8): _causation = json.GetString(); break;
                case var _ when name.SequenceEqual("traceParent"u8): _trace = json.GetString(); break;
                case var _ when name.SequenceEqual("occurredAt"u8): _occurred = json.GetDateTimeOffset(); break;
                case var _ when name.SequenceEqual("recordedAt"u8): _recorded = json.GetDateTimeOffset(); break;
                case var _ when name.SequenceEqual("epoch"u8): _epoch = json.GetInt64(); break;
                case var _ when name.SequenceEqual("tx"u8): _tx = json.GetUInt64(); break;
                case var _ when name.SequenceEqual("seq"u8): _seq = json.GetInt64(); break;
                case var _ when name.SequenceEqual("payload"u8): _payload = Raw(ref json, value); break;
                default: json.Skip(); break;
            }
        }

        public readonly EventRecord ToRecord() => new()
        {
            Tenant = Need(_tenant, "tenant"),
            OrgId = Need(_org, "orgId"),
            StreamType = Need(_streamType, "streamType"),
            StreamId = Need(_stream, "streamId"),
            Version = Need(_version, "version"),
            EventId = Need(_event, "eventId"),
            Type = Need(_type, "type"),
            Schema = Need(_schema, "schema"),
            Payload = Need(_payload, "payload"),
            Actor = new Actor(
                Enum.TryParse<ActorKind>(Need(_actorKind, "actorKind"), out var kind) && Enum.IsDefined(kind)
                    ? kind
                    : throw new FormatException($"The record's actorKind '{_actorKind}' is not known to this release."),
                Need(_actor, "actorId")),
            CorrelationId = Need(_correlation, "correlationId"),
            CausationId = _causation,
            TraceParent = _trace,
            OccurredAt = Need(_occurred, "occurredAt"),
            RecordedAt = Need(_recorded, "recordedAt"),
            Epoch = Need(_epoch, "epoch"),
            Tx = Need(_tx, "tx"),
            Seq = Need(_seq, "seq"),
        };

        private static Guid Id(ref Utf8JsonReader json) => json.GetGuid();

        private static string Raw(ref Utf8JsonReader json, ReadOnlySpan<byte> value)
        {
            var start = (int)json.TokenStartIndex;
            json.Skip();
            return Encoding.UTF8.GetString(value[start..(int)json.BytesConsumed]);
        }

        private static T Need<T>(T? value, string name)
            where T : class => value ?? throw Lacks(name);

        private static T Need<T>(T? value, string name)
            where T : struct => value ?? throw Lacks(name);

        private static FormatException Lacks(string name) => new($"The record lacks '{name}': it is not a whole event.");
    }
}
