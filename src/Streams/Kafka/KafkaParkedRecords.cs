using System.Globalization;
using Confluent.Kafka;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;

namespace Switchboard.Streams.Kafka;

/// <summary>Records that could not be read, as dead letters and back: after an upgrade they may be readable.</summary>
internal sealed class KafkaParkedRecords : IParkedRecordReader
{
    private const string Prefix = "kafka:";
    private const string KeyHeader = "kafka-key";

    /// <summary>Names a record for people and for good.</summary>
    public static string SourceOf(TopicPartition partition, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{partition.Topic}/{partition.Partition.Value}/{offset}");

    /// <summary>The letter that keeps a record as it came.</summary>
    public static DeadLetter Letter(KafkaRecord record, string source, string error, KafkaStreamOptions stream)
    {
        var headers = KafkaHeaders.ToText(record.Headers);
        return new DeadLetter
        {
            Tenant = stream.Tenant,
            Flavor = stream.Flavor,
            Reason = DeadLetterReason.Undecodable,
            Source = source,
            Error = error,
            // By the headers' word, for people; the event id is not taken from there, since by it events count as handled.
            OrgId = Guid.TryParse(headers.GetValueOrDefault(KafkaHeaders.Organisation), out var org) ? org : null,
            Type = headers.GetValueOrDefault(KafkaHeaders.EventType),
            Payload = record.Value ?? [],
            Headers = record.Key is { } key ? headers.SetItem(KeyHeader, KafkaHeaders.ToText(key)) : headers,
        };
    }

    public bool Reads(string source) => source.StartsWith(Prefix, StringComparison.Ordinal);

    public EventRecord Read(DeadLetter letter) => KafkaRecordCodec.Decode(letter.Payload.Span);
}
