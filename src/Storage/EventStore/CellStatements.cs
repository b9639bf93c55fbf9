using Switchboard.Timeline;

namespace Switchboard.Storage.EventStore;

/// <summary>The statements on timeline cells.</summary>
internal static class CellStatements
{
    /// <summary>New cells.</summary>
    public static RowSet<TimelineCell> Insert() => new RowSet<TimelineCell>(
            """
            insert into timeline_cell
                (id, org_id, case_id, case_version, kind, author_kind, author_id, content, created_at, modified_at, deleted_at)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """)
        .Uuid(static row => row.Id)
        .Uuid(static row => row.OrgId)
        .Uuid(static row => row.CaseId)
        .Bigint(static row => row.CaseVersion)
        .Text(static row => row.Kind)
        .Smallint(static row => (short)row.Author.Kind)
        .Uuid(static row => row.Author.Id)
        .Json(static row => row.Content)
        .Time(static row => row.CreatedAt)
        .Time(static row => row.ModifiedAt)
        .Time(static row => row.DeletedAt);

    /// <summary>Edited and deleted comments; place, kind, author and age of a cell never change.</summary>
    public static RowSet<TimelineCell> Update() => new RowSet<TimelineCell>(
            """
            with written as (
                update timeline_cell c set content = i.content, modified_at = i.modified_at, deleted_at = i.deleted_at
                from unnest($1, $2, $3, $4, $5, $6) as i (id, org_id, case_id, content, modified_at, deleted_at)
                where c.id = i.id and c.org_id = i.org_id and c.case_id = i.case_id
                returning 1
            )
            select expect_rows(count(*), $7, 'timeline_cell') from written
            """)
        .Uuid(static row => row.Id)
        .Uuid(static row => row.OrgId)
        .Uuid(static row => row.CaseId)
        .Json(static row => row.Content)
        .Time(static row => row.ModifiedAt)
        .Time(static row => row.DeletedAt)
        .RowCount();
}
