-- compatible: yes
-- Which processes would read the queues of a consumer, so that they can share them. A process that is gone is forgotten when it expires.

create table stream_seeker (
    consumer   text        not null,
    source     text        not null,
    partitions integer     not null, -- as in stream_queue
    owner      text        not null, -- as in stream_queue
    expires_at timestamptz not null, -- by this server's clock
    primary key (consumer, source, partitions, owner)
) with (fillfactor = 50);
