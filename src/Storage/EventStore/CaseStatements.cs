using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on cases and their search text.</summary>
internal static class CaseStatements
{
    /// <summary>
    /// The projects of new cases: each must be there, and stay until the commit, so that a project that is being deleted leaves no
    /// case behind.
    /// </summary>
    public static RowSet<(Guid OrgId, Guid ProjectId)> HoldProjects() => new RowSet<(Guid OrgId, Guid ProjectId)>(
            """
            with wanted as (
                select * from unnest($1, $2) as i (org_id, id)
            ), held as (
                select p.id from project p where (p.org_id, p.id) in (select org_id, id from wanted) order by p.id for key share
            )
            select expect_rows((select count(*) from wanted where id in (select id from held)), $3, 'project of a new case')
            """)
        .Uuid(static row => row.OrgId)
        .Uuid(static row => row.ProjectId)
        .RowCount();

    /// <summary>New cases.</summary>
    public static RowSet<CaseSnapshot> Insert() => new RowSet<CaseSnapshot>(
            """
            insert into "case"
                (id, org_id, version, project_id, key, public_id, type_id, title, description, priority, status_name, status_group,
                 assignee_id, attributes, creation_source, created_by, created_at, modified_by, modified_at, closed_at, archived_at,
                 comment_count, due_date, details)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
            """)
        .Uuid(static row => row.Id)
        .Uuid(static row => row.OrgId)
        .Bigint(static row => row.Version)
        .Uuid(static row => row.ProjectId)
        .Text(static row => row.Key)
        .Bigint(static row => row.PublicId)
        .Uuid(static row => row.TypeId)
        .Text(static row => row.Title)
        .Text(static row => row.Description)
        .Smallint(static row => (short)row.Priority)
        .Text(static row => row.StatusName)
        .Smallint(static row => (short)row.StatusGroup)
        .Uuid(static row => row.AssigneeId)
        .Jsonb(AttributesJson)
        .Text(static row => row.CreationSource)
        .Uuid(static row => row.CreatedBy)
        .Time(static row => row.CreatedAt)
        .Uuid(static row => row.ModifiedBy)
        .Time(static row => row.ModifiedAt)
        .Time(static row => row.ClosedAt)
        .Time(static row => row.ArchivedAt)
        .Integer(static row => row.CommentCount)
        .Date(static row => row.Details.DueDate)
        .Jsonb(static row => CaseDetailsColumn.Write(row.Details));

    /// <summary>Changed cases: everything that may change except title, description, attributes and details, which are long and rarely do.</summary>
    public static RowSet<(CaseSnapshot Row, long Expected)> Update() => new RowSet<(CaseSnapshot Row, long Expected)>(
            """
            with written as (
                update "case" c
                set version = i.version, priority = i.priority, status_name = i.status_name, status_group = i.status_group,
                    assignee_id = i.assignee_id, modified_by = i.modified_by, modified_at = i.modified_at, closed_at = i.closed_at,
                    archived_at = i.archived_at, comment_count = i.comment_count
                from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as i
                    (id, org_id, expected, version, priority, status_name, status_group, assignee_id, modified_by, modified_at,
                     closed_at, archived_at, comment_count)
                where c.id = i.id and c.org_id = i.org_id and c.version = i.expected
                returning 1
            )
            select expect_rows(count(*), $14, 'case') from written
            """)
        .Uuid(static row => row.Row.Id)
        .Uuid(static row => row.Row.OrgId)
        .Bigint(static row => row.Expected)
        .Bigint(static row => row.Row.Version)
        .Smallint(static row => (short)row.Row.Priority)
        .Text(static row => row.Row.StatusName)
        .Smallint(static row => (short)row.Row.StatusGroup)
        .Uuid(static row => row.Row.AssigneeId)
        .Uuid(static row => row.Row.ModifiedBy)
        .Time(static row => row.Row.ModifiedAt)
        .Time(static row => row.Row.ClosedAt)
        .Time(static row => row.Row.ArchivedAt)
        .Integer(static row => row.Row.CommentCount)
        .RowCount();

