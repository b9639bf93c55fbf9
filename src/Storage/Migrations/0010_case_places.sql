-- compatible: no
-- Cases that moved to another project, and users' favourite projects.

-- A key is never given twice, so one that a case had leads to it for ever.
create table case_former_key (
    org_id  uuid not null,
    key     text not null,
    case_id uuid not null,
    constraint case_former_key_pk primary key (org_id, key)
);
create index case_former_key_case on case_former_key (case_id);

alter table org_user add column favorite_projects uuid[] not null default '{}';
