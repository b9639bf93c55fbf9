-- compatible: no
-- Who may do what in a project, and the teams that policies and projects name. A binary that does not know policies would show everybody
-- everything.

alter table project add column policy jsonb;
create index project_restricted on project (org_id) where policy is not null;

-- A team is read whole; what teams are listed and found by stands beside it.
create table team (
    id         uuid        primary key,
    org_id     uuid        not null,
    version    bigint      not null,
    handle     text        not null,
    name       text        not null,
    body       jsonb       not null,
    created_at timestamptz not null,
    constraint team_handle unique (org_id, handle)
);

create table team_member (
    team_id    uuid not null,
    user_id    uuid not null,
    org_id     uuid not null,
    constraint team_member_pkey primary key (team_id, user_id)
);
create index team_member_user on team_member (org_id, user_id);

-- Who gave a webhook its present address, if that was not its maker: it tells of what that user may see.
alter table webhook_endpoint add column answered_by uuid;

-- The ids of roles are made from their names; policies name the ids.
create function role_id(name text) returns uuid language sql immutable parallel safe as $$
    select encode(set_byte(set_byte(h, 6, (get_byte(h, 6) & 15) | 128), 8, (get_byte(h, 8) & 63) | 128), 'hex')::uuid
    from (select substring(sha256(convert_to('switchboard role ' || name, 'UTF8')) for 16) as h) made
$$;

-- Whether a user may view a project: anybody, unless it has a policy that names neither the user nor what the user belongs to.
create function project_shows(org uuid, project uuid, viewer uuid) returns boolean language sql stable parallel safe as $$
    select not exists (select from project p where p.id = project and p.org_id = org and p.policy is not null)
        or exists (
            select from project p, jsonb_array_elements(p.policy -> 'bindings') b, jsonb_array_elements_text(b -> 'principals') named (principal)
            where p.id = project and p.org_id = org and named.principal in (
                select 'org:' || org
                union all select 'user:' || viewer
                union all select 'role:' || role_id(r) from org_user u, unnest(u.roles) r where u.id = viewer and u.org_id = org
                union all select 'team:' || m.team_id from team_member m where m.user_id = viewer and m.org_id = org))
$$;
