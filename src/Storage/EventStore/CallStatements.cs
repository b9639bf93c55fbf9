using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on calls. The case's row is locked before a call's is, so that two cases that have had one call do not wait for each other crosswise.</summary>
internal static class CallStatements
{
    public static IEnumerable<NpgsqlBatchCommand> Write(CallWritten written)
    {
        yield return Row(written.Call, written.ExpectedVersion);
        if (!written.Lines.IsEmpty)
        {
            yield return Lines(written);
        }

        if (written.Searched)
        {
            yield return Search(written.Call);
        }
    }

    private static NpgsqlBatchCommand Row(CaseCall call, long expected)
    {
        NpgsqlParameter[] row =
        [
            Parameters.Of(call.OrgId), Parameters.Of(call.Id), Parameters.Of(call.CaseId), Parameters.Of(call.Version), Parameters.Of(call.SessionId),
            Parameters.Of(call.CreatedAt), Parameters.Of(call.UpdatedAt), Parameters.Of(call.EndedAt),
            Parameters.Jsonb(JsonSerializer.SerializeToUtf8Bytes(call, CallJson.Default.CaseCall)),
        ];
        return expected == 0
            ? Command(
                """
                insert into case_call (org_id, id, case_id, version, session_id, created_at, updated_at, ended_at, body)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """,
                row)
            : Command(
                """
                with written as (
                    update case_call set case_id = $3, version = $4, session_id = $5, created_at = $6, updated_at = $7, ended_at = $8, body = $9
                    where org_id = $1 and id = $2 and version = $10
                    returning 1
                )
                select expect_rows(count(*), 1, 'case_call') from written
                """,
                [.. row, Parameters.Of(expected)]);
    }

    private static NpgsqlBatchCommand Lines(CallWritten written)
    {
        var lines = written.Lines;
        return Command(
            """
            insert into case_call_line (org_id, call_id, number, channel, label, speaker, start_ms, end_ms, text)
            select $1, $2, * from unnest($3, $4, $5, $6, $7, $8, $9)
            """,
            [
                Parameters.Of(written.Call.OrgId),
                Parameters.Of(written.Call.Id),
                Column(NpgsqlDbType.Integer, lines.Select(static line => line.Number)),
                Column(NpgsqlDbType.Integer, lines.Select(static line => line.Channel)),
                Column(NpgsqlDbType.Integer, lines.Select(static line => line.Label)),
                Column(NpgsqlDbType.Text, lines.Select(static line => line.Speaker)),
                Column(NpgsqlDbType.Bigint, lines.Select(static line => line.Start)),
                Column(NpgsqlDbType.Bigint, lines.Select(static line => line.End)),
                Column(NpgsqlDbType.Text, lines.Select(static line => line.Text)),
            ]);
    }

    /// <summary>All that was said for the case, from its rows: repeated, it gives the same.</summary>
    private static NpgsqlBatchCommand Search(CaseCall call) => Command(
        """
        update case_text t set said = left(coalesce((
            select string_agg(l.text, E'\n' order by c.created_at, c.id, l.number)
            from case_call c join case_call_line l on l.org_id = c.org_id and l.call_id = c.id
            where c.case_id = $2 and c.org_id = $1), ''), 200000)
        where t.case_id = $2 and t.org_id = $1
        """,
        [Parameters.Of(call.OrgId), Parameters.Of(call.CaseId)]);

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values.ToArray() };

    private static NpgsqlBatchCommand Command(string sql, NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }
}
