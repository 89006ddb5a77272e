-- Temporal forgets a run once its retention has passed. Whose a run was is said by the record that it worked for, in the transaction
-- that names it; what happened in it is kept in the content store, and found here by digest.

create table runs (
  tenant_id text not null,
  id text not null check (length(id) between 1 and 200), -- of a release or promotion the first run of its chain; of a lane each run
  workflow_id text not null check (length(workflow_id) between 1 and 1000),
  workflow_type text not null check (workflow_type in ('release', 'promotion', 'lane')),
  product text not null,
  lane lane_name, -- null for a release
  release_id text,
  promotion_id text,
  recorded_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz, -- when the end of its chain was recorded
  primary key (tenant_id, id),
  foreign key (tenant_id, product) references products,
  foreign key (tenant_id, release_id) references releases,
  foreign key (tenant_id, promotion_id) references promotions,
  check ((workflow_type = 'release') = (release_id is not null)),
  check ((workflow_type = 'promotion') = (promotion_id is not null)),
  check ((workflow_type = 'release') = (lane is null))
);
create index runs_by_workflow on runs (tenant_id, workflow_id);
create index runs_by_promotion on runs (tenant_id, promotion_id) where promotion_id is not null;
create index runs_by_release on runs (tenant_id, release_id) where release_id is not null;
create index runs_by_lane on runs (tenant_id, product, lane) where workflow_type = 'lane';
create index unsettled_runs on runs (tenant_id, id) where settled_at is null;

-- What a run was is never changed; that its end is recorded is said once.
create function check_run() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if old.settled_at is not null or to_jsonb(new) - 'settled_at' <> to_jsonb(old) - 'settled_at' then
    perform refuse('a run is never changed');
  end if;
  return new;
end
$$;
create trigger runs_are_settled_once before update on runs for each row execute function check_run();
create trigger runs_are_not_deleted before delete on runs for each row execute function refuse_change();
create trigger runs_are_not_emptied before truncate on runs for each statement execute function refuse_change();

-- The record of a release or promotion names its run, and with it says whose the run is.
create function record_run() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_table_name = 'releases' then
    insert into runs (tenant_id, id, workflow_id, workflow_type, product, release_id)
      values (new.tenant_id, new.id, new.workflow_id, 'release', new.product, new.id)
      on conflict do nothing;
  else
    insert into runs (tenant_id, id, workflow_id, workflow_type, product, lane, promotion_id)
      values (new.tenant_id, new.first_run_id, new.workflow_id, 'promotion', new.product, new.lane, new.id)
      on conflict do nothing;
  end if;
  return null;
end
$$;

-- How the history of a run was kept, or why it could not be.
create table run_histories (
  tenant_id text not null,
  run_id text not null check (length(run_id) between 1 and 200),
  named_run_id text not null, -- the run that a record names: this one, or the first of its chain
  outcome text not null check (outcome in ('KEPT', 'GONE', 'TOO_LARGE')),
  status text check (status in ('COMPLETED', 'FAILED', 'CANCELED', 'TERMINATED', 'TIMED_OUT', 'CONTINUED_AS_NEW')),
  closed_at timestamptz,
  continued_from text,
  continued_as text,
  events integer check (events > 0),
  size bigint check (size > 0), -- in bytes
  digest digest,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, run_id),
  foreign key (tenant_id, named_run_id) references runs,
  foreign key (tenant_id, digest) references blob_refs,
  check ((outcome = 'KEPT') = (digest is not null)),
  check ((digest is null) = (size is null) and (digest is null) = (events is null)),
  check (outcome = 'GONE' or (status is not null and closed_at is not null))
);
create index run_histories_by_named_run on run_histories (tenant_id, named_run_id);
create trigger run_histories_are_immutable before update or delete on run_histories for each row execute function refuse_change();
create trigger run_histories_are_not_emptied before truncate on run_histories for each statement execute function refuse_change();

-- Up to which instant every run that has closed, as the server of Temporal says, is accounted for.
create table history_cursors (
  tenant_id text primary key references tenants,
  closed_to timestamptz not null
);
create trigger history_cursors_are_not_emptied before truncate on history_cursors for each statement execute function refuse_change();

-- The runs that records have named so far. A promotion that was adopted says in the log which run it had before.
alter table releases no force row level security;
alter table promotions no force row level security;
alter table method_events no force row level security;
alter table event_subjects no force row level security;
insert into runs (tenant_id, id, workflow_id, workflow_type, product, release_id)
  select tenant_id, id, workflow_id, 'release', product, id from releases;
insert into runs (tenant_id, id, workflow_id, workflow_type, product, lane, promotion_id)
  select tenant_id, first_run_id, workflow_id, 'promotion', product, lane, id from promotions
  on conflict do nothing;
insert into runs (tenant_id, id, workflow_id, workflow_type, product, lane, promotion_id)
  select p.tenant_id, e.data ->> 'from', p.workflow_id, 'promotion', p.product, p.lane, p.id
    from method_events e
    join event_subjects s on s.tenant_id = e.tenant_id and s.event_id = e.id and s.kind = 'promotion'
    join promotions p on p.tenant_id = e.tenant_id and p.id = s.id
   where e.type = 'promotion.adopted' and length(e.data ->> 'from') between 1 and 200
  on conflict do nothing;
alter table releases force row level security;
alter table promotions force row level security;
alter table method_events force row level security;
alter table event_subjects force row level security;

create trigger releases_name_their_run after insert on releases for each row execute function record_run();
create trigger promotions_name_their_run after insert or update of first_run_id on promotions for each row execute function record_run();

do $$
declare
  t text;
begin
  foreach t in array array['runs', 'run_histories', 'history_cursors']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
  end loop;
end
$$;
