using Npgsql;
using NpgsqlTypes;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Intake;
using Switchboard.Intake;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;

namespace Switchboard.Storage.Intake;

/// <summary>
/// The one statement that takes alerts in: it gives them their numbers, puts them into the log, keeps their receipts and what was sent,
/// and notes that their senders are alive. An alert's number is no decision, so no version is expected; the row of its stream makes writers wait for each other.
/// </summary>
internal sealed class IntakeStatement(EventCodec codec)
{
    private const string Sql =
        """
        with bumped as (
            insert into intake_stream as s (stream_id, org_id, integration_id, dedup_key, version)
            select * from unnest($1, $2, $3, $4, $5) as given (stream_id, org_id, integration_id, dedup_key, version) order by stream_id
            on conflict (stream_id) do update set version = s.version + excluded.version
            returning stream_id, org_id, integration_id, version
        ), placed as (
            select g.*, b.org_id, b.integration_id, b.version - g.behind as version
            from unnest($6, $7, $8, $9, $10, $11, $17, $18, $19) with ordinality
                    as g (id, stream_id, behind, payload, metadata, schema, message_id, message_place, request_hash, place)
                join bumped b using (stream_id)
        ), kept as (
            insert into intake_receipt (id, org_id, integration_id, stream_id, version, received_at, message_id, message_place, request_hash)
            select id, org_id, integration_id, stream_id, version, $12, message_id, message_place, request_hash from placed
        ), said as (
            insert into intake_message (id, org_id, body, received_at) select *, $12 from unnest($20, $21, $22)
        ), seen as (
            insert into intake_heartbeat as h (integration_id, org_id, last_seen_at, due_at)
            select i.id, i.org_id, $12, $12 + make_interval(secs => i.heartbeat)
            from unnest($13, $14, $15) as i (id, org_id, heartbeat) order by i.id
            on conflict (integration_id) do update set last_seen_at = excluded.last_seen_at, due_at = excluded.due_at
                where h.last_seen_at is null or h.last_seen_at < excluded.last_seen_at - interval '1 second' or h.silent_since is not null
        )
        insert into domain_events (org_id, stream_type, stream_id, version, event_id, type, schema, payload, metadata, occurred_at, recorded_at)
        select org_id, 'intake', stream_id, version, id, $16, schema, payload, metadata, $12, $12 from placed order by place
        """;

    private readonly (string Type, short Schema) _name = codec.NameOf(typeof(AlertReceived));

