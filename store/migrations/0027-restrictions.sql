-- What holds promotions back by somebody's order: windows, holds and recalls. They change by signed statements alone.

create table restrictions (
  tenant_id text not null references tenants,
  kind text not null check (kind in ('window', 'hold', 'recall')),
  name text not null check (name ~ '^[a-z0-9_][a-z0-9._-]{0,127}$'),
  revision integer not null check (revision > 0),
  state text not null check (state in ('ACTIVE', 'RETIRED')),
  content text not null check (length(content) <= 300000), -- canonical JSON
  content_digest digest not null,
  products text[], -- null for all
  lanes text[], -- null for all
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, kind, name)
);
create index restrictions_in_force on restrictions (tenant_id, kind) where state = 'ACTIVE';

-- One row a revision, with the statement that made it, so that anybody can check it again.
create table restriction_changes (
  tenant_id text not null references tenants,
  kind text not null,
  name text not null,
  revision integer not null check (revision > 0),
  verb text not null check (verb in ('put', 'retire')),
  statement_digest digest not null,
  content_digest digest not null,
  principal text not null,
  key_id digest not null,
  nonce text not null,
  words text not null,
  signed text not null check (length(signed) <= 600000), -- the Sigstore bundle
  registered_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, kind, name, revision),
  unique (tenant_id, statement_digest),
  unique (tenant_id, principal, nonce),
  foreign key (tenant_id, kind, name) references restrictions deferrable initially deferred,
  foreign key (tenant_id, key_id) references principal_keys
);
create index restriction_changes_by_principal on restriction_changes (tenant_id, principal, registered_at);
create trigger restriction_changes_are_immutable before update or delete on restriction_changes
  for each row execute function refuse_change();

create function check_restriction() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if new.revision <> (case tg_op when 'INSERT' then 1 else old.revision + 1 end) then
    perform refuse('the revisions of a restriction rise one by one');
  end if;
  if tg_op = 'UPDATE' and (new.tenant_id, new.kind, new.name) is distinct from (old.tenant_id, old.kind, old.name) then
    perform refuse('a restriction keeps its kind and its name');
  end if;
  if not exists (
       select 1 from restriction_changes c
        where c.tenant_id = new.tenant_id and c.kind = new.kind and c.name = new.name and c.revision = new.revision
          and c.content_digest = new.content_digest and c.principal = new.changed_by
          and c.verb = case new.state when 'ACTIVE' then 'put' else 'retire' end) then
    perform refuse('a restriction changes by a statement that a person has signed');
  end if;
  -- A recall is undone by somebody else than whoever has made it.
  if new.kind = 'recall' and new.state = 'RETIRED' and exists (
       select 1 from restriction_changes c
        where c.tenant_id = new.tenant_id and c.kind = new.kind and c.name = new.name and c.revision = new.revision - 1
          and c.principal = new.changed_by) then
    perform refuse('a recall is undone by a second person');
  end if;
  new.changed_at := clock_timestamp();
  return new;
end
$$;
create trigger restrictions_follow_their_changes before insert or update on restrictions
  for each row execute function check_restriction();
create trigger restrictions_are_kept before delete on restrictions for each row execute function refuse_change();

do $$
declare
  t text;
begin
  foreach t in array array['restrictions', 'restriction_changes']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = (select current_tenant())) with check (tenant_id = (select current_tenant()))', t);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_are_not_emptied', t);
  end loop;
end
$$;

-- A bundle that somebody has called back: its climbs end, and where it is live it is at risk.
insert into promotion_edges (from_state, to_state) values
  ('GATING', 'FAILED'), ('AWAITING_APPROVAL', 'FAILED'), ('QUEUED', 'FAILED');

create function is_recalled(promotion promotions) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
  as $$
  select exists (
    select 1 from restrictions r
     where r.tenant_id = promotion.tenant_id and r.kind = 'recall' and r.state = 'ACTIVE'
       and r.name = substring(promotion.bundle_digest from 8))
  $$;

create function check_failure() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if new.state = 'FAILED' and old.state in ('GATING', 'AWAITING_APPROVAL', 'QUEUED') then
    -- Asked only here: who moves a promotion through a deploy may not call the function.
    if not is_recalled(new) then
      perform refuse('a promotion that waits is FAILED only when its bundle is recalled');
    end if;
  end if;
  return new;
end
$$;
create trigger promotions_fail_for_a_reason before update on promotions for each row execute function check_failure();

create or replace function set_standing() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    new.standing := null;
  elsif new.state <> old.state then
    new.standing := case new.state when 'LIVE' then 'SOUND' end;
  elsif new.standing is distinct from old.standing then
    -- Asked only here: who moves a promotion through a deploy may not call the functions.
    if (new.standing = 'AT_RISK') is distinct from (has_lost_reliance(new) or is_recalled(new)) then
      perform refuse('what is live is AT_RISK exactly when something that it relied on counts no more, or its bundle is recalled');
    end if;
  end if;
  return new;
end
$$;

-- Why the service moved a promotion on its own: two more causes, each with what proves it.
alter table method_events drop constraint method_events_have_known_causes;
alter table method_events add constraint method_events_have_known_causes check (
  not data ? 'cause'
  or (data ->> 'cause' is not null and (
       (type = 'promotion.ending' and data ->> 'cause' in ('gave-up', 'run-ended', 'recalled'))
    or (type = 'promotion.transitioned' and data ->> 'cause' in ('run-ended', 'lane-closed') and data ->> 'to' is not distinct from 'ABORTED')
    or (type = 'promotion.transitioned' and data ->> 'cause' = 'recalled' and data ->> 'to' is not distinct from 'FAILED'))));

create or replace function check_cause() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if (select count(*) from event_subjects s
       where s.tenant_id = new.tenant_id and s.event_id = new.id and s.kind = 'promotion') <> 1
     or not exists (
       select 1 from event_subjects s join promotions p on p.tenant_id = s.tenant_id and p.id = s.id
        where s.tenant_id = new.tenant_id and s.event_id = new.id and s.kind = 'promotion'
          and case new.type
                when 'promotion.ending' then p.ended_at is null and p.ending_state = new.data ->> 'to'
                else p.state = new.data ->> 'to' and not exists (
                  select 1 from decisions d
                   where d.tenant_id = p.tenant_id and d.promotion_id = p.id and d.accepted and d.verb = 'abort')
              end
          and (new.data ->> 'cause' <> 'recalled' or exists (
                select 1 from restrictions r
                 where r.tenant_id = p.tenant_id and r.kind = 'recall' and r.state = 'ACTIVE'
                   and r.name = substring(p.bundle_digest from 8)))) then
    perform refuse('the service did not do this to the promotion');
  end if;
  return null;
end
$$;
