-- compatible: yes
-- How far each import of cases has come. The id is the client's; the cases themselves say whether they were imported, so a row that lags
-- behind costs a repetition and nothing else.
create table case_import (
    org_id      uuid        not null,
    id          uuid        not null,
    started_at  timestamptz not null,
    started_by  uuid        not null,
    advanced_at timestamptz not null,
    lines       bigint      not null default 0,
    imported    bigint      not null default 0,
    refused     bigint      not null default 0,
    primary key (org_id, id)
);
