-- compatible: no
-- The event log, the rows that hold current state, and what belongs to an append.
-- Rows are written in the transaction of the events that caused them.

create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- Ends a transaction in which a statement did not touch the rows that it had to: appends are sent in one round trip, so the check
-- must be made here, before the commit. SB409 is ours (classes from I on are free for applications).
create function expect_rows(actual bigint, expected bigint, what text) returns void language plpgsql as $$
begin
    if actual <> expected then
        raise exception using errcode = 'SB409', message = format('%s: %s of %s rows had the expected version', what, actual, expected);
    end if;
end
$$;

-- One row: raised by hand (or by the restore command) after a restore or a move to another cluster, where transaction ids
-- start anew and every position that a reader kept would be wrong.
create table store_epoch (
    only_row boolean primary key default true check (only_row),
    epoch    bigint  not null
);
insert into store_epoch (epoch) values (1);

-- Read in the order (tx, seq), below the oldest transaction that still runs: an event that commits late is then seen late instead
-- of being skipped.
create table domain_events (
    tx          xid8        not null default pg_current_xact_id(),
    seq         bigint      generated always as identity,
    org_id      uuid        not null,
    stream_type text        not null,
    stream_id   uuid        not null,
    version     bigint      not null check (version > 0),
    event_id    uuid        not null,
    type        text        not null,
    schema      smallint    not null,
    payload     jsonb       not null,
    metadata    jsonb       not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    primary key (tx, seq),
    constraint domain_events_stream_version unique (stream_id, version)
);

create table idempotency_key (
    org_id       uuid        not null,
    key          text        not null,
    request_hash text        not null,
    answer       text        not null,
    created_at   timestamptz not null,
    constraint idempotency_key_pk primary key (org_id, key)
);
create index idempotency_key_age on idempotency_key (created_at);

create table org (
    id         uuid        primary key,
    version    bigint      not null,
    name       text        not null,
    created_at timestamptz not null
);

create table org_user (
    id              uuid        primary key,
    org_id          uuid        not null,
    version         bigint      not null,
    email           text        not null,
    name            text        not null,
    title           text,
    roles           text[]      not null,
    disabled        boolean     not null,
    verified        boolean     not null,
    service_account boolean     not null,
    password_hash   text,
    created_at      timestamptz not null,
    modified_at     timestamptz,
    constraint org_user_email unique (org_id, email)
);

create table access_key (
    id                  uuid        primary key,
    org_id              uuid        not null,
    version             bigint      not null,
    kind                smallint    not null,
    hash                text        not null,
    prefix              text        not null,
    last4               text        not null,
    name                text        not null,
    user_id             uuid,
    scopes              text[]      not null,
    expires_at          timestamptz,
    disabled            boolean     not null,
    revoked_at          timestamptz,
    created_at          timestamptz not null,
    requests_per_second integer,
    constraint access_key_hash unique (hash)
);
create index access_key_org on access_key (org_id);

create table project (
    id                        uuid        primary key,
    org_id                    uuid        not null,
    version                   bigint      not null,
    key                       text        not null,
    name                      text        not null,
    settings                  jsonb       not null,
    enabled_custom_case_types text[]      not null,
    columns_config            json,
    team_id                   uuid,
    created_by                uuid        not null,
    created_at                timestamptz not null,
    modified_at               timestamptz,
    modified_by               uuid,
    constraint project_key unique (org_id, key)
);

-- Running numbers; scope is the project's id for keys and the organisation's id for public ids. Never deleted, so that a
-- number is never given twice.
create table case_counter (
    org_id uuid   not null,
    scope  uuid   not null,
    last   bigint not null,
    primary key (org_id, scope)
);

