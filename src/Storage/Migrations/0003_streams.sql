-- compatible: yes
-- Who reads which queue of a stream transport, and how far it has come.

-- A consumer is a handler flavor or the relay. Here by its operator's wish only: a consumer without a row runs.
create table stream_consumer (
    consumer   text        primary key,
    paused     boolean     not null,
    changed_by text        not null,
    changed_at timestamptz not null default clock_timestamp()
);

-- Lease and position are one row, so that taking the lease and moving the position wait for each other: whoever was frozen and wakes up
-- finds another epoch and moves nothing.
create table stream_queue (
    consumer    text        not null,
    source      text        not null, -- domain_events, or a topic
    partitions  integer     not null, -- into how many the source is cut where the reader does the cutting, else 0
    partition   integer     not null,
    epoch       bigint      not null, -- raised each time the row changes hands, or is moved by hand
    owner       text        not null,
    acquired_at timestamptz not null,
    expires_at  timestamptz not null, -- by this server's clock
    log_epoch   bigint,               -- of the log's positions, 0 for a topic; null, like the next two, before anything was read
    tx          xid8,                 -- 0 for a topic
    next        bigint,               -- what is to be read next: of the log a number within tx, of a topic an offset
    moved_at    timestamptz,
    primary key (consumer, source, partitions, partition),
    check (num_nulls(log_epoch, tx, next) in (0, 3))
) with (fillfactor = 50);

-- For starting again at a point in time. Small enough not to be felt by whoever appends.
create index domain_events_recorded on domain_events using brin (recorded_at);
