using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Teams;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Orgs;
using Switchboard.Teams;

namespace Switchboard.Storage.Teams;

/// <summary>Loads and lists teams.</summary>
internal sealed class TeamRows(RowReader rows) : IAggregateRows<TeamSnapshot>, ITeamDirectory
{
    private const string Members = "(select count(*) from team_member m where m.team_id = t.id)";

    /// <inheritdoc/>
    public ValueTask<TeamSnapshot?> LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) => rows.FindAsync(
        "select body from team where id = $2 and org_id = $1",
        [Parameters.Of(orgId), Parameters.Of(id)],
        Read,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<TeamPage> ListAsync(TeamQuery query, CancellationToken cancellationToken)
    {
        var direction = query.Descending ? "desc" : "asc";
        var order = $"{(query.ByMembers ? $"{Members} {direction}, " : "")}lower(t.name) collate \"C\" {direction}, t.id {direction}";
        var found = await rows.ListAsync(
            $"""
            with matching as (
                select t.id from team t
                where t.org_id = $1
                  and ($2::text is null or t.name ilike $2 or t.handle ilike $2 or exists (
                    select from team_member m join org_user u on u.id = m.user_id and u.org_id = $1
                    where m.team_id = t.id and u.email = $3))
                  and ($4::uuid is null or exists (select from team_member m where m.team_id = t.id and m.user_id = $4))
            )
            select page.body, (select count(*) from matching)
            from (select) one left join (
                select t.body, row_number() over (order by {order}) as place from team t
                where t.id in (select id from matching) order by {order} limit $5 offset $6
            ) page on true
            order by page.place
            """,
            [
                Parameters.Of(query.OrgId),
                Parameters.Of(query.Keyword is { } part ? $"%{OrgDirectory.EscapeLike(part)}%" : null),
                Parameters.Of(query.Keyword?.ToLowerInvariant()),
                Parameters.Of(query.MemberId),
                Parameters.Of(query.PageSize),
                Parameters.Of((long)query.PageSize * query.PageNumber),
            ],
            static row => (Team: row.IsDBNull(0) ? null : Read(row), Total: row.GetInt64(1)),
            cancellationToken);
        return new TeamPage([.. found.Where(static line => line.Team is not null).Select(static line => line.Team!)], found[0].Total);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<TeamSnapshot>> ListOfUserAsync(Guid orgId, Guid userId, CancellationToken cancellationToken) => rows.ListAsync(
        """
        select t.body from team_member m join team t on t.id = m.team_id
        where m.org_id = $1 and m.user_id = $2 order by lower(t.name) collate "C", t.id
        """,
        [Parameters.Of(orgId), Parameters.Of(userId)],
        Read,
        cancellationToken);

    /// <summary>The body's column.</summary>
    public static byte[] Write(TeamSnapshot team) => JsonSerializer.SerializeToUtf8Bytes(team, TeamJson.Default.TeamSnapshot);

    private static TeamSnapshot Read(NpgsqlDataReader row) =>
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(0), TeamJson.Default.TeamSnapshot)!;
}

/// <summary>The JSON of the column. Members are added, never renamed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TeamSnapshot))]
internal sealed partial class TeamJson : JsonSerializerContext;
