-- compatible: yes
-- What narrows down nearly every search, among the tags of a case: the organisation with whether the case is archived, the project and the type.
-- An index of words and tags then finds a search's cases by itself, and counts them without reading their rows.

-- Ids in a short form: every case has these tags.
create function case_scope(mark text, id uuid) returns text language sql immutable parallel safe
    return '!' || mark || encode(uuid_send(id), 'base64');

create function case_tags(facets text[], org_id uuid, project_id uuid, type_id uuid, archived_at timestamptz) returns tsvector
    language plpgsql immutable parallel safe as $$
begin
    return array_to_tsvector(array_remove(
        array(select distinct left(facet, 500) from unnest(facets) facet)
            || array[case_scope(case when archived_at is null then 'l' else 'a' end, org_id), case_scope('p', project_id), case_scope('t', type_id)],
        null));
end
$$;

drop index case_text_words;
alter table case_text drop column tags;
alter table case_text add column tags tsvector not null generated always as (case_tags(facets, org_id, project_id, type_id, archived_at)) stored;
drop function case_tags(text[]);
create index case_text_words on case_text using gin (words, tags) with (gin_pending_list_limit = 1024);

-- Pages of which all rows are visible to everybody are counted without being read; so they are marked early.
alter table case_text set (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