create table "case" (
    id              uuid        primary key,
    org_id          uuid        not null,
    version         bigint      not null,
    project_id      uuid        not null,
    key             text        not null,
    public_id       bigint      not null,
    type_id         uuid        not null,
    title           text        not null,
    description     text        not null,
    priority        smallint    not null,
    status_name     text        not null,
    status_group    smallint    not null,
    assignee_id     uuid,
    attributes      jsonb       not null,
    creation_source text        not null,
    created_by      uuid        not null,
    created_at      timestamptz not null,
    modified_by     uuid,
    modified_at     timestamptz,
    closed_at       timestamptz,
    archived_at     timestamptz,
    comment_count   integer     not null,
    constraint case_key unique (org_id, key)
) with (fillfactor = 85);
-- A listing leaves archived cases out, and mostly asks for a status too: with both in the index, cases are counted without reading their
-- rows. case_status gives the order by status as well.
create index case_created on "case" (org_id, created_at desc, id desc) include (archived_at, status_group, type_id, creation_source);
create index case_project on "case" (org_id, project_id, created_at desc, id desc) include (archived_at, status_group);
create index case_assignee on "case" (org_id, assignee_id, created_at desc, id desc) include (archived_at, status_group);
create index case_creator on "case" (org_id, created_by, created_at desc, id desc) include (archived_at, status_group);
create index case_status on "case" (org_id, status_group, lower(status_name) collate "C", created_at desc, id desc) include (archived_at);
create index case_archived on "case" (org_id, created_at desc, id desc) where archived_at is not null;
-- None on priority, which changes often: with no index on it (nor among an index's included columns) the new row version stays in its page
-- and touches no index at all. The same goes for modified_at and comment_count, which change with everything.

-- The words of a case, as SearchWords in the domain has them: runs of letters and digits, so that each part of a host name is found.
-- Between title and description stands a word that nobody can write: no phrase reaches across. plpgsql, because its plan is kept.
create function case_words(title text, description text) returns tsvector language plpgsql immutable parallel safe as $$
declare
    marks  constant text := E'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
    blanks constant text := repeat(' ', length(marks));
begin
    return to_tsvector('simple'::regconfig, translate(title, marks, blanks))
        || $v$'|':1$v$::tsvector
        || to_tsvector('simple'::regconfig, translate(left(description, 200000), marks, blanks));
end
$$;

-- Attribute values as index words, cut where the index would refuse them.
create function case_tags(facets text[]) returns tsvector language plpgsql immutable parallel safe as $$
begin
    return array_to_tsvector(array(select distinct left(facet, 500) from unnest(facets) facet));
end
$$;

-- Tells the planner what it does not count: a word list is stored apart from its row, and fetching it to look for a word costs as much as
-- reading a hundred rows. Never null. See WordsSql.
create function case_words_fetch(case_id uuid) returns boolean language plpgsql immutable parallel safe cost 300 as $$
begin
    return true;
end
$$;

-- What is searched by words and by attribute; apart from the case's row so that a change of priority does not touch it.
-- Long values are kept out of the row: a search reads many rows. The writer gives the columns up to facets; triggers copy those that
-- a search would have to read the case's row for.
create table case_text (
    case_id     uuid primary key,
    org_id      uuid not null,
    title       text not null,
    description text not null,
    facets      text[] not null, -- attribute values as 'key:value', lower case
    project_id  uuid,
    type_id     uuid,
    created_by  uuid,
    created_at  timestamptz,
    archived_at timestamptz,
    tags        tsvector not null generated always as (case_tags(facets)) stored,
    words       tsvector not null generated always as (case_words(title, description)) stored
) with (toast_tuple_target = 512);
-- Not compressed, which would cost more than it saves; and known well enough to tell a rare word from a common one.
alter table case_text alter words set storage external, alter words set statistics 500;
-- Shorter lists of pending entries than the default: every search reads them whole.
create index case_text_words on case_text using gin (org_id, words, tags) with (gin_pending_list_limit = 1024);
create index case_text_title on case_text using gin (org_id, title gin_trgm_ops) with (gin_pending_list_limit = 1024);
create index case_text_created on case_text (org_id, created_at desc, case_id desc);

-- Both ways, since either row may be written first.
create function case_text_copy() returns trigger language plpgsql as $$
begin
    select c.project_id, c.type_id, c.created_by, c.created_at, c.archived_at
        into new.project_id, new.type_id, new.created_by, new.created_at, new.archived_at
        from "case" c where c.id = new.case_id;
    return new;
end
$$;
create trigger case_text_copy before insert on case_text for each row execute function case_text_copy();

create function case_copy_to_text() returns trigger language plpgsql as $$
begin
    update case_text t
        set project_id = new.project_id, type_id = new.type_id, created_by = new.created_by, created_at = new.created_at, archived_at = new.archived_at
        where t.case_id = new.id;
    return null;
end
$$;
create trigger case_inserted after insert on "case" for each row execute function case_copy_to_text();
create trigger case_updated after update on "case" for each row
    when ((old.project_id, old.type_id, old.created_by, old.created_at, old.archived_at)
        is distinct from (new.project_id, new.type_id, new.created_by, new.created_at, new.archived_at))
    execute function case_copy_to_text();

-- One index: a page of a timeline sorts the cells of one case.
create table timeline_cell (
    id           uuid        not null,
    org_id       uuid        not null,
    case_id      uuid        not null,
    case_version bigint      not null,
    kind         text        not null,
    author_kind  smallint    not null,
    author_id    uuid        not null,
    content      json        not null, -- as written: nobody searches in it
    created_at   timestamptz not null,
    modified_at  timestamptz,
    deleted_at   timestamptz,
    primary key (case_id, id)
);
