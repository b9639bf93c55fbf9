-- compatible: yes
-- Calls of cases, what was said in them, and that cases are found by it.

create table case_call (
    org_id     uuid        not null,
    id         uuid        not null,
    case_id    uuid        not null,
    version    bigint      not null,
    session_id uuid,        -- null while it is only announced
    created_at timestamptz not null,
    updated_at timestamptz not null,
    ended_at   timestamptz,
    body       jsonb       not null,
    constraint case_call_pkey primary key (org_id, id)
) with (fillfactor = 50); -- written with every line while it goes on
create index case_call_case on case_call (case_id, created_at);
-- Only those are looked for that may still have to be ended.
create index case_call_open on case_call (updated_at) where ended_at is null and session_id is not null;

-- The primary key is what makes a line come once, whoever brings it and however often.
create table case_call_line (
    org_id   uuid    not null,
    call_id  uuid    not null,
    number   integer not null,
    channel  integer not null,
    label    integer,
    speaker  text    not null,
    start_ms bigint  not null,
    end_ms   bigint  not null,
    text     text    not null,
    constraint case_call_line_pkey primary key (org_id, call_id, number)
);

-- What was said stands behind the description, with the same mark between them that no phrase reaches across. It is written in steps while a
-- call grows, and at its end.
create function case_words(title text, description text, said text) returns tsvector language plpgsql immutable parallel safe as $$
declare
    marks  constant text := E'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
    blanks constant text := repeat(' ', length(marks));
begin
    if said = '' then
        return case_words(title, description);
    end if;
    return case_words(title, description)
        || $v$'|':1$v$::tsvector
        || to_tsvector('simple'::regconfig, translate(left(said, 200000), marks, blanks));
end
$$;

alter table case_text add column said text not null default '';
drop index case_text_words;
alter table case_text drop column words;
alter table case_text add column words tsvector not null generated always as (case_words(title, description, said)) stored;
alter table case_text alter words set storage external, alter words set statistics 500;
create index case_text_words on case_text using gin (words, tags) with (gin_pending_list_limit = 1024);

-- The new column has no statistics yet, and searches ask them.
analyze case_text;
