-- compatible: yes
-- What the flavors of handlers keep: which events they have settled, which ones they could not handle, and how far a rebuild is.

-- A number for each flavor's name, because marks are many and names are long.
create table handler_flavor (
    id   smallint generated always as identity primary key,
    name text     not null unique
);

-- One row for each event that a flavor has handled or parked, written in the transaction of the effect (or of the dead letter). The date
-- costs nothing, since the row is padded to eight bytes; by it old marks are found. They lie in the order in which they were written.
create table handler_mark (
    event_id  uuid     not null,
    flavor    smallint not null,
    marked_on date     not null default current_date,
    constraint handler_mark_pk primary key (flavor, event_id)
) with (autovacuum_vacuum_insert_scale_factor = 0.5);
create index handler_mark_age on handler_mark using brin (marked_on) with (pages_per_range = 32);

create table dead_letter (
    id          bigint      generated always as identity primary key,
    flavor      text        not null,
    status      text        not null default 'parked' check (status in ('parked', 'replay_requested', 'replayed', 'dropped')),
    reason      text        not null,
    source      text        not null,
    error       text        not null,
    attempts    integer     not null,
    org_id      uuid,
    stream_type text,
    stream_id   uuid,
    version     bigint,
    event_id    uuid,
    event_type  text,
    schema      integer,
    payload     bytea       not null,
    headers     jsonb       not null,
    parked_at   timestamptz not null,
    replays     integer     not null default 0,
    changed_by  text,
    changed_at  timestamptz
);
-- Payloads may be large and are mostly JSON: compressed, apart from the row.
create unique index dead_letter_event on dead_letter (flavor, event_id) where event_id is not null;
create unique index dead_letter_source on dead_letter (flavor, source) where event_id is null;
create index dead_letter_open_stream on dead_letter (flavor, stream_id, version) where status in ('parked', 'replay_requested');
create index dead_letter_requested on dead_letter (flavor, id) where status = 'replay_requested';
create index dead_letter_settled on dead_letter (changed_at) where status in ('replayed', 'dropped');

-- A flavor's tables being filled anew beside the old ones. The row is the command; whoever serves the flavor carries it out, and its
-- position moves in the transactions that fill the tables.
create table handler_rebuild (
    id           bigint      generated always as identity primary key,
    flavor       text        not null,
    status       text        not null default 'requested' check (status in ('requested', 'running', 'done', 'failed', 'cancelled')),
    requested_by text        not null,
    requested_at timestamptz not null,
    started_at   timestamptz,
    ended_at     timestamptz,
    epoch        bigint,
    tx           xid8,
    seq          bigint,
    events       bigint      not null default 0,
    error        text
);
create unique index handler_rebuild_open on handler_rebuild (flavor) where status in ('requested', 'running');
