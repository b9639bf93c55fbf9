-- compatible: yes
-- How many partitions of a topic are published to: the same for every relay, and changed between two batches only.

create table stream_topic (
    source     text    primary key, -- cluster/topic, as in stream_queue
    partitions integer not null check (partitions > 0)
);
