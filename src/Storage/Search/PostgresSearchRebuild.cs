using Npgsql;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Search;

/// <summary>
/// Writes each case's search text again from its row: what is missing comes back, what differs is put right. Some cases at a time,
/// which nobody changes meanwhile.
/// </summary>
internal sealed class PostgresSearchRebuild(TenantDatabase database) : ISearchRebuild
{
    private const int Batch = 200;

    /// <inheritdoc/>
    public async ValueTask<long?> RebuildAsync(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var (written, last) = (0L, Guid.Empty);
        while (true)
        {
            try
            {
                var (count, next) = await WriteAsync(last, cancellationToken);
                written += count;
                progress?.Report(written);
                if (count < Batch)
                {
                    return written;
                }

                last = next;
            }
            catch (NpgsqlException error) when (DatabaseFailures.Classify(error) is var failure && failure != DatabaseFailure.Refused)
            {
                // A batch may be sent again: it writes the same.
                if (failure == DatabaseFailure.Lost)
                {
                    throw DatabaseFailures.Unavailable(database.Tenant, "the search text could not be rebuilt", error);
                }
            }
        }
    }

    private async Task<(int Count, Guid Last)> WriteAsync(Guid after, CancellationToken cancellationToken)
    {
        await using var connection = await database.Primary.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var cases = new List<Switchboard.Cases.CaseSnapshot>();
        await using (var reading = new NpgsqlCommand(
            $"""select {CaseRow.Columns} from "case" c where c.id > $1 order by c.id limit $2 for share""", connection, transaction)
        {
            Parameters = { Parameters.Of(after), Parameters.Of(Batch) },
        })
        {
            await using var reader = await reading.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                cases.Add(CaseRow.Read(reader));
            }
        }

        foreach (var one in cases)
        {
            await using var writing = new NpgsqlCommand(
                """
                insert into case_text as t (case_id, org_id, title, description, facets) values ($1, $2, $3, $4, $5)
                on conflict (case_id) do update set title = excluded.title, description = excluded.description, facets = excluded.facets
                where (t.title, t.description, t.facets) is distinct from (excluded.title, excluded.description, excluded.facets)
                """,
                connection,
                transaction)
            {
                Parameters =
                {
                    Parameters.Of(one.Id), Parameters.Of(one.OrgId), Parameters.Of(one.Title), Parameters.Of(one.Description),
                    Parameters.Of(CaseFacets.Of(one)),
                },
            };
            await writing.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var saying = new NpgsqlCommand(
            """
            update case_text t set said = s.said
            from (
                select c.case_id, left(string_agg(l.text, E'\n' order by c.created_at, c.id, l.number), 200000) as said
                from case_call c join case_call_line l on l.org_id = c.org_id and l.call_id = c.id
                where c.case_id = any($1)
                group by c.case_id) s
            where t.case_id = s.case_id and t.said <> s.said
            """,
            connection,
            transaction)
        {
            Parameters = { Parameters.Of([.. cases.Select(static one => one.Id)]) },
        };
        await saying.ExecuteNonQueryAsync(cancellationToken);

        await transaction.CommitAsync(cancellationToken);
        return (cases.Count, cases.Count == 0 ? after : cases[^1].Id);
    }
}