    /// <summary>Title, description and attributes of changed cases; after <see cref="Update"/>, which has checked the versions.</summary>
    public static RowSet<CaseSnapshot> UpdateText() => new RowSet<CaseSnapshot>(
            """
            with written as (
                update "case" c set title = i.title, description = i.description, attributes = i.attributes
                from unnest($1, $2, $3, $4, $5) as i (id, org_id, title, description, attributes)
                where c.id = i.id and c.org_id = i.org_id
                returning 1
            )
            select expect_rows(count(*), $6, 'case') from written
            """)
        .Uuid(static row => row.Id)
        .Uuid(static row => row.OrgId)
        .Text(static row => row.Title)
        .Text(static row => row.Description)
        .Jsonb(AttributesJson)
        .RowCount();

    /// <summary>The details of changed cases; after <see cref="Update"/>, which has checked the versions.</summary>
    public static RowSet<CaseSnapshot> UpdateDetails() => new RowSet<CaseSnapshot>(
            """
            with written as (
                update "case" c set due_date = i.due_date, details = i.details
                from unnest($1, $2, $3, $4) as i (id, org_id, due_date, details)
                where c.id = i.id and c.org_id = i.org_id
                returning 1
            )
            select expect_rows(count(*), $5, 'case') from written
            """)
        .Uuid(static row => row.Id)
        .Uuid(static row => row.OrgId)
        .Date(static row => row.Details.DueDate)
        .Jsonb(static row => CaseDetailsColumn.Write(row.Details))
        .RowCount();

    /// <summary>What is searched by facet of changed cases whose text stayed; the word lists are not computed anew.</summary>
    public static RowSet<CaseSnapshot> UpdateFacets() => new RowSet<CaseSnapshot>(
            """
            with written as (
                update case_text t set facets = array(select jsonb_array_elements_text(i.facets))
                from unnest($1, $2, $3) as i (case_id, org_id, facets)
                where t.case_id = i.case_id and t.org_id = i.org_id
                returning 1
            )
            select expect_rows(count(*), $4, 'case_text') from written
            """)
        .Uuid(static row => row.Id)
        .Uuid(static row => row.OrgId)
        .Jsonb(FacetsJson)
        .RowCount();

    /// <summary>The search text of new cases, with what it copies from their rows.</summary>
    public static RowSet<CaseSnapshot> InsertSearch() => SearchColumns(
            """
            insert into case_text (case_id, org_id, title, description, facets, project_id, type_id, created_by, created_at, archived_at)
            select i.case_id, i.org_id, i.title, i.description, array(select jsonb_array_elements_text(i.facets)),
                i.project_id, i.type_id, i.created_by, i.created_at, i.archived_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as i
                (case_id, org_id, title, description, facets, project_id, type_id, created_by, created_at, archived_at)
            """)
        .Uuid(static row => row.ProjectId)
        .Uuid(static row => row.TypeId)
        .Uuid(static row => row.CreatedBy)
        .Time(static row => row.CreatedAt)
        .Time(static row => row.ArchivedAt);

    /// <summary>The search text of changed cases.</summary>
    public static RowSet<CaseSnapshot> UpdateSearch() => SearchColumns(
            """
            with written as (
                update case_text t
                set title = i.title, description = i.description, facets = array(select jsonb_array_elements_text(i.facets))
                from unnest($1, $2, $3, $4, $5) as i (case_id, org_id, title, description, facets)
                where t.case_id = i.case_id and t.org_id = i.org_id
                returning 1
            )
            select expect_rows(count(*), $6, 'case_text') from written
            """)
        .RowCount();

    private static RowSet<CaseSnapshot> SearchColumns(string sql) => new RowSet<CaseSnapshot>(sql)
        .Uuid(static row => row.Id)
        .Uuid(static row => row.OrgId)
        .Text(static row => row.Title)
        .Text(static row => row.Description)
        .Jsonb(FacetsJson);

    private static byte[] FacetsJson(CaseSnapshot row) =>
        JsonSerializer.SerializeToUtf8Bytes(CaseFacets.Of(row), RowJsonContext.Default.StringArray);

    private static byte[] AttributesJson(CaseSnapshot row) =>
        JsonSerializer.SerializeToUtf8Bytes(row.Attributes, RowJsonContext.Default.ImmutableSortedDictionaryStringImmutableArrayString);
}
