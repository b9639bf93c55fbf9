-- compatible: yes
-- What cases are narrowed down and counted by, in narrow rows with an index for each way in. An index on the priority of "case" itself would
-- make every change of it touch all of that table's indexes; here changes arrive later and together: a search that needs the table first
-- brings it up to date from the log, which costs a few rows, and so does a silo now and then. An append pays nothing.
create table case_facet (
    case_id      uuid        primary key,
    org_id       uuid        not null,
    rank         smallint    not null, -- of the priority: P1 to P5, then undefined
    status_group smallint    not null,
    project_id   uuid        not null,
    type_id      uuid        not null,
    assignee_id  uuid,
    created_by   uuid        not null,
    created_at   timestamptz not null,
    archived_at  timestamptz
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
create index case_facet_rank on case_facet (org_id, rank, created_at desc, case_id desc) include (status_group, archived_at);
create index case_facet_created on case_facet (org_id, created_at desc, case_id desc) include (rank, status_group, archived_at, type_id);
create index case_facet_project on case_facet (org_id, project_id, created_at desc, case_id desc) include (rank, status_group, archived_at);
create index case_facet_assignee on case_facet (org_id, assignee_id, created_at desc, case_id desc) include (rank, status_group, archived_at);

-- Up to where in the log the table knows all changes. Whoever brings it further holds this row.
create table case_facet_place (
    only_row boolean primary key default true check (only_row),
    epoch    bigint  not null,
    tx       xid8    not null,
    seq      bigint  not null
);

create view case_facet_now as
select c.id as case_id, c.org_id, ((c.priority + 5) % 6)::smallint as rank, c.status_group, c.project_id, c.type_id, c.assignee_id, c.created_by,
    c.created_at, c.archived_at
from "case" c;

-- Makes the table anew; after a restore, whose transactions cannot be compared with the place.
create function case_facet_refill() returns void language plpgsql as $$
begin
    delete from case_facet_place;
    insert into case_facet_place (epoch, tx, seq) select epoch, pg_snapshot_xmin(pg_current_snapshot()), 0 from store_epoch;
    delete from case_facet;
    insert into case_facet select * from case_facet_now;
end
$$;

-- Takes in the next events of the log, at most so many, and tells how many. One statement sees the log, the rows and how far
-- transactions have come at one moment; what commits later has a place at or after that and is read the next time, as are, harmlessly, some
-- that were read already.
create function case_facet_fold(most integer) returns integer language plpgsql
    set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    place  case_facet_place;
    folded integer;
begin
    select * into strict place from case_facet_place for update;
    if place.epoch <> (select epoch from store_epoch) then
        perform case_facet_refill();
        return 0;
    end if;

    with now as materialized (
        select pg_snapshot_xmin(pg_current_snapshot()) as xmin
    ), events as materialized (
        select e.tx, e.seq, e.stream_type, e.stream_id from domain_events e where (e.tx, e.seq) > (place.tx, place.seq) order by e.tx, e.seq limit most
    ), changed as materialized (
        select distinct stream_id as id from events where stream_type = 'case'
    ), gone as (
        delete from case_facet f using changed where f.case_id = changed.id and not exists (select from "case" c where c.id = changed.id)
    ), written as (
        insert into case_facet as f
        select n.* from changed join case_facet_now n on n.case_id = changed.id
            left join case_facet o on o.case_id = changed.id
            where (o.rank, o.status_group, o.project_id, o.type_id, o.assignee_id, o.created_by, o.created_at, o.archived_at)
                is distinct from (n.rank, n.status_group, n.project_id, n.type_id, n.assignee_id, n.created_by, n.created_at, n.archived_at)
        on conflict (case_id) do update
            set rank = excluded.rank, status_group = excluded.status_group, project_id = excluded.project_id, type_id = excluded.type_id,
                assignee_id = excluded.assignee_id, created_by = excluded.created_by, created_at = excluded.created_at, archived_at = excluded.archived_at
    ), reached as (
        -- Of a full batch the last event, unless it came before its time; otherwise everything that is over.
        select case when (select count(*) from events) = most then least(max(tx), (select xmin from now)) else (select xmin from now) end as tx,
            case when (select count(*) from events) = most and max(tx) < (select xmin from now)
                then (select seq from events order by tx desc, seq desc limit 1) else 0 end as seq
        from events
    ), moved as (
        update case_facet_place p set tx = r.tx, seq = r.seq from reached r where (r.tx, r.seq) > (p.tx, p.seq) and exists (select from events)
    )
    select count(*) into folded from events;
    return folded;
end
$$;

select case_facet_refill();
