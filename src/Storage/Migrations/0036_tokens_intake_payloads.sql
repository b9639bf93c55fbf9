-- compatible: yes
-- Personal tokens, which are keys of a third kind; and what senders of alerts sent, word for word.

alter table access_key add column modified_at timestamptz;
create index access_key_token on access_key (org_id, user_id) where kind = 2;

-- One row for each message, which may be many alerts. Old ones are deleted.
create table intake_message (
    id             uuid        primary key,
    org_id         uuid        not null,
    integration_id uuid        not null,
    headers        jsonb       not null,
    body           bytea       not null,    -- the beginning of it where it is long
    body_bytes     bigint      not null,    -- of the whole
    received_at    timestamptz not null
);
create index intake_message_age on intake_message using brin (received_at);

-- Which message, and by what a repetition is told from another message under the same idempotency key. Null before there were these.
alter table intake_receipt add column message_id uuid;
alter table intake_receipt add column request_hash bytea;
