using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Confluent.Kafka;
using Switchboard.Events;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// The headers of a record: what tools and other consumers need without reading its value. The value alone is complete; the headers are
/// never read back. Their names are for ever.
/// </summary>
public static class KafkaHeaders
{
    /// <summary>The form of the value; see <see cref="KafkaRecordCodec.Envelope"/>.</summary>
    public const string Envelope = "envelope-version";

    /// <summary>The event's id.</summary>
    public const string EventId = "event-id";

    /// <summary>The event's type, such as <c>case.opened</c>.</summary>
    public const string EventType = "event-type";

    /// <summary>The schema version of the event's body.</summary>
    public const string SchemaVersion = "schema-version";

    /// <summary>The tenant.</summary>
    public const string Tenant = "tenant";

    /// <summary>The organisation.</summary>
    public const string Organisation = "org-id";

    /// <summary>The event or command that led to the event; not always there.</summary>
    public const string Causation = "causation-id";

    /// <summary>The outermost request.</summary>
    public const string Correlation = "correlation-id";

    /// <summary>W3C trace context; not always there.</summary>
    public const string TraceParent = "traceparent";

    private static readonly byte[] _envelope = Encoding.ASCII.GetBytes(KafkaRecordCodec.Envelope.ToString(CultureInfo.InvariantCulture));

    /// <summary>The headers of an event's record.</summary>
    public static Headers Of(EventRecord record)
    {
        var headers = new Headers
        {
            { Envelope, _envelope },
            { EventId, Text(record.EventId.ToString("D")) },
            { EventType, Text(record.Type) },
            { SchemaVersion, Text(record.Schema.ToString(CultureInfo.InvariantCulture)) },
            { Tenant, Text(record.Tenant) },
            { Organisation, Text(record.OrgId.ToString("D")) },
            { Correlation, Text(record.CorrelationId) },
        };
        if (record.CausationId is { } causation)
        {
            headers.Add(Causation, Text(causation));
        }

        if (record.TraceParent is { } trace)
        {
            headers.Add(TraceParent, Text(trace));
        }

        return headers;
    }

    /// <summary>Any record's headers as text: what is not UTF-8 as <c>base64:...</c>, repetitions with <c>#2</c> and so on.</summary>
    internal static ImmutableSortedDictionary<string, string> ToText(Headers? headers)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var header in headers ?? [])
        {
            var name = header.Key.Replace('\0', '?');
            for (var number = 2; texts.ContainsKey(name); number++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{header.Key}#{number}");
            }

            texts[name] = ToText(header.GetValueBytes());
        }

        return texts.ToImmutable();
    }

    /// <summary>Bytes as text: as <c>base64:...</c> when they are not UTF-8, or hold a zero, which PostgreSQL does not take.</summary>
    internal static string ToText(byte[]? bytes) =>
        bytes is null ? ""
        : Utf8.IsValid(bytes) && !bytes.AsSpan().Contains((byte)0) ? Encoding.UTF8.GetString(bytes)
        : "base64:" + Convert.ToBase64String(bytes);

    private static byte[] Text(string value) => Encoding.UTF8.GetBytes(value);
}
