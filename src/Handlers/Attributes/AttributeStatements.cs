using System.Collections.Immutable;
using Npgsql;
using Switchboard.Storage.Databases;
using Switchboard.Storage.EventStore;

namespace Switchboard.Handlers.Attributes;

/// <summary>
/// Reads and writes what a batch touches. The rows of the projects are locked first, always in the same order: whoever holds a
/// project's row is alone with everything that is counted below it.
/// </summary>
internal sealed class AttributeStatements(EffectBatch<AttributeChange> batch)
{
    private readonly string _cases = batch.Table("attribute_case");
    private readonly string _projects = batch.Table("attribute_project");
    private readonly string _keys = batch.Table("attribute_key");
    private readonly string _values = batch.Table("attribute_value");
    private readonly HashSet<KeyName> _loadedKeys = [];
    private readonly HashSet<ValueName> _loadedValues = [];

    /// <summary>Locks the projects and reads the cases. Returns the projects of cases that are not known yet and whose changes do not say.</summary>
    public async Task<Dictionary<Guid, Guid>> LoadCasesAsync(AttributeLedger ledger, CancellationToken cancellationToken)
    {
        var ids = batch.Rows.Select(static change => change.CaseId).Distinct().ToArray();
        var opened = batch.Rows.Where(static change => change.ProjectId is not null)
            .Select(static change => new ProjectName(change.OrgId, change.ProjectId!.Value)).Distinct().ToArray();
        var homes = await ListAsync(
            $"""
            select i.id, coalesce(a.org_id, c.org_id), coalesce(a.project_id, c.project_id)
            from unnest($1) as i (id) left join {_cases} a on a.case_id = i.id left join "case" c on c.id = i.id
            where a.case_id is not null or c.id is not null
            """,
            static row => (CaseId: row.GetGuid(0), Project: new ProjectName(row.GetGuid(1), row.GetGuid(2))),
            cancellationToken,
            ids);
        var projects = opened.Concat(homes.Select(static home => home.Project)).Distinct().ToArray();
        await LockAsync(ledger, projects, cancellationToken);

        // Read after the lock, which may have been waited for.
        var states = await ListAsync(
            $"select case_id, org_id, project_id, version, attributes, uncounted from {_cases} where case_id = any($1)",
            static row => (
                CaseId: row.GetGuid(0),
                State: new CaseState(row.GetGuid(1), row.GetGuid(2), row.GetInt64(3), row.Attributes(4), row.Attributes(5))),
            cancellationToken,
            ids);
        foreach (var (caseId, state) in states)
        {
            ledger.Cases.Add(caseId, state);
        }

        return homes.ToDictionary(static home => home.CaseId, static home => home.Project.ProjectId);
    }

    /// <summary>Reads what is counted of every key and value that the cases have or get.</summary>
    public async Task LoadCountsAsync(AttributeLedger ledger, Dictionary<Guid, Guid> projects, CancellationToken cancellationToken)
    {
        var pairs = batch.Rows.GroupBy(static change => change.CaseId).SelectMany(changes => PairsOf(ledger, projects, changes)).ToArray();
        var keys = pairs.Select(static pair => pair.Key).Distinct().ToArray();
        var counts = await ListAsync(
            $"""
            select k.org_id, k.project_id, k.key, k.cases, k.value_count, k.overflow, k.last_seen
            from unnest($1, $2, $3) as i (org_id, project_id, key) join {_keys} k using (org_id, project_id, key)
            """,
            static row => (Name: NameOf(row), Count: new KeyCount(row.GetInt64(3), row.GetInt32(4), row.GetInt64(5), row.Time(6))),
            cancellationToken,
            keys.Select(static key => key.Project.OrgId).ToArray(),
            keys.Select(static key => key.Project.ProjectId).ToArray(),
            keys.Select(static key => key.Key).ToArray());
        foreach (var (name, count) in counts)
        {
            ledger.Keys.Add(name, count);
            _loadedKeys.Add(name);
        }

        var values = pairs.Where(static pair => pair.Value is not null).Select(static pair => new ValueName(pair.Key, pair.Value!)).Distinct().ToArray();
        var known = await ListAsync(
            $"""
            select v.org_id, v.project_id, v.key, v.value, v.cases, v.last_seen
            from unnest($1, $2, $3, $4) as i (org_id, project_id, key, digest) join {_values} v using (org_id, project_id, key, digest)
            """,
            static row => (Name: new ValueName(NameOf(row), row.GetString(3)), Count: new ValueCount(row.GetInt64(4), row.Time(5))),
            cancellationToken,
            values.Select(static value => value.Key.Project.OrgId).ToArray(),
            values.Select(static value => value.Key.Project.ProjectId).ToArray(),
            values.Select(static value => value.Key.Key).ToArray(),
            values.Select(static value => ValueName.DigestOf(value.Value)).ToArray());
        foreach (var (name, count) in known)
        {
            ledger.Values.Add(name, count);
            _loadedValues.Add(name);
        }
    }

