-- What the service does to a promotion without a person leaves an event with a cause, and is attested like a decision of a person. The
-- types and causes are those of core/promotion/acts.ts.

alter table method_events add constraint method_events_have_known_causes check (
  not data ? 'cause'
  or (promotion_id is not null and data ->> 'cause' is not null and (
       (type = 'promotion.ending' and data ->> 'cause' in ('gave-up', 'run-ended'))
    or (type = 'promotion.transitioned' and data ->> 'cause' = 'run-ended' and data ->> 'to' is not distinct from 'ABORTED'))));
create index method_events_with_a_cause on method_events (tenant_id, promotion_id, id) where data ? 'cause';

-- Such an event is written in the transaction of the change that it records, and no later.
create function check_cause() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if not exists (
       select 1 from promotions p
        where p.tenant_id = new.tenant_id and p.id = new.promotion_id
          and case new.type
                when 'promotion.ending' then p.ended_at is null and p.ending_state = new.data ->> 'to'
                else p.state = 'ABORTED' and not exists (
                  select 1 from decisions d
                   where d.tenant_id = p.tenant_id and d.promotion_id = p.id and d.accepted and d.verb = 'abort')
              end) then
    perform refuse('the service did not do this to the promotion');
  end if;
  return new;
end
$$;
create trigger method_events_with_a_cause_are_true before insert on method_events
  for each row when (new.data ? 'cause') execute function check_cause();
