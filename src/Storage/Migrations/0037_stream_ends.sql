-- compatible: yes
-- Where a topic's partition ends, as its reader last heard from the broker: what a queue is behind can be told without asking Kafka.

alter table stream_queue add column source_end bigint; -- the offset of the next record; null where it is not known, and for the log
