-- compatible: yes
-- What is due, and overdue. Most cases have no due date, and few changes touch it, so the index costs an append nothing.
create index case_due on "case" (org_id, due_date, created_at desc, id desc) include (archived_at, status_group) where due_date is not null;
