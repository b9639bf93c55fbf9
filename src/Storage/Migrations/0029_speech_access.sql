-- compatible: yes
-- Keys, limits and usage of the speech API.

alter table access_key add column tags text[] not null default '{}';

-- What short-lived tokens are signed with. The newest signs; older ones verify until the last token of theirs has expired.
create table speech_token_key (
    id         uuid        primary key,
    secret     bytea       not null,
    created_at timestamptz not null
);

-- An organisation's own limits; null is the configured default.
create table speech_limit (
    org_id              uuid    primary key,
    live                integer,
    files               integer,
    requests_per_second integer,
    seconds_per_month   bigint,
    version             bigint  not null
);

-- Which keys and limits have changed, for those who keep copies. Read from the oldest transaction that ran at the last look on, so that
-- none is missed; deleted after a day.
create table access_change (
    tx       xid8        not null default pg_current_xact_id(),
    seq      bigint      generated always as identity,
    org_id   uuid        not null,
    key_hash text,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (tx, seq)
);
create index access_change_age on access_change (noted_at);

create function note_access_change() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'access_key' then
        insert into access_change (org_id, key_hash) values (new.org_id, new.hash);
    else
        insert into access_change (org_id) values (new.org_id);
    end if;
    delete from access_change where (tx, seq) in (
        select tx, seq from access_change where noted_at < clock_timestamp() - interval '1 day' limit 100 for update skip locked);
    perform pg_notify('switchboard_access', '');
    return null;
end
$$;
create trigger access_key_changed after insert or update on access_key for each row execute function note_access_change();
create trigger speech_limit_changed after insert or update on speech_limit for each row execute function note_access_change();

-- Slots are quantities that processes hold and renew. After a crash of the server they are empty, and every process takes its own again
-- when it next renews: hence unlogged.
create unlogged table speech_holder (
    id    uuid        primary key,
    until timestamptz not null
) with (fillfactor = 10);

create unlogged table speech_slot (
    org_id     uuid     not null,
    session_id uuid     not null,
    kind       smallint not null,
    holder     uuid     not null,
    constraint speech_slot_pkey primary key (org_id, session_id)
);
create index speech_slot_holder on speech_slot (holder);

-- One row for each organisation: locked while its limits are looked at, and its bucket of requests.
create unlogged table speech_gate (
    org_id      uuid             primary key,
    tokens      double precision not null,
    refilled_at timestamptz      not null
) with (fillfactor = 10);

-- Usage: unique by session, meter and interval; the sums beside it are kept by the trigger in the same statement.
create table speech_usage (
    org_id       uuid    not null,
    session_id   uuid    not null,
    meter        text    not null,
    slot         integer not null check (slot >= 0),
    month        date    not null,
    milliseconds bigint  not null check (milliseconds >= 0),
    constraint speech_usage_pkey primary key (org_id, session_id, meter, slot)
);

create table speech_usage_session (
    org_id       uuid   not null,
    session_id   uuid   not null,
    meter        text   not null,
    milliseconds bigint not null,
    constraint speech_usage_session_pkey primary key (org_id, session_id, meter)
);

create table speech_usage_month (
    org_id       uuid   not null,
    month        date   not null,
    meter        text   not null,
    milliseconds bigint not null,
    constraint speech_usage_month_pkey primary key (org_id, month, meter)
) with (fillfactor = 50);

create function sum_new_usage() returns trigger language plpgsql as $$
begin
    insert into speech_usage_session as kept (org_id, session_id, meter, milliseconds)
        select org_id, session_id, meter, sum(milliseconds) from added group by 1, 2, 3 order by 1, 2, 3
        on conflict (org_id, session_id, meter) do update set milliseconds = kept.milliseconds + excluded.milliseconds;
    insert into speech_usage_month as kept (org_id, month, meter, milliseconds)
        select org_id, month, meter, sum(milliseconds) from added group by 1, 2, 3 order by 1, 2, 3
        on conflict (org_id, month, meter) do update set milliseconds = kept.milliseconds + excluded.milliseconds;
    return null;
end
$$;

