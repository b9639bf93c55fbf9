-- compatible: yes
-- What an outside search index has missed while it could not be written: from which transaction on its cases are to be read again.
-- notes counts how often that was said, so that a debt noted while another is being paid is not struck out with it.
create table search_debt (
    index_name text        primary key,
    epoch      bigint      not null,
    tx         xid8        not null,
    notes      bigint      not null,
    noted_at   timestamptz not null
);
