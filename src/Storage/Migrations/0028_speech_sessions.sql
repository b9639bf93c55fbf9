-- compatible: yes
-- Live transcription sessions. A session's row outlives the process that serves it: another one goes on from it, or settles it.
create table speech_session (
    org_id   uuid        not null,
    id       uuid        not null,
    version  bigint      not null,
    alive_at timestamptz not null,
    settled  boolean     not null,
    body     jsonb       not null,
    primary key (org_id, id)
) with (fillfactor = 50); -- written every few seconds while it runs: new versions of a row stay on its page

-- Only what is still open is looked for by its last sign of life.
create index speech_session_open on speech_session (alive_at) where not settled;
