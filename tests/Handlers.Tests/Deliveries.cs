using System.Collections.Immutable;
using System.Text;
using Npgsql;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Storage.Events;
using Switchboard.Testing;

namespace Switchboard.Handlers.Tests;

/// <summary>Events as a transport delivers them, and the writing of their rows as the frame does it, one transaction a batch.</summary>
internal static class Deliveries
{
    private static readonly EventCodec _codec = new();
    private static long _seq;

    /// <summary>An event of an aggregate.</summary>
    public static HandledEvent Event(
        Guid orgId, Guid streamId, long version, DomainEvent body, string streamType = "case", Actor? actor = null, DateTimeOffset? at = null)
    {
        var (type, schema) = _codec.NameOf(body.GetType());
        var seq = Interlocked.Increment(ref _seq);
        var record = new EventRecord
        {
            Tenant = "case-management",
            OrgId = orgId,
            StreamType = streamType,
            StreamId = streamId,
            Version = version,
            EventId = Guid.CreateVersion7(),
            Type = type,
            Schema = schema,
            Payload = Encoding.UTF8.GetString(_codec.Encode(body)),
            Actor = actor ?? Actor.System,
            CorrelationId = $"request-{seq}",
            OccurredAt = at ?? Samples.Time.AddSeconds(seq),
            RecordedAt = (at ?? Samples.Time.AddSeconds(seq)).AddMilliseconds(3),
            Epoch = 1,
            Tx = (ulong)seq,
            Seq = seq,
        };
        return new HandledEvent(record, body);
    }

    /// <summary>Writes the rows of events in one transaction, as the frame does.</summary>
    public static async Task WriteAsync<TRow>(
        this RowHandler<TRow> handler, NpgsqlDataSource source, IEnumerable<HandledEvent> events, CancellationToken cancellationToken, bool commit = true)
    {
        var rows = ImmutableArray.CreateBuilder<TRow>();
        foreach (var one in events.Where(one => handler.Wants(one.Record)))
        {
            rows.AddRange(await handler.RowsOfAsync(one, cancellationToken));
        }

        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await handler.WriteAsync(new EffectBatch<TRow>(connection, rows.ToImmutable(), ""), cancellationToken);
        if (commit)
        {
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
