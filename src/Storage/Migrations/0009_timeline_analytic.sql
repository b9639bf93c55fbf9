-- compatible: yes
-- What the flavors timeline and analytic write. Both can be filled anew from the log.

-- Every event of a case, readable. Comments keep what they said before each edit.
create table timeline_entry (
    case_id     uuid        not null,
    version     bigint      not null,
    org_id      uuid        not null,
    event_id    uuid        not null,
    kind        text        not null,
    cell_id     uuid,                 -- the comment that it is about
    actor_kind  smallint    not null,
    actor_id    uuid        not null,
    old_value   json,
    new_value   json,
    sentence    text        not null, -- users as @{id}: names change
    occurred_at timestamptz not null,
    primary key (case_id, version)
);

-- What is counted about each case. Times spent in states are microseconds up to state_since; the stay in the present state comes on top.
create table analytic_case (
    case_id         uuid        primary key,
    org_id          uuid        not null,
    version         bigint      not null,
    project_id      uuid        not null,
    type_id         uuid        not null,
    priority        smallint    not null,
    status_group    smallint    not null,
    status_name     text        not null,
    assignee_id     uuid,
    archived        boolean     not null,
    deleted         boolean     not null,
    opened_at       timestamptz not null,
    acknowledged_at timestamptz,
    resolved_at     timestamptz,
    state_since     timestamptz not null,
    open_us         bigint      not null,
    in_progress_us  bigint      not null,
    closed_us       bigint      not null,
    reopens         integer     not null
) with (fillfactor = 80);
create index analytic_case_opened on analytic_case (org_id, opened_at);

-- What happened on each day (UTC), by project.
create table analytic_day (
    org_id         uuid    not null,
    day            date    not null,
    project_id     uuid    not null,
    opened         bigint  not null,
    acknowledged   bigint  not null,
    resolved       bigint  not null,
    reopened       bigint  not null,
    acknowledge_us bigint  not null,
    resolve_us     bigint  not null,
    primary key (org_id, day, project_id)
) with (fillfactor = 80);
