-- compatible: yes
-- Less work for the search text of a new case.

-- Once for all cases of an import's statement, not once for each of them.
create function cases_copied_to_text() returns trigger language plpgsql
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    update case_text t
        set project_id = n.project_id, type_id = n.type_id, created_by = n.created_by, created_at = n.created_at, archived_at = n.archived_at
        from new_rows n where t.case_id = n.id;
    return null;
end
$$;
drop trigger case_inserted on "case";
create trigger case_inserted after insert on "case"
    referencing new table as new_rows for each statement execute function cases_copied_to_text();

-- Who has the case's row at hand gives the copies too.
drop trigger case_text_copy on case_text;
create trigger case_text_copy before insert on case_text for each row when (new.project_id is null) execute function case_text_copy();

-- The same words as before. translate() compares each character of a text with each of the marks, which took longer than all the rest.
create or replace function case_words(title text, description text) returns tsvector language plpgsql immutable parallel safe as $$
declare
    marks constant text := '[!-/:-@\[-`{-~]';
begin
    return to_tsvector('simple'::regconfig, regexp_replace(title, marks, ' ', 'g'))
        || $v$'|':1$v$::tsvector
        || to_tsvector('simple'::regconfig, regexp_replace(left(description, 200000), marks, ' ', 'g'));
end
$$;

create or replace function case_words(title text, description text, said text) returns tsvector language plpgsql immutable parallel safe as $$
begin
    if said = '' then
        return case_words(title, description);
    end if;
    return case_words(title, description)
        || $v$'|':1$v$::tsvector
        || to_tsvector('simple'::regconfig, regexp_replace(left(said, 200000), '[!-/:-@\[-`{-~]', ' ', 'g'));
end
$$;

-- A table that is known to be empty is looked up by any index that has the column, wherever in it: all the same, as long as it is empty. A
-- connection that writes keeps such a plan. Migration 32 has taken statistics of an empty table; a new table has none, and counts as one with rows.
do $$
begin
    if not exists (select from case_text) then
        lock table case_text in access exclusive mode;
        if not exists (select from case_text) then
            truncate case_text;
        end if;
    end if;
end
$$;
