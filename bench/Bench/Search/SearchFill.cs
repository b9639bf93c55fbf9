using System.Globalization;
using Npgsql;

namespace Switchboard.Bench.Search;

/// <summary>Rows of an organisation with many cases: a few open ones, many closed; rare and common words; a skew as people give it to priorities and assignees.</summary>
internal static class SearchFill
{
    public const int Projects = 20;
    public const int Users = 100;

    /// <summary>Writes the rows past the store, with the text indexes made afterwards, and gives PostgreSQL its statistics.</summary>
    public static async Task WriteAsync(string connectionString, Guid org, int count, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 3_600 });
        var n = count.ToString(CultureInfo.InvariantCulture);
        string[] statements =
        [
            $"insert into project (id, org_id, version, key, name, settings, enabled_custom_case_types, created_by, created_at) select {Id("i")}, '{org}', 1, 'P' || i, 'P' || i, '{{}}', '{{}}', '{org}', now() from generate_series(0, {Projects - 1}) i",
            $"insert into org_user (id, org_id, version, email, name, roles, disabled, verified, service_account, created_at) select {Id("i")}, '{org}', 1, 'user' || i || '@example.test', '', '{{}}', false, true, false, now() from generate_series(0, {Users - 1}) i",
            $$"""
            insert into "case" (id, org_id, version, project_id, key, public_id, type_id, title, description, priority, status_name, status_group,
                assignee_id, attributes, creation_source, created_by, created_at, archived_at, comment_count)
            select gen_random_uuid(), '{{org}}', 1, {{Id($"(hashint8(i) & 1048575) % {Projects}")}}, 'P-' || i, 10000000 + i, '00000000-0000-0000-0000-000000000001',
                'word' || (w1^3 * 5000)::int || ' word' || (w2^3 * 5000)::int || ' kind' || (w3 * 50)::int,
                'host-' || i % 997 || '.example.test reports ' || repeat('a state that nobody expects, ', 8) || 'code ' || (w1 * 100000)::int,
                case when p < 0.02 then 1 when p < 0.1 then 2 when p < 0.4 then 3 when p < 0.6 then 4 when p < 0.7 then 5 else 0 end,
                case when s < 0.1 then 'Open' when s < 0.15 then 'In Progress' else 'Closed' end, case when s < 0.1 then 0 when s < 0.15 then 1 else 2 end,
                case when a < 0.7 then {{Id($"(a * a * 2 * {Users})::int % {Users}")}} end, '{}', 'MANUAL', {{Id($"(hashint8(i + 3) & 1048575) % {Users}")}},
                now() - ({{n}} - i) * interval '2 minutes', case when w2 > 0.95 then now() end, 0
            from (select i, random() w1, random() w2, random() w3, random() p, random() s, random() a from generate_series(1::bigint, {{n}}) i) x
            """,
            "drop index case_text_words", "drop index case_text_title",
            "alter table case_text disable trigger user",
            $"""
            insert into case_text (case_id, org_id, title, description, facets, project_id, type_id, created_by, created_at, archived_at)
            select c.id, c.org_id, c.title, c.description,
                array['team:team' || c.public_id % 100, 'service:svc' || c.public_id % 300, 'env:' || (array['prod', 'dev'])[1 + c.public_id % 2]],
                c.project_id, c.type_id, c.created_by, c.created_at, c.archived_at
            from "case" c where c.org_id = '{org}' and c.public_id > 10000000
            """,
            "alter table case_text enable trigger user",
            "create index case_text_words on case_text using gin (words, tags) with (gin_pending_list_limit = 1024)",
            "create index case_text_title on case_text using gin (org_id, title gin_trgm_ops) with (gin_pending_list_limit = 1024)",
            "select case_facet_refill()",
            "vacuum analyze",
        ];
        foreach (var statement in statements)
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The organisation of a database that was filled before.</summary>
    public static async Task<Guid> OrgAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand($"select org_id from project where id = {Id("0")}");
        return (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The id of a project or user by number.</summary>
    private static string Id(string number) => $"lpad(({number})::text, 32, '0')::uuid";
}