create function sum_grown_usage() returns trigger language plpgsql as $$
begin
    with grown as (
        select n.org_id, n.session_id, n.meter, sum(n.milliseconds - o.milliseconds) as more
        from added n join former o using (org_id, session_id, meter, slot) group by 1, 2, 3
    )
    update speech_usage_session kept set milliseconds = kept.milliseconds + grown.more
    from grown where (kept.org_id, kept.session_id, kept.meter) = (grown.org_id, grown.session_id, grown.meter);
    with grown as (
        select n.org_id, n.month, n.meter, sum(n.milliseconds - o.milliseconds) as more
        from added n join former o using (org_id, session_id, meter, slot) group by 1, 2, 3
    )
    update speech_usage_month kept set milliseconds = kept.milliseconds + grown.more
    from grown where (kept.org_id, kept.month, kept.meter) = (grown.org_id, grown.month, grown.meter);
    return null;
end
$$;
create trigger speech_usage_added after insert on speech_usage
    referencing new table as added for each statement execute function sum_new_usage();
create trigger speech_usage_grown after update on speech_usage
    referencing new table as added old table as former for each statement execute function sum_grown_usage();

-- One row for each session or file.
create table speech_request (
    org_id     uuid        not null,
    request_id uuid        not null,
    key_id     uuid        not null,
    created_at timestamptz not null,
    path       text        not null,
    method     text        not null,
    model      text        not null,
    tags       text[]      not null,
    features   text[]      not null,
    code       integer,
    ended_at   timestamptz,
    milliseconds bigint,
    callback   text,
    constraint speech_request_pkey primary key (org_id, request_id)
);
create index speech_request_time on speech_request (org_id, created_at desc, request_id);

-- What an organisation pays by, and what it has paid in.
create table speech_account (
    org_id        uuid   primary key,
    plan          text   not null,
    credit_micros bigint not null default 0
);

-- Takes a slot, or says what stands against it: 0 taken, 1 the holder's lease has ended, 2 too many at the same time, 3 too many requests,
-- 4 the month's seconds are used up. Everything is looked at before anything is spent, under the lock of the organisation's row. A session
-- that has a slot keeps it and spends nothing. With again, only the number at the same time is looked at.
create function speech_take(
    org uuid, session uuid, wanted smallint, process uuid, margin interval, again boolean,
    default_live integer, default_files integer, default_rate integer, default_seconds bigint,
    out verdict smallint, out most integer, out used integer, out pause double precision) language plpgsql as $$
declare
    moment timestamptz;
    gate  speech_gate;
    own   speech_limit;
    rate  integer;
    level double precision;
    alive uuid[];
    held  boolean;
begin
    select * into gate from speech_gate g where g.org_id = org for update;
    if not found then
        insert into speech_gate (org_id, tokens, refilled_at) values (org, 1e9, clock_timestamp()) on conflict do nothing;
        select * into gate from speech_gate g where g.org_id = org for update;
    end if;
    select * into own from speech_limit l where l.org_id = org;
    most := case wanted when 0 then coalesce(own.live, default_live) else coalesce(own.files, default_files) end;
    rate := coalesce(own.requests_per_second, default_rate);
    moment := clock_timestamp();
    pause := 0;
    used := 0;
    perform from speech_holder h where h.id = process and h.until - margin > moment;
    if not found then
        verdict := 1;
        return;
    end if;
    alive := array(select h.id from speech_holder h where h.until > moment);
    select count(*) filter (where s.session_id <> session and s.kind = wanted), coalesce(bool_or(s.session_id = session and s.kind = wanted), false)
        into used, held from speech_slot s where s.org_id = org and s.holder = any (alive);
    if not again and not held then
        if coalesce(own.seconds_per_month, default_seconds) * 1000 <= (
            select coalesce(sum(u.milliseconds), 0) from speech_usage_month u
            where u.org_id = org and u.month = date_trunc('month', moment at time zone 'utc')::date) then
            verdict := 4;
            return;
        end if;
        level := least(rate, gate.tokens + greatest(0, extract(epoch from moment - gate.refilled_at)) * rate);
        if level < 1 then
            verdict := 3;
            pause := (1 - level) / rate;
            return;
        end if;
    end if;
    if not held and used >= most then
        verdict := 2;
        return;
    end if;
    if not again and not held then
        update speech_gate g set tokens = level - 1, refilled_at = moment where g.org_id = org;
    end if;
    insert into speech_slot as kept (org_id, session_id, kind, holder) values (org, session, wanted, process)
        on conflict (org_id, session_id) do update set kind = excluded.kind, holder = excluded.holder;
    used := used + 1;
    verdict := 0;
end
$$;
