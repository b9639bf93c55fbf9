using Npgsql;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Teams;
using Switchboard.Teams;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on teams: the team's row, and a row for each member so that a user's teams are found.</summary>
internal static class TeamStatements
{
    /// <summary>Writes a team and its members.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Write(TeamSnapshot team, long expected)
    {
        NpgsqlParameter[] changing =
        [
            Parameters.Of(team.Id), Parameters.Of(team.OrgId), Parameters.Of(team.Version), Parameters.Of(team.Profile.Handle),
            Parameters.Of(team.Profile.Name), Parameters.Jsonb(TeamRows.Write(team)),
        ];
        yield return expected == 0
            ? Command(
                "insert into team (id, org_id, version, handle, name, body, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
                [.. changing, Parameters.Of(team.CreatedAt)])
            : Command(
                """
                with written as (
                    update team set version = $3, handle = $4, name = $5, body = $6 where id = $1 and org_id = $2 and version = $7 returning 1
                )
                select expect_rows(count(*), 1, 'team') from written
                """,
                [.. changing, Parameters.Of(expected)]);
        Guid[] members = [.. team.Members.Select(static member => member.UserId)];
        yield return Command(
            "delete from team_member where team_id = $1 and user_id <> all ($2)", Parameters.Of(team.Id), Parameters.Of(members.AsSpan()));
        yield return Command(
            "insert into team_member (team_id, user_id, org_id) select $1, unnest($2), $3 on conflict do nothing",
            Parameters.Of(team.Id),
            Parameters.Of(members.AsSpan()),
            Parameters.Of(team.OrgId));
    }

    /// <summary>Deletes a team and its members.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Remove(TeamSnapshot team, long expected)
    {
        yield return Command(
            """
            with written as (delete from team where id = $1 and org_id = $2 and version = $3 returning 1)
            select expect_rows(count(*), 1, 'team') from written
            """,
            Parameters.Of(team.Id),
            Parameters.Of(team.OrgId),
            Parameters.Of(expected));
        yield return Command("delete from team_member where team_id = $1", Parameters.Of(team.Id));
    }

    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
