-- compatible: no
-- Templates. One is read whole and searched by nothing, hence one JSON column. They go with their project, which a binary that does not
-- know them would forget.

create table case_template (
    id         uuid        not null,
    org_id     uuid        not null,
    version    bigint      not null,
    project_id uuid        not null,
    body       jsonb       not null,
    created_at timestamptz not null,
    constraint case_template_pkey primary key (id)
);
create index case_template_project on case_template (org_id, project_id, created_at, id);
