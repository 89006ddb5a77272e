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

-- A hotfix is a promotion by other gates, and enters the history of its lane as one.
alter table promotions drop constraint promotions_kind_check;
alter table promotions add constraint promotions_kind_check check (kind in ('PROMOTION', 'HOTFIX', 'ROLLBACK'));

create or replace function check_promotion() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
declare
  held_token bigint;
begin
  if tg_op = 'INSERT' then
    if new.state <> 'GATING' or new.gate_round <> 0 or new.attempt <> 1 or new.switched or new.requester is not null
       or new.queued_at is not null or new.live_at is not null or new.ended_at is not null or new.ending_state is not null then
      perform refuse('a promotion begins in GATING, with nothing decided');
    end if;
    return new;
  end if;
  if old.ended_at is not null then
    perform refuse(format('promotion %s has ended as %s', old.id, old.state));
  end if;
  if (new.tenant_id, new.id, new.workflow_id, new.product, new.lane, new.bundle_digest, new.kind, new.created_at)
     is distinct from
     (old.tenant_id, old.id, old.workflow_id, old.product, old.lane, old.bundle_digest, old.kind, old.created_at) then
    perform refuse('what a promotion is about never changes');
  end if;
  if new.policy_digest <> old.policy_digest then
    if old.state not in ('GATING', 'AWAITING_APPROVAL') or exists (
         select 1 from lanes l
          where l.tenant_id = new.tenant_id and l.product = new.product and l.lane = new.lane and l.holder_promotion_id = new.id) then
      perform refuse('a promotion that was granted its lane keeps the gates by which it was let in');
    end if;
    if old.requester is not null and (new.policy_sources is null or new.policy_sources is not distinct from old.policy_sources
         or exists (select 1 from unnest(new.policy_sources) as s (source) where not is_in_force(new.tenant_id, s.source))) then
      perform refuse('a promotion is judged by other gates only when other rules are in force');
    end if;
  end if;
  if new.requester is distinct from old.requester and (old.requester is not null or not exists (
       select 1 from decisions d
        where d.tenant_id = new.tenant_id and d.promotion_id = new.id and d.accepted and d.verb = case new.kind when 'PROMOTION' then 'request' else lower(new.kind) end
          and d.principal = new.requester and d.attestation_id = new.request_attestation_id)) then
    perform refuse('a requester is named once, by a signed request that was accepted');
  end if;
  if new.attempt not in (old.attempt, old.attempt + 1) or new.gate_round not in (old.gate_round, old.gate_round + 1) then
    perform refuse('attempts and rounds rise one by one');
  end if;
  if new.live_at is distinct from old.live_at and not (old.live_at is null and old.state <> 'LIVE' and new.state = 'LIVE') then
    perform refuse('a promotion is live from the moment that it becomes LIVE');
  end if;
  if new.ending_state is distinct from old.ending_state and not old.switched then
    perform refuse('only a promotion that has switched goes back');
  end if;
  if new.state = old.state then
    if new.switched is distinct from old.switched then
      perform refuse('only a change of phase switches');
    end if;
    return new;
  end if;

  if not exists (select 1 from promotion_edges where from_state = old.state and to_state = new.state) then
    perform refuse(format('a promotion cannot go from %s to %s', old.state, new.state));
  end if;
  select l.fencing_token into held_token from lanes l
   where l.tenant_id = new.tenant_id and l.product = new.product and l.lane = new.lane and l.holder_promotion_id = new.id;
  if new.state in ('GUARDING', 'DEPLOYING', 'VERIFYING', 'LIVE') and held_token is null then
    perform refuse(format('only the holder of the lane can be %s', new.state));
  end if;
  if new.state = 'QUEUED' and old.state <> 'GUARDING' and not has_passing_round(new, null) then
    perform refuse('a promotion is QUEUED only after a round in which every blocking gate passes');
  elsif new.state in ('GUARDING', 'DEPLOYING') and not has_passing_round(new, held_token) then
    perform refuse(format('a promotion is %s only after a round that passes under the present hold', new.state));
  elsif new.state = 'LIVE' and not is_observed(new) then
    perform refuse('a promotion is LIVE only when its lane was observed to serve its bundle');
  elsif new.state = 'REJECTED' and not exists (
      select 1 from decisions d
       where d.tenant_id = new.tenant_id and d.promotion_id = new.id and d.accepted and d.verb = 'reject') then
    perform refuse('a promotion is REJECTED only by a signed decision');
  elsif new.state = 'ABORTED' and not old.switched and held_token is null and not exists (
      select 1 from decisions d
       where d.tenant_id = new.tenant_id and d.promotion_id = new.id and d.accepted and d.verb = 'abort') then
    perform refuse('a promotion that waits is ABORTED only by a signed decision');
  elsif new.state in ('SUPERSEDED', 'ROLLED_BACK') and not exists (
      select 1 from lanes l join promotions p on p.tenant_id = l.tenant_id and p.id = l.holder_promotion_id
       where l.tenant_id = new.tenant_id and l.product = new.product and l.lane = new.lane and p.state = 'VERIFYING'
         and (p.kind = 'ROLLBACK') = (new.state = 'ROLLED_BACK')) then
    perform refuse('a live promotion ends only for the one that follows it');
  elsif new.state in ('ABORTED', 'FAILED') and old.switched and not exists (
      select 1 from promotion_steps s
       where s.tenant_id = new.tenant_id and s.promotion_id = new.id and s.attempt = old.attempt and s.step = 'revert'
         and s.outcome = 'DONE') then
    perform refuse('a promotion that has switched ends only after the lane went back');
  end if;
  if new.switched is distinct from
     (case when new.state in ('DEPLOYING', 'VERIFYING', 'LIVE') then true when new.ended_at is not null then false else old.switched end) then
    perform refuse('a promotion has switched from DEPLOYING on');
  end if;
  return new;
end
$$;

create or replace function check_history() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'UPDATE' then
    if (new.tenant_id, new.product, new.lane, new.position, new.bundle_digest)
       is distinct from (old.tenant_id, old.product, old.lane, old.position, old.bundle_digest) or old.withdrawn_by is not null then
      perform refuse('what was live is never changed');
    end if;
  elsif new.position <> (
      select coalesce(max(h.position), 0) + 1 from lane_history h
       where h.tenant_id = new.tenant_id and h.product = new.product and h.lane = new.lane) then
    perform refuse('the history of a lane has no gaps');
  end if;
  if not exists (
       select 1 from promotions p
        where p.tenant_id = new.tenant_id and p.product = new.product and p.lane = new.lane and p.state = 'LIVE'
          and p.id = coalesce(new.withdrawn_by, new.promotion_id)
          and (new.withdrawn_by is not null or p.bundle_digest = new.bundle_digest)
          and (p.kind = 'ROLLBACK') = (tg_op = 'UPDATE')) then
    perform refuse('only a promotion that is live enters the history of its lane');
  end if;
  return new;
end
$$;
