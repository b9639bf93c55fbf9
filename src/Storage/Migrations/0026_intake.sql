-- compatible: yes
-- Alerts on their way into cases. An alert itself is an event of the log (stream type intake); what is here says who may send, how far
-- each dedup key has come, and what is still to be done to cases.

create table intake_integration (
    id                  uuid        primary key,
    org_id              uuid        not null,
    kind                text        not null,
    name                text        not null,
    enabled             boolean     not null,
    key_hash            text        not null,
    key_id              uuid        not null,   -- of the request that made the key, by which its repetition is recognised
    key_hint            text        not null,
    previous_key_hash   text,
    previous_key_until  timestamptz,
    requests_per_second integer,
    rules               jsonb       not null,
    heartbeat_seconds   integer,
    created_by          uuid        not null,
    created_at          timestamptz not null,
    modified_at         timestamptz not null,
    constraint intake_integration_key unique (key_hash)
);
create index intake_integration_org on intake_integration (org_id, created_at);
create index intake_integration_previous_key on intake_integration (previous_key_hash) where previous_key_hash is not null;

-- Apart from the integration, because it changes with every message.
create table intake_heartbeat (
    integration_id uuid        primary key,
    org_id         uuid        not null,
    last_seen_at   timestamptz,
    due_at         timestamptz,             -- when silence becomes a trouble; null for never
    silent_since   timestamptz,             -- since when it is taken for silent; null while all is well
    told           boolean     not null default false   -- whether an alert says so
) with (fillfactor = 50);
create index intake_heartbeat_due on intake_heartbeat (due_at) where due_at is not null and silent_since is null;
create index intake_heartbeat_silent on intake_heartbeat (silent_since) where silent_since is not null;

-- Gives the alerts of a dedup key their numbers. The row is locked until they are committed, so they are seen in order and without gaps.
create table intake_stream (
    stream_id      uuid   primary key,
    org_id         uuid   not null,
    integration_id uuid   not null,
    dedup_key      text   not null,
    version        bigint not null
) with (fillfactor = 70);

create table intake_receipt (
    id             uuid        not null,
    org_id         uuid        not null,
    integration_id uuid        not null,
    stream_id      uuid        not null,
    version        bigint      not null,
    received_at    timestamptz not null,
    constraint intake_receipt_once primary key (id)
);
create index intake_receipt_age on intake_receipt using brin (received_at);

-- How far a dedup key has come. done is the mark that makes a second delivery harmless.
create table intake_key (
    stream_id      uuid        primary key,
    org_id         uuid        not null,
    integration_id uuid        not null,
    dedup_key      text        not null,
    done           bigint      not null,
    open           boolean     not null,
    case_id        uuid,
    role           smallint    not null,    -- 0 its own case, 1 its group's, 2 the overflow case
    group_key      text,
    count          bigint      not null,
    total          bigint      not null,
    priority       smallint    not null,
    acknowledged   boolean     not null,
    first_at       timestamptz,
    last_at        timestamptz,
    resolved_at    timestamptz
) with (fillfactor = 70);
create index intake_key_case on intake_key (case_id) where case_id is not null;
create index intake_key_integration on intake_key (org_id, integration_id);

create table intake_meter (
    integration_id uuid        primary key,
    minute         timestamptz not null,
    opened         integer     not null,
    case_id        uuid,
    count          bigint      not null,
    open_members   integer     not null
) with (fillfactor = 50);

create table intake_group (
    integration_id uuid        not null,
    group_key      text        not null,
    case_id        uuid,
    joined_at      timestamptz not null,
    members        integer     not null,
    open_members   integer     not null,
    primary key (integration_id, group_key)
) with (fillfactor = 70);

-- What became of the alerts of a key, one row for a run of alerts of which the same became.
create table intake_outcome (
    stream_id uuid     not null,
    last      bigint   not null,
    first     bigint   not null,
    result    smallint not null,
    case_id   uuid,
    decided_at timestamptz not null,
    primary key (stream_id, last)
);

-- Decided, and not yet known to be done. Deleted when it is.
create table intake_effect (
    id         uuid        primary key,
    number     bigint      generated always as identity,
    stream_id  uuid        not null,
    version    bigint      not null,
    org_id     uuid        not null,
    case_id    uuid        not null,
    opens      boolean     not null,
    body       jsonb       not null,
    created_at timestamptz not null
);
create index intake_effect_stream on intake_effect (stream_id, number);
create index intake_effect_opens on intake_effect (case_id) where opens;