    /// <summary>Writes what the ledger has come to.</summary>
    public async Task SaveAsync(AttributeLedger ledger, CancellationToken cancellationToken)
    {
        await using var statements = new NpgsqlBatch(batch.Connection);
        Fill(AttributeRows.WriteCases(_cases), ledger.Cases, statements);
        Fill(AttributeRows.DeleteValues(_values), _loadedValues.Where(name => !ledger.Values.ContainsKey(name)), statements);
        Fill(AttributeRows.WriteValues(_values), ledger.Values, statements);
        Fill(AttributeRows.DeleteKeys(_keys), _loadedKeys.Where(name => !ledger.Keys.ContainsKey(name)), statements);
        Fill(AttributeRows.WriteKeys(_keys), ledger.Keys, statements);
        Fill(AttributeRows.WriteProjects(_projects), ledger.Projects, statements);
        if (statements.BatchCommands.Count > 0)
        {
            await statements.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task LockAsync(AttributeLedger ledger, ProjectName[] projects, CancellationToken cancellationToken)
    {
        var orgs = projects.Select(static project => project.OrgId).ToArray();
        var ids = projects.Select(static project => project.ProjectId).ToArray();
        await using (var insert = new NpgsqlCommand(
            $"""
            insert into {_projects} (org_id, project_id, keys, overflow)
            select org_id, project_id, 0, 0 from unnest($1, $2) as i (org_id, project_id) order by org_id, project_id on conflict do nothing
            """,
            batch.Connection))
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = orgs });
            insert.Parameters.Add(new NpgsqlParameter { Value = ids });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        var locked = await ListAsync(
            $"""
            select p.org_id, p.project_id, p.keys, p.overflow
            from {_projects} p where (p.org_id, p.project_id) in (select * from unnest($1, $2))
            order by p.org_id, p.project_id for update of p
            """,
            static row => (Name: new ProjectName(row.GetGuid(0), row.GetGuid(1)), Count: new ProjectCount(row.GetInt32(2), row.GetInt64(3))),
            cancellationToken,
            orgs,
            ids);
        foreach (var (name, count) in locked)
        {
            ledger.Projects.Add(name, count);
        }
    }

    private async Task<ImmutableArray<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken, params object[] arrays)
    {
        await using var command = new NpgsqlCommand(sql, batch.Connection);
        foreach (var array in arrays)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = array });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(reader));
        }

        return rows.DrainToImmutable();
    }

    /// <summary>All that the case had, has or gets, in each project where it was, is or comes to: more than enough.</summary>
    private static IEnumerable<(KeyName Key, string? Value)> PairsOf(
        AttributeLedger ledger, Dictionary<Guid, Guid> projects, IGrouping<Guid, AttributeChange> changes)
    {
        var before = ledger.Cases.GetValueOrDefault(changes.Key);
        Guid?[] homes = [before?.ProjectId, projects.TryGetValue(changes.Key, out var row) ? row : null, .. changes.Select(static change => change.ProjectId)];
        var custom = changes.Where(static change => change.Custom is not null)
            .Select(static change => ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add(change.Custom!.Value.Key, change.Custom.Value.Values));
        var maps = changes.Select(static change => change.Attributes).Append(before?.Attributes).OfType<ImmutableSortedDictionary<string, ImmutableArray<string>>>()
            .Concat(custom).ToArray();
        var org = changes.First().OrgId;
        return homes.OfType<Guid>().Distinct().SelectMany(home => maps.SelectMany(map => PairsOf(new ProjectName(org, home), map)));
    }

    private static KeyName NameOf(NpgsqlDataReader row) => new(new ProjectName(row.GetGuid(0), row.GetGuid(1)), row.GetString(2));

    private static IEnumerable<(KeyName Key, string? Value)> PairsOf(ProjectName project, ImmutableSortedDictionary<string, ImmutableArray<string>> attributes)
    {
        foreach (var (key, values) in attributes)
        {
            yield return (new KeyName(project, key), null);
            foreach (var value in values)
            {
                yield return (new KeyName(project, key), value);
            }
        }
    }

    private static void Fill<TRow>(RowSet<TRow> set, IEnumerable<TRow> rows, NpgsqlBatch statements)
    {
        foreach (var row in rows)
        {
            set.Add(row);
        }

        set.AddTo(statements);
    }
}
