-- compatible: yes
-- How many rows of case_facet there are of each kind, so that counts by project, type, priority, status and archiving read some hundred rows however
-- many cases an organisation has. Written with the rows that are counted, whoever writes them: one cannot be seen without the other. Writers
-- of case_facet hold the row of case_facet_place, so no two of them meet here.
create table case_facet_sum (
    org_id       uuid     not null,
    project_id   uuid     not null,
    type_id      uuid     not null,
    rank         smallint not null,
    status_group smallint not null,
    archived     boolean  not null,
    cases        bigint   not null check (cases >= 0),
    primary key (org_id, project_id, type_id, rank, status_group, archived)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.1);

create function case_facet_counted() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        update case_facet_sum s set cases = s.cases - gone.cases
        from (select org_id, project_id, type_id, rank, status_group, archived_at is not null as archived, count(*) as cases
            from old_rows group by 1, 2, 3, 4, 5, 6) gone
        where (s.org_id, s.project_id, s.type_id, s.rank, s.status_group, s.archived)
            = (gone.org_id, gone.project_id, gone.type_id, gone.rank, gone.status_group, gone.archived);
    end if;
    if tg_op <> 'DELETE' then
        insert into case_facet_sum as s
        select org_id, project_id, type_id, rank, status_group, archived_at is not null, count(*) from new_rows group by 1, 2, 3, 4, 5, 6
        on conflict (org_id, project_id, type_id, rank, status_group, archived) do update set cases = s.cases + excluded.cases;
    end if;
    return null;
end
$$;
create trigger case_facet_inserted after insert on case_facet
    referencing new table as new_rows for each statement execute function case_facet_counted();
create trigger case_facet_updated after update on case_facet
    referencing old table as old_rows new table as new_rows for each statement execute function case_facet_counted();
create trigger case_facet_deleted after delete on case_facet
    referencing old table as old_rows for each statement execute function case_facet_counted();

-- What is there already; the triggers' making keeps other writers out until the end.
insert into case_facet_sum
select org_id, project_id, type_id, rank, status_group, archived_at is not null, count(*) from case_facet group by 1, 2, 3, 4, 5, 6;
