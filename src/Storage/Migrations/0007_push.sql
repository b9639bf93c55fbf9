-- compatible: yes
-- Outgoing webhooks: where they go, and one row for every delivery that is due or was made.

create table webhook_endpoint (
    id              uuid        primary key,
    org_id          uuid        not null,
    version         bigint      not null,
    name            text        not null,
    url             text        not null,
    event_types     text[]      not null,   -- empty: all
    project_ids     uuid[]      not null,   -- empty: all
    enabled         boolean     not null,
    disabled_reason text,
    secret          bytea       not null,   -- sealed; see docs/webhooks.md
    secret_id       uuid        not null,   -- of the request that made it, by which its repetition is recognised
    secret_hint     text        not null,
    previous_secret bytea,
    previous_until  timestamptz,
    created_by      uuid        not null,
    created_at      timestamptz not null,
    modified_at     timestamptz not null,
    failing_since   timestamptz,            -- null while the last attempt was a success
    succeeded_at    timestamptz,
    paused_until    timestamptz             -- the receiver asked for a pause (Retry-After)
);
create index webhook_endpoint_org on webhook_endpoint (org_id, created_at);

-- The body is not here: it is rendered from the event when it is sent, and is the same each time.
create table webhook_delivery (
    id            uuid        primary key,
    org_id        uuid        not null,
    endpoint_id   uuid        not null references webhook_endpoint (id) on delete cascade,
    stream_id     uuid        not null,
    version       bigint      not null,
    event_id      uuid        not null,
    event_type    text        not null,
    created_at    timestamptz not null,
    state         smallint    not null,     -- 0 due, 1 delivered, 2 given up
    attempts      integer     not null default 0,
    round         integer     not null default 0,   -- attempts before the last replay
    due_at        timestamptz not null,
    expires_at    timestamptz not null,
    claim         uuid,
    claimed_until timestamptz,
    last_status   integer,
    last_error    text,
    finished_at   timestamptz,
    constraint webhook_delivery_once unique (endpoint_id, event_id)
);
create index webhook_delivery_due on webhook_delivery (endpoint_id, due_at) where state = 0;
create index webhook_delivery_order on webhook_delivery (endpoint_id, stream_id, version) where state = 0;
create index webhook_delivery_log on webhook_delivery (endpoint_id, created_at, id);
create index webhook_delivery_age on webhook_delivery (finished_at) where state <> 0;

-- Written before the attempt is made: one without an end was interrupted, and whether it arrived is not known.
create table webhook_attempt (
    delivery_id uuid        not null references webhook_delivery (id) on delete cascade,
    number      integer     not null,
    started_at  timestamptz not null,
    finished_at timestamptz,
    status      integer,
    latency_ms  integer,
    error       text,
    response    text,
    primary key (delivery_id, number)
);
