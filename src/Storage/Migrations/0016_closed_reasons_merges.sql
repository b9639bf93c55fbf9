-- compatible: no
-- Reasons for closing in the figures; which cases are duplicates that went into another, and are no cases of their own in the figures.
-- Rows from before have neither: there were no such events.

alter table analytic_case add column closed_reason text, add column merged boolean not null default false;

create table case_merge (
    case_id uuid not null,
    org_id  uuid not null,
    into_id uuid not null,
    constraint case_merge_pkey primary key (case_id)
);
create index case_merge_into on case_merge (org_id, into_id);
