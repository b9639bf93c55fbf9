using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Grains.DeadLetters;

/// <summary>The facts of an <see cref="EventRecord"/> that a dead letter has no member for, as headers.</summary>
public static class RecordHeaders
{
    private const string ActorKindHeader = "actor-kind";
    private const string ActorIdHeader = "actor-id";
    private const string CorrelationHeader = "correlation-id";
    private const string CausationHeader = "causation-id";
    private const string TraceHeader = "traceparent";
    private const string OccurredHeader = "occurred-at";
    private const string RecordedHeader = "recorded-at";
    private const string EpochHeader = "epoch";
    private const string TxHeader = "tx";
    private const string SeqHeader = "seq";

    /// <summary>The headers of a record.</summary>
    public static ImmutableSortedDictionary<string, string> Of(EventRecord record)
    {
        var headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        headers[ActorKindHeader] = record.Actor.Kind.ToString();
        headers[ActorIdHeader] = record.Actor.Id.ToString("D");
        headers[CorrelationHeader] = record.CorrelationId;
        headers[OccurredHeader] = Text(record.OccurredAt);
        headers[RecordedHeader] = Text(record.RecordedAt);
        headers[EpochHeader] = record.Epoch.ToString(CultureInfo.InvariantCulture);
        headers[TxHeader] = record.Tx.ToString(CultureInfo.InvariantCulture);
        headers[SeqHeader] = record.Seq.ToString(CultureInfo.InvariantCulture);
        if (record.CausationId is { } causation)
        {
            headers[CausationHeader] = causation;
        }

        if (record.TraceParent is { } trace)
        {
            headers[TraceHeader] = trace;
        }

        return headers.ToImmutable();
    }

    /// <summary>The record that a letter is about, or null when it does not hold all of it: its transport could not read it either.</summary>
    public static EventRecord? TryRecord(DeadLetter letter)
    {
        if (letter is not { OrgId: { } org, StreamType: { } streamType, StreamId: { } stream, Version: { } version, EventId: { } id, Type: { } type, Schema: { } schema })
        {
            return null;
        }

        var headers = letter.Headers;
        if (!Enum.TryParse<ActorKind>(headers.GetValueOrDefault(ActorKindHeader), out var actorKind)
            || !Guid.TryParse(headers.GetValueOrDefault(ActorIdHeader), out var actorId)
            || headers.GetValueOrDefault(CorrelationHeader) is not { } correlation
            || !TryTime(headers, OccurredHeader, out var occurred)
            || !TryTime(headers, RecordedHeader, out var recorded)
            || !long.TryParse(headers.GetValueOrDefault(EpochHeader), CultureInfo.InvariantCulture, out var epoch)
            || !ulong.TryParse(headers.GetValueOrDefault(TxHeader), CultureInfo.InvariantCulture, out var tx)
            || !long.TryParse(headers.GetValueOrDefault(SeqHeader), CultureInfo.InvariantCulture, out var seq))
        {
            return null;
        }

        return new EventRecord
        {
            Tenant = letter.Tenant,
            OrgId = org,
            StreamType = streamType,
            StreamId = stream,
            Version = version,
            EventId = id,
            Type = type,
            Schema = schema,
            Payload = Encoding.UTF8.GetString(letter.Payload.Span),
            Actor = new Actor(actorKind, actorId),
            CorrelationId = correlation,
            CausationId = headers.GetValueOrDefault(CausationHeader),
            TraceParent = headers.GetValueOrDefault(TraceHeader),
            OccurredAt = occurred,
            RecordedAt = recorded,
            Epoch = epoch,
            Tx = tx,
            Seq = seq,
        };
    }

    private static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    private static bool TryTime(ImmutableSortedDictionary<string, string> headers, string name, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(headers.GetValueOrDefault(name), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out time);
}
