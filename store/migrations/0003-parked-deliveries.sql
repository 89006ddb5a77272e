-- The dispatcher delivers outside of any transaction: a lease keeps its instances from delivering the same events, and deliveries that
-- can never succeed are parked.

alter table dispatch_cursors
  add column lease_holder text, -- an instance of the reader
  add column lease_until timestamptz; -- null when nobody has the lease

-- A reader that passes what may still be committed would never see it.
create function check_cursor() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if new.transaction_id >= pg_snapshot_xmin(pg_current_snapshot()) then
    perform refuse('a reader of the log stays behind the transactions that are open');
  end if;
  return new;
end
$$;
create trigger dispatch_cursors_stay_behind before insert or update on dispatch_cursors for each row execute function check_cursor();

create table parked_deliveries (
  tenant_id text not null references tenants,
  event_id bigint not null,
  target text not null, -- the workflow id; empty when the wake-ups of the event could not be computed
  reason text not null,
  attempts integer not null check (attempts > 0), -- in total, those before a retry included
  parked_at timestamptz not null default clock_timestamp(),
  retry_requested_at timestamptz, -- null while the delivery waits for a person
  primary key (tenant_id, event_id, target),
  foreign key (tenant_id, event_id) references method_events (tenant_id, id)
);
create index parked_deliveries_to_retry on parked_deliveries (tenant_id, event_id) where retry_requested_at is not null;

alter table parked_deliveries enable row level security;
alter table parked_deliveries force row level security;
create policy tenant_rows on parked_deliveries using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
grant select, insert, update, delete on parked_deliveries to lanekeeper_app;
