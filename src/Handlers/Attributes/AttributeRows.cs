using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Storage.Databases;
using Switchboard.Storage.EventStore;

namespace Switchboard.Handlers.Attributes;

/// <summary>The statements that write what was counted; each row is written whole.</summary>
internal static class AttributeRows
{
    public static RowSet<KeyValuePair<Guid, CaseState>> WriteCases(string table) => new RowSet<KeyValuePair<Guid, CaseState>>(
            $"""
            insert into {table} (case_id, org_id, project_id, version, attributes, uncounted)
            select * from unnest($1, $2, $3, $4, $5, $6)
            on conflict (case_id) do update
                set project_id = excluded.project_id, version = excluded.version, attributes = excluded.attributes, uncounted = excluded.uncounted
            """)
        .Uuid(static row => row.Key)
        .Uuid(static row => row.Value.OrgId)
        .Uuid(static row => row.Value.ProjectId)
        .Bigint(static row => row.Value.Version)
        .Jsonb(static row => Json(row.Value.Attributes))
        .Jsonb(static row => Json(row.Value.Uncounted));

    public static RowSet<KeyValuePair<ProjectName, ProjectCount>> WriteProjects(string table) => new RowSet<KeyValuePair<ProjectName, ProjectCount>>(
            $"""
            update {table} p set keys = i.keys, overflow = i.overflow
            from unnest($1, $2, $3, $4) as i (org_id, project_id, keys, overflow)
            where p.org_id = i.org_id and p.project_id = i.project_id and (p.keys, p.overflow) is distinct from (i.keys, i.overflow)
            """)
        .Uuid(static row => row.Key.OrgId)
        .Uuid(static row => row.Key.ProjectId)
        .Integer(static row => row.Value.Keys)
        .Bigint(static row => row.Value.Overflow);

    public static RowSet<KeyName> DeleteKeys(string table) => new RowSet<KeyName>(
            $"delete from {table} k using unnest($1, $2, $3) as i (org_id, project_id, key) "
            + "where k.org_id = i.org_id and k.project_id = i.project_id and k.key = i.key")
        .Uuid(static row => row.Project.OrgId)
        .Uuid(static row => row.Project.ProjectId)
        .Text(static row => row.Key);

    public static RowSet<KeyValuePair<KeyName, KeyCount>> WriteKeys(string table) => new RowSet<KeyValuePair<KeyName, KeyCount>>(
            $"""
            insert into {table} as k (org_id, project_id, key, cases, value_count, overflow, last_seen)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            on conflict (org_id, project_id, key) do update
                set cases = excluded.cases, value_count = excluded.value_count, overflow = excluded.overflow, last_seen = excluded.last_seen
                where (k.cases, k.value_count, k.overflow, k.last_seen)
                    is distinct from (excluded.cases, excluded.value_count, excluded.overflow, excluded.last_seen)
            """)
        .Uuid(static row => row.Key.Project.OrgId)
        .Uuid(static row => row.Key.Project.ProjectId)
        .Text(static row => row.Key.Key)
        .Bigint(static row => row.Value.Cases)
        .Integer(static row => row.Value.Values)
        .Bigint(static row => row.Value.Overflow)
        .Time(static row => row.Value.LastSeen);

    public static RowSet<ValueName> DeleteValues(string table) => new RowSet<ValueName>(
            $"delete from {table} v using unnest($1, $2, $3, $4) as i (org_id, project_id, key, digest) "
            + "where v.org_id = i.org_id and v.project_id = i.project_id and v.key = i.key and v.digest = i.digest")
        .Uuid(static row => row.Key.Project.OrgId)
        .Uuid(static row => row.Key.Project.ProjectId)
        .Text(static row => row.Key.Key)
        .Uuid(static row => ValueName.DigestOf(row.Value));

    public static RowSet<KeyValuePair<ValueName, ValueCount>> WriteValues(string table) => new RowSet<KeyValuePair<ValueName, ValueCount>>(
            $"""
            insert into {table} as v (org_id, project_id, key, digest, value, cases, last_seen)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            on conflict (org_id, project_id, key, digest) do update set cases = excluded.cases, last_seen = excluded.last_seen
                where (v.cases, v.last_seen) is distinct from (excluded.cases, excluded.last_seen)
            """)
        .Uuid(static row => row.Key.Key.Project.OrgId)
        .Uuid(static row => row.Key.Key.Project.ProjectId)
        .Text(static row => row.Key.Key.Key)
        .Uuid(static row => ValueName.DigestOf(row.Key.Value))
        .Text(static row => row.Key.Value)
        .Bigint(static row => row.Value.Cases)
        .Time(static row => row.Value.LastSeen);

    private static byte[] Json(ImmutableSortedDictionary<string, ImmutableArray<string>> map) =>
        JsonSerializer.SerializeToUtf8Bytes(map, RowJsonContext.Default.ImmutableSortedDictionaryStringImmutableArrayString);
}