    /// <summary>The statement for the messages of a batch.</summary>
    public NpgsqlCommand For(NpgsqlConnection connection, IEnumerable<IntakeSubmission> submissions, DateTimeOffset now)
    {
        List<Row> rows = [];
        List<SentPack> packs = [];
        Dictionary<Guid, (Guid Org, int? Heartbeat)> senders = [];
        foreach (var submission in submissions)
        {
            if (submission.IsFromSender)
            {
                senders[submission.IntegrationId] = (submission.OrgId, submission.HeartbeatSeconds);
            }

            var metadata = submission.Alerts.IsEmpty
                ? []
                : codec.Encode(new EventMetadata(new Actor(ActorKind.Integration, submission.IntegrationId), submission.RequestId, null, submission.TraceParent));
            SentPack? pack = null;
            int? place = null;
            if (submission is { Sent: { } sent, Alerts.IsEmpty: false })
            {
                pack = PackFor(submission.OrgId, packs);
                place = pack.Count;
                pack.Add(sent);
            }

            foreach (var (receipt, routed) in submission.Alerts)
            {
                var fact = new AlertReceived(submission.IntegrationId, IntakeNames.Of(submission.Kind), routed.ProjectId, routed.TypeId, routed.Alert);
                var stream = DerivedId.OfStream(submission.OrgId, submission.IntegrationId, routed.Alert.DedupKey);
                rows.Add(new Row(receipt, stream, submission, routed.Alert.DedupKey, codec.Encode(fact), metadata, pack?.Id, place));
            }
        }

        var streams = rows.GroupBy(static row => row.Stream).Select(static group => (group.First(), Count: group.LongCount())).OrderBy(static one => one.Item1.Stream).ToList();
        var command = new NpgsqlCommand(Sql, connection);
        var parameters = command.Parameters;
        parameters.Add(Array(NpgsqlDbType.Uuid, streams, static one => one.Item1.Stream));
        parameters.Add(Array(NpgsqlDbType.Uuid, streams, static one => one.Item1.Submission.OrgId));
        parameters.Add(Array(NpgsqlDbType.Uuid, streams, static one => one.Item1.Submission.IntegrationId));
        parameters.Add(Array(NpgsqlDbType.Text, streams, static one => one.Item1.DedupKey));
        parameters.Add(Array(NpgsqlDbType.Bigint, streams, static one => one.Count));
        parameters.Add(Array(NpgsqlDbType.Uuid, rows, static row => row.Receipt));
        parameters.Add(Array(NpgsqlDbType.Uuid, rows, static row => row.Stream));
        parameters.Add(Behind(rows));
        parameters.Add(Array(NpgsqlDbType.Jsonb, rows, static row => row.Payload));
        parameters.Add(Array(NpgsqlDbType.Jsonb, rows, static row => row.Metadata));
        parameters.Add(Array(NpgsqlDbType.Smallint, rows, _ => _name.Schema));
        parameters.Add(Parameters.Of(now));
        var alive = senders.ToList();
        parameters.Add(Array(NpgsqlDbType.Uuid, alive, static one => one.Key));
        parameters.Add(Array(NpgsqlDbType.Uuid, alive, static one => one.Value.Org));
        parameters.Add(Array(NpgsqlDbType.Integer, alive, static one => one.Value.Heartbeat));
        parameters.Add(Parameters.Of(_name.Type));
        parameters.Add(Array(NpgsqlDbType.Uuid, rows, static row => row.MessageId));
        parameters.Add(Array(NpgsqlDbType.Integer, rows, static row => row.MessagePlace));
        parameters.Add(Array(NpgsqlDbType.Bytea, rows, static row => row.Submission.Hash));
        parameters.Add(Array(NpgsqlDbType.Uuid, packs, static pack => pack.Id));
        parameters.Add(Array(NpgsqlDbType.Uuid, packs, static pack => pack.OrgId));
        parameters.Add(Array(NpgsqlDbType.Bytea, packs, static pack => pack.ToArray()));
        return command;
    }

    /// <summary>The pack that an organisation's next message goes into.</summary>
    private static SentPack PackFor(Guid orgId, List<SentPack> packs)
    {
        var pack = packs.FindLast(one => one.OrgId == orgId);
        if (pack is null or { IsFull: true })
        {
            packs.Add(pack = new SentPack(orgId));
        }

        return pack;
    }

    /// <summary>How many alerts of the same stream come after each.</summary>
    private static NpgsqlParameter Behind(List<Row> rows)
    {
        var behind = new long[rows.Count];
        Dictionary<Guid, long> after = [];
        for (var i = rows.Count - 1; i >= 0; i--)
        {
            behind[i] = after.GetValueOrDefault(rows[i].Stream);
            after[rows[i].Stream] = behind[i] + 1;
        }

        return new NpgsqlParameter<long[]>(null!, NpgsqlDbType.Array | NpgsqlDbType.Bigint) { TypedValue = behind };
    }

    private static NpgsqlParameter Array<TRow, T>(NpgsqlDbType type, List<TRow> rows, Func<TRow, T> value) =>
        new NpgsqlParameter<T[]>(null!, NpgsqlDbType.Array | type) { TypedValue = [.. rows.Select(value)] };

    private sealed record Row(
        Guid Receipt, Guid Stream, IntakeSubmission Submission, string DedupKey, byte[] Payload, byte[] Metadata, Guid? MessageId, int? MessagePlace);
}
