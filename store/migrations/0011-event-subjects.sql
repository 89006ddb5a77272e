-- What an event is about is in rows of its own, one for each thing, so that a new kind of thing needs no new column. Where it happened,
-- in which product and lane, stays with the event.

create table event_subjects (
  tenant_id text not null,
  event_id bigint not null,
  kind text not null, -- of those in core/event/types.ts
  id text not null,
  primary key (tenant_id, event_id, kind, id)
);
-- The timeline of a thing, newest first.
create index event_subjects_by_thing on event_subjects (tenant_id, kind, id, event_id desc);

alter table method_events no force row level security;
insert into event_subjects (tenant_id, event_id, kind, id)
  select e.tenant_id, e.id, s.kind, s.id
    from method_events e
    cross join lateral (values ('promotion', e.promotion_id), ('bundle', e.bundle_digest::text), ('release', e.release_id)) as s(kind, id)
   where s.id is not null;
alter table method_events force row level security;

alter table event_subjects enable row level security;
alter table event_subjects force row level security;
create policy tenant_rows on event_subjects using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
create trigger event_subjects_are_immutable before update or delete on event_subjects for each row execute function refuse_change();
create trigger event_subjects_are_not_emptied before truncate on event_subjects for each statement execute function refuse_change();

-- What the service does to a promotion without a person is said by an event about that one promotion, in the transaction of the change.
alter table method_events drop constraint method_events_have_known_causes;
alter table method_events add constraint method_events_have_known_causes check (
  not data ? 'cause'
  or (data ->> 'cause' is not null and (
       (type = 'promotion.ending' and data ->> 'cause' in ('gave-up', 'run-ended'))
    or (type = 'promotion.transitioned' and data ->> 'cause' = 'run-ended' and data ->> 'to' is not distinct from 'ABORTED'))));
drop trigger method_events_with_a_cause_are_true on method_events;
drop index method_events_with_a_cause;
create index method_events_with_a_cause on method_events (tenant_id, id) where data ? 'cause';

-- Seen once the statement that writes both the event and its subjects has ended.
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
                else p.state = 'ABORTED' and not exists (
                  select 1 from decisions d
                   where d.tenant_id = p.tenant_id and d.promotion_id = p.id and d.accepted and d.verb = 'abort')
              end) then
    perform refuse('the service did not do this to the promotion');
  end if;
  return null;
end
$$;
create trigger method_events_with_a_cause_are_true after insert on method_events
  for each row when (new.data ? 'cause') execute function check_cause();

create or replace function check_step() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if new.step = 'attest' then
    if new.attempt <> 0 or not exists (
         select 1 from promotions p
          where p.tenant_id = new.tenant_id and p.id = new.promotion_id
            and (p.live_at is not null or p.state in ('FAILED', 'REJECTED')
                 or (p.state = 'ABORTED' and exists (
                       select 1 from event_subjects s join method_events e on e.tenant_id = s.tenant_id and e.id = s.event_id
                        where s.tenant_id = p.tenant_id and s.kind = 'promotion' and s.id = p.id and e.data ? 'cause')))) then
      perform refuse('only a promotion that was live, failed, was rejected or was ended by the service is attested');
    end if;
  elsif not exists (
      select 1 from promotions p join lanes l on l.tenant_id = p.tenant_id and l.holder_promotion_id = p.id
       where p.tenant_id = new.tenant_id and p.id = new.promotion_id and p.attempt = new.attempt and l.fencing_token = new.fencing_token
         and case new.step
               when 'revert' then p.ending_state is not null
               when 'guard' then p.state = 'GUARDING'
               when 'deploy' then p.state = 'DEPLOYING' and p.ending_state is null
               else p.state = 'VERIFYING' and p.ending_state is null
             end) then
    perform refuse(format('step %s is not owed', new.step));
  end if;
  return new;
end
$$;

-- The only way to write the log: an event gets its subjects with it, and none later. Its owner's rights are those of nobody else.
create function append_event(type text, product text, lane text, actor text, data jsonb, subjects jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
  as $$
begin
  with event as (
    insert into method_events (tenant_id, type, product, lane, actor, data)
      values (current_tenant(), append_event.type, append_event.product, append_event.lane, append_event.actor, append_event.data)
      returning tenant_id, id)
  insert into event_subjects (tenant_id, event_id, kind, id)
    select event.tenant_id, event.id, subject.key, subject.value from event, jsonb_each_text(subjects) as subject;
end
$$;

alter table method_events drop column promotion_id, drop column bundle_digest, drop column release_id;
