-- compatible: no
-- Due dates, watchers, insights and the like on cases; links between cases and other things.

-- Null for most cases: such a column costs nothing in a row. due_date is a copy of what details has, for searches.
alter table "case" add column due_date date, add column details jsonb;

-- Reads "parent relationship child". Ids are texts since only cases are ours; a case's is its UUID in lower case.
create table case_link (
    id           uuid        not null,
    org_id       uuid        not null,
    relationship text        not null,
    parent_type  text        not null,
    parent_id    text        not null,
    child_type   text        not null,
    child_id     text        not null,
    created_at   timestamptz not null,
    created_by   uuid        not null,
    constraint case_link_pkey primary key (id)
);
-- One link of a relation between two things, whichever way it points.
create unique index case_link_pair on case_link (
    org_id, relationship,
    least(parent_type || ':' || parent_id, child_type || ':' || child_id),
    greatest(parent_type || ':' || parent_id, child_type || ':' || child_id));
create index case_link_parent on case_link (org_id, parent_type, parent_id);
create index case_link_child on case_link (org_id, child_type, child_id);
