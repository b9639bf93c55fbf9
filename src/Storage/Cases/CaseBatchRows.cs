using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Cases;

/// <summary>Reads the rows of many cases at once.</summary>
internal sealed class CaseBatchRows(RowReader rows)
{
    /// <summary>Those of an organisation's cases that are there, in no order.</summary>
    public ValueTask<ImmutableArray<CaseSnapshot>> OfAsync(Guid orgId, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => rows.ListAsync(
        $"""select {CaseRow.Columns} from "case" c where c.org_id = $1 and c.id = any($2)""",
        [Parameters.Of(orgId), Ids(ids)],
        CaseRow.Read,
        cancellationToken);

    /// <summary>Those cases that are there, of whichever organisation, in no order.</summary>
    public ValueTask<ImmutableArray<CaseSnapshot>> OfAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => rows.ListAsync(
        $"""select {CaseRow.Columns} from "case" c where c.id = any($1)""", [Ids(ids)], CaseRow.Read, cancellationToken);

    /// <summary>The next cases of all organisations in the order of their ids.</summary>
    public ValueTask<ImmutableArray<CaseSnapshot>> AfterAsync(Guid last, int limit, CancellationToken cancellationToken) => rows.ListAsync(
        $"""select {CaseRow.Columns} from "case" c where c.id > $1 order by c.id limit $2""",
        [Parameters.Of(last), Parameters.Of(limit)],
        CaseRow.Read,
        cancellationToken);

    /// <summary>What was said in the calls of cases, as far as it is searched; of cases without calls nothing.</summary>
    public async ValueTask<Dictionary<Guid, string>> SaidAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => (await rows.ListAsync(
        "select case_id, said from case_text where case_id = any($1) and said <> ''",
        [Ids(ids)],
        static row => (Id: row.GetGuid(0), Said: row.GetString(1)),
        cancellationToken)).ToDictionary(static one => one.Id, static one => one.Said);

    private static Npgsql.NpgsqlParameter Ids(IReadOnlyCollection<Guid> ids) =>
        new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Uuid, Value = ids.ToArray() };
}
