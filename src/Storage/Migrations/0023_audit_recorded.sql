-- compatible: yes
-- The audit log is listed by the time of record: the time at which things happened is said by whoever imports them. The indexes by occurred_at
-- serve the previous binary until it is gone.

create index audit_event_recorded on audit_event (org_id, recorded_at, event_id);
create index audit_event_actor_recorded on audit_event (org_id, actor_id, recorded_at);
