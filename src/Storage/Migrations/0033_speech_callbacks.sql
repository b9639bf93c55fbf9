-- compatible: yes
-- Files whose answers go to an address of the client's: acknowledged, and kept until they are delivered or given up.

create table speech_callback (
    org_id       uuid        not null,
    request_id   uuid        not null,
    key_id       uuid        not null,
    state        smallint    not null,     -- 0 to be transcribed, 1 to be delivered, 2 delivered, 3 given up
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    due_at       timestamptz not null,
    leased_until timestamptz,
    epoch        integer     not null,     -- grows with each process that takes it: an earlier one writes nothing any more
    attempts     integer     not null,     -- in the present state
    work         bytea,                    -- what was asked for, sealed; addresses may hold passwords
    audio        text,                     -- the file that keeps the body, where one was sent
    result       bytea,
    result_type  text,
    last_status  integer,
    last_error   text,
    finished_at  timestamptz,
    constraint speech_callback_pkey primary key (org_id, request_id)
);
create index speech_callback_due on speech_callback (due_at) where state < 2;
create index speech_callback_age on speech_callback (finished_at) where state >= 2;

-- What an organisation's callbacks are signed with.
create table speech_callback_secret (
    org_id          uuid        primary key,
    secret          bytea       not null,  -- sealed; see docs/webhooks.md
    hint            text        not null,
    made_at         timestamptz not null,
    previous_secret bytea,
    previous_until  timestamptz
);
