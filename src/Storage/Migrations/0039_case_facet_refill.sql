-- compatible: yes
-- Makes the sums anew with the table: should they ever differ from its rows, their check would refuse to count those away that are too many.
create or replace function case_facet_refill() returns void language plpgsql as $$
begin
    delete from case_facet_place;
    insert into case_facet_place (epoch, tx, seq) select epoch, pg_snapshot_xmin(pg_current_snapshot()), 0 from store_epoch;
    delete from case_facet_sum;
    delete from case_facet;
    insert into case_facet select * from case_facet_now;
end
$$;
