-- compatible: yes
-- What senders sent is kept in packs: the messages of one organisation that were committed together are one row, compressed. A pack has its
-- messages in body and nothing in the other columns; a row of an earlier release is one message.

alter table intake_message alter column integration_id drop not null;
alter table intake_message alter column headers drop not null;
alter table intake_message alter column body_bytes drop not null;
alter table intake_message alter column body set storage external;

-- Which message of the pack; null for a row that is one message.
alter table intake_receipt add column message_place integer;
