-- When a promotion may take its lane, and how urgent it is, as its signed request says.
alter table promotions
  add column starts_at timestamptz,
  add column not_after timestamptz,
  add column priority text not null default 'normal' check (priority in ('low', 'normal', 'high')),
  add constraint a_schedule_is_in_order check (not_after > starts_at);

create function check_schedule() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    if new.starts_at is not null or new.not_after is not null or new.priority <> 'normal' then
      perform refuse('a schedule comes with a signed request');
    end if;
  elsif (new.starts_at, new.not_after, new.priority) is distinct from (old.starts_at, old.not_after, old.priority)
        and not (old.requester is null and new.requester is not null) then
    perform refuse('a schedule comes with a signed request, and stays');
  end if;
  return new;
end
$$;
create trigger promotions_keep_their_schedules before insert or update on promotions
  for each row execute function check_schedule();

create or replace function check_failure() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if new.state = 'FAILED' and old.state in ('GATING', 'AWAITING_APPROVAL', 'QUEUED') and new.not_after is null then
    -- Asked only here: who moves a promotion through a deploy may not call the function.
    if not is_recalled(new) then
      perform refuse('a promotion that waits is FAILED only when its bundle is recalled, or when its time is over');
    end if;
  end if;
  return new;
end
$$;

alter table method_events drop constraint method_events_have_known_causes;
alter table method_events add constraint method_events_have_known_causes check (
  not data ? 'cause'
  or (data ->> 'cause' is not null and (
       (type = 'promotion.ending' and data ->> 'cause' in ('gave-up', 'run-ended', 'recalled'))
    or (type = 'promotion.transitioned' and data ->> 'cause' in ('run-ended', 'lane-closed') and data ->> 'to' is not distinct from 'ABORTED')
    or (type = 'promotion.transitioned' and data ->> 'cause' in ('recalled', 'too-late') and data ->> 'to' is not distinct from 'FAILED'))));
