-- compatible: no
-- Organisations' own case types, and what they added to the built-in ones, whose ids are the same in every organisation.

create table case_type (
    org_id     uuid        not null,
    id         uuid        not null,
    version    bigint      not null,
    body       jsonb       not null,
    created_at timestamptz not null,
    deleted_at timestamptz,
    constraint case_type_pkey primary key (org_id, id)
);
-- Whether a case has a status that shall go.
create index case_type_status on "case" (org_id, type_id, status_name) where type_id > '00000000-0000-0000-0000-0000000000ff';
