-- compatible: yes
-- The rows of the flavors audit, evp-indexer and attributes-indexer. Each flavor alone writes its own.

-- The end of each organisation's chain. Whoever appends locks the row, so that the chain has one order.
create table audit_chain (
    org_id uuid   primary key,
    number bigint not null check (number >= 0),
    hash   bytea  not null check (length(hash) = 32)
);

-- Who did what to what. Every hash covers the hash before it and all other columns; see AuditChain.
create table audit_event (
    org_id         uuid        not null,
    number         bigint      not null check (number > 0),
    event_id       uuid        not null,
    type           text        not null,
    schema         smallint    not null,
    target_type    text        not null,
    target_id      uuid        not null,
    target_version bigint      not null,
    actor_kind     smallint    not null,
    actor_id       uuid        not null,
    request_id     text        not null,
    causation_id   text,
    trace_parent   text,
    occurred_at    timestamptz not null,
    recorded_at    timestamptz not null,
    details        json        not null, -- its text is hashed, so it is kept as it came
    hash           bytea       not null check (length(hash) = 32),
    primary key (org_id, number),
    constraint audit_event_once unique (event_id)
);
create index audit_event_time on audit_event (org_id, occurred_at, event_id);
create index audit_event_target on audit_event (org_id, target_id);
create index audit_event_actor on audit_event (org_id, actor_id, occurred_at);

create function audit_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'SB403', message = format('%s is only ever added to; %s is refused', tg_table_name, lower(tg_op));
end
$$;
create trigger audit_event_stays before update or delete on audit_event for each row execute function audit_refuse_change();
create trigger audit_event_is_not_emptied before truncate on audit_event for each statement execute function audit_refuse_change();
create trigger audit_chain_stays before delete on audit_chain for each row execute function audit_refuse_change();
create trigger audit_chain_is_not_emptied before truncate on audit_chain for each statement execute function audit_refuse_change();
create trigger audit_chain_grows before update on audit_chain for each row
    when (new.number <= old.number or new.org_id <> old.org_id) execute function audit_refuse_change();

-- The files of the lake. One segment is open and takes lines; a sealed one has all its lines and becomes a file; of a written one
-- the row stays, as the list of what the lake must hold.
create table evp_segment (
    id         bigint      generated always as identity primary key,
    state      smallint    not null, -- 0 open, 1 sealed, 2 written
    lines      bigint      not null,
    bytes      bigint      not null, -- of the lines, before compression
    opened_at  timestamptz not null,
    sealed_at  timestamptz,
    written_at timestamptz,
    name       text,
    file_bytes bigint,
    sha256     text
);
create unique index evp_segment_open on evp_segment (state) where state = 0;
create index evp_segment_sealed on evp_segment (id) where state = 1;

create table evp_line (
    segment_id bigint not null,
    id         bigint generated always as identity,
    line       text   not null,
    primary key (segment_id, id)
);

-- What attributes each case has, as far as the flavor has read its events; those of counted false found no room below.
create table attribute_case (
    case_id    uuid   primary key,
    org_id     uuid   not null,
    project_id uuid   not null,
    version    bigint not null,
    attributes jsonb  not null,
    uncounted  jsonb  not null
);

-- One row a project: whoever changes anything below locks it first.
create table attribute_project (
    org_id     uuid   not null,
    project_id uuid   not null,
    keys       int    not null check (keys >= 0),
    overflow   bigint not null check (overflow >= 0), -- attributes of cases whose key found no room
    primary key (org_id, project_id)
);

create table attribute_key (
    org_id      uuid        not null,
    project_id  uuid        not null,
    key         text        not null,
    cases       bigint      not null check (cases >= 0),
    value_count int         not null check (value_count >= 0),
    overflow    bigint      not null check (overflow >= 0), -- values of cases that found no room
    last_seen   timestamptz not null,
    primary key (org_id, project_id, key)
);
create index attribute_key_prefix on attribute_key (org_id, lower(key) collate "C");

-- The digest stands for the value in the key, which would otherwise be too long for an index.
create table attribute_value (
    org_id     uuid        not null,
    project_id uuid        not null,
    key        text        not null,
    digest     uuid        not null,
    value      text        not null,
    cases      bigint      not null check (cases > 0),
    last_seen  timestamptz not null,
    primary key (org_id, project_id, key, digest)
);
create index attribute_value_prefix on attribute_value (org_id, key, left(lower(value), 100) collate "C");
