-- The database proves the order in which a promotion moves, whoever writes with the application's role. Code that decides is in
-- core/promotion and activities/promotion/advance; what is refused here can only be a defect of it, or somebody else.

-- A record has an id of its own; the run that works for it can be replaced by another one.
alter table promotions
  add column first_run_id text,
  add column attempt integer not null default 1 check (attempt > 0),
  add column give_up_at timestamptz,
  add column ending_state text check (ending_state in ('ABORTED', 'FAILED')),
  add column ending_reason text;
alter table promotions no force row level security;
update promotions
   set first_run_id = id,
       -- A rollback has a workflow id of its own; whatever works for one that is open is started anew under it.
       workflow_id = case when kind = 'ROLLBACK' and ended_at is null then regexp_replace(workflow_id, '^promotion/', 'rollback/') else workflow_id end;
alter table promotions force row level security;
alter table promotions
  alter column first_run_id set not null,
  add constraint promotions_end_when_they_ended
    check ((ended_at is not null) = (state in ('SUPERSEDED', 'ROLLED_BACK', 'REJECTED', 'ABORTED', 'FAILED')));
drop index one_open_promotion;
create unique index one_open_promotion on promotions (tenant_id, product, lane, bundle_digest, kind) where ended_at is null;
create unique index one_record_of_a_run on promotions (tenant_id, first_run_id);
create unique index one_live_promotion on promotions (tenant_id, product, lane) where state = 'LIVE';
create index open_promotions_by_workflow on promotions (tenant_id, workflow_id) where ended_at is null;

-- The edges of the state machine; core/promotion/edges.ts has the same ones, compared by a test.
create table promotion_edges (
  from_state text not null,
  to_state text not null,
  primary key (from_state, to_state)
);
insert into promotion_edges (from_state, to_state) values
  ('GATING', 'AWAITING_APPROVAL'), ('GATING', 'QUEUED'), ('GATING', 'REJECTED'), ('GATING', 'ABORTED'),
  ('AWAITING_APPROVAL', 'GATING'), ('AWAITING_APPROVAL', 'QUEUED'), ('AWAITING_APPROVAL', 'REJECTED'), ('AWAITING_APPROVAL', 'ABORTED'),
  ('QUEUED', 'GATING'), ('QUEUED', 'AWAITING_APPROVAL'), ('QUEUED', 'GUARDING'), ('QUEUED', 'DEPLOYING'), ('QUEUED', 'REJECTED'),
  ('QUEUED', 'ABORTED'),
  ('GUARDING', 'QUEUED'), ('GUARDING', 'DEPLOYING'), ('GUARDING', 'ERRORED'), ('GUARDING', 'FAILED'), ('GUARDING', 'ABORTED'),
  ('DEPLOYING', 'VERIFYING'), ('DEPLOYING', 'ERRORED'), ('DEPLOYING', 'FAILED'), ('DEPLOYING', 'ABORTED'),
  ('VERIFYING', 'LIVE'), ('VERIFYING', 'ERRORED'), ('VERIFYING', 'FAILED'), ('VERIFYING', 'ABORTED'),
  ('ERRORED', 'GATING'), ('ERRORED', 'DEPLOYING'), ('ERRORED', 'VERIFYING'), ('ERRORED', 'FAILED'), ('ERRORED', 'ABORTED'),
  ('LIVE', 'SUPERSEDED'), ('LIVE', 'ROLLED_BACK');
grant select on promotion_edges to lanekeeper_app;

-- Rounds of gates ----------------------------------------------------------------------------------------------------------------

create table gate_rounds (
  tenant_id text not null,
  promotion_id text not null,
  round integer not null check (round > 0),
  policy_digest digest not null,
  outcome text not null check (outcome in ('PASS', 'APPROVALS', 'OPEN')),
  reason text not null,
  fencing_token bigint, -- the hold that the round was evaluated for; null while the promotion does not hold the lane
  evaluated_at timestamptz not null,
  recheck_at timestamptz,
  primary key (tenant_id, promotion_id, round),
  foreign key (tenant_id, promotion_id) references promotions,
  foreign key (tenant_id, policy_digest) references policy_snapshots
);
alter table check_runs no force row level security;
alter table promotions no force row level security;
insert into gate_rounds (tenant_id, promotion_id, round, policy_digest, outcome, reason, evaluated_at, recheck_at)
  select c.tenant_id, c.promotion_id, c.round, p.policy_digest,
         case when bool_or(c.severity = 'BLOCKING' and c.verdict not in ('PASS', 'NOT_APPLICABLE')) then 'OPEN' else 'PASS' end,
         '', min(c.evaluated_at), min(c.recheck_at)
    from check_runs c join promotions p on p.tenant_id = c.tenant_id and p.id = c.promotion_id
   group by c.tenant_id, c.promotion_id, c.round, p.policy_digest;
alter table check_runs force row level security;
alter table promotions force row level security;
alter table check_runs add foreign key (tenant_id, promotion_id, round) references gate_rounds;
create trigger gate_rounds_are_immutable before update or delete on gate_rounds for each row execute function refuse_change();
create trigger check_runs_are_immutable before update or delete on check_runs for each row execute function refuse_change();

-- Steps outside of the database --------------------------------------------------------------------------------------------------

-- How each step of a promotion ended, written in the transaction of its effect. One that is here can have no effect any more.
create table promotion_steps (
  tenant_id text not null,
  promotion_id text not null,
  attempt integer not null check (attempt >= 0), -- 0 for what belongs to no attempt
  step text not null check (step in ('guard', 'deploy', 'verify', 'revert', 'attest')),
  fencing_token bigint,
  outcome text not null check (outcome in ('DONE', 'REFUSED', 'TROUBLE')),
  error jsonb,
  ended_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, promotion_id, attempt, step),
  foreign key (tenant_id, promotion_id) references promotions
);
create trigger promotion_steps_are_immutable before update or delete on promotion_steps for each row execute function refuse_change();

-- Statements of people -----------------------------------------------------------------------------------------------------------

-- Every nonce that a person has used, also for what was refused: a signed statement has one meaning, once.
create table statement_uses (
  tenant_id text not null,
  principal text not null,
  nonce text not null,
  statement_digest digest not null,
  promotion_id text, -- null when it was to start a promotion and was refused
  refusal_code text,
  refusal_reason text,
  used_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, principal, nonce),
  foreign key (tenant_id, principal) references principals,
  foreign key (tenant_id, promotion_id) references promotions
);
alter table decisions no force row level security;
insert into statement_uses (tenant_id, principal, nonce, statement_digest, promotion_id, used_at)
  select tenant_id, principal, nonce, statement_digest, promotion_id, registered_at
    from decisions where accepted and principal is not null and nonce is not null;
alter table decisions force row level security;
create trigger statement_uses_are_immutable before update or delete on statement_uses for each row execute function refuse_change();
alter table decisions
  add column shown_round integer, -- the round of gates that the person was shown
  add constraint what_counts_is_signed check (not accepted or (attestation_id is not null and principal is not null));
alter table shown_facts add column round integer not null default 0;

-- Observations -------------------------------------------------------------------------------------------------------------------

alter table alias_observations
  add column target text not null default 'router' check (target in ('router')),
  drop constraint alias_observations_pkey,
  add primary key (tenant_id, product, lane, target);

-- Proofs -------------------------------------------------------------------------------------------------------------------------

-- Functions look for tables in `public` before anywhere else, and nobody but the owner makes tables: otherwise whoever writes could
-- show them temporary tables of the same names.
do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
end
$$;
alter function current_tenant() set search_path = pg_catalog, public, pg_temp;
alter function refuse_change() set search_path = pg_catalog, public, pg_temp;

create function refuse(message text) returns void
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  raise exception '%', message using errcode = 'restrict_violation';
end
$$;

-- Whether the newest round of a promotion passes: recorded for its snapshot, with a verdict for each blocking gate, none of them open.
create function has_passing_round(promotion promotions, token bigint) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
  as $$
  select exists (
    select 1 from gate_rounds r join policy_snapshots s on s.tenant_id = r.tenant_id and s.digest = r.policy_digest
     where r.tenant_id = promotion.tenant_id and r.promotion_id = promotion.id and r.round = promotion.gate_round
       and r.policy_digest = promotion.policy_digest and r.outcome = 'PASS' and (token is null or r.fencing_token = token)
       and not exists (
         select 1 from check_runs c
          where c.tenant_id = r.tenant_id and c.promotion_id = r.promotion_id and c.round = r.round
            and c.severity = 'BLOCKING' and c.verdict not in ('PASS', 'NOT_APPLICABLE'))
       and not exists (
         select 1 from jsonb_array_elements(s.content::jsonb -> 'gates') as gate
          where gate ->> 'severity' = 'BLOCKING' and not exists (
            select 1 from check_runs c
             where c.tenant_id = r.tenant_id and c.promotion_id = r.promotion_id and c.round = r.round
               and c.gate_id = gate ->> 'id' and c.severity = 'BLOCKING')))
  $$;

-- Whether the target of a lane was observed to serve the bundle of a promotion, as the generation that it is at.
create function is_observed(promotion promotions) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
  as $$
  select exists (
    select 1 from lane_aliases a
      join alias_observations o using (tenant_id, product, lane)
     where a.tenant_id = promotion.tenant_id and a.product = promotion.product and a.lane = promotion.lane
       and a.promotion_id = promotion.id and a.bundle_digest = promotion.bundle_digest
       and o.target = 'router' and o.status = 'SERVING' and o.generation = a.generation
       and o.served_generation = a.generation and o.served_bundle_digest = a.bundle_digest)
  $$;

create function check_promotion() returns trigger
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
  if new.policy_digest <> old.policy_digest and (old.requester is not null or old.state not in ('GATING', 'AWAITING_APPROVAL')) then
    perform refuse('a promotion keeps the policy that it was requested under');
  end if;
  if new.requester is distinct from old.requester and (old.requester is not null or not exists (
       select 1 from decisions d
        where d.tenant_id = new.tenant_id and d.promotion_id = new.id and d.accepted and d.verb in ('request', 'rollback')
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
         and p.kind = case new.state when 'ROLLED_BACK' then 'ROLLBACK' else 'PROMOTION' end) then
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
create trigger promotions_move_in_order before insert or update on promotions for each row execute function check_promotion();

create function check_round() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if not exists (
       select 1 from promotions p
        where p.tenant_id = new.tenant_id and p.id = new.promotion_id and p.state in ('GATING', 'AWAITING_APPROVAL', 'QUEUED')
          and new.round = p.gate_round + 1) then
    perform refuse('a round is recorded once, with all its verdicts, while the promotion waits for it');
  end if;
  return new;
end
$$;
create trigger gate_rounds_are_in_order before insert on gate_rounds for each row execute function check_round();
create trigger check_runs_are_of_a_new_round before insert on check_runs for each row execute function check_round();

create function check_lane() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    if new.holder_promotion_id is not null or new.fencing_token <> 0 then
      perform refuse('a lane begins free');
    end if;
    return new;
  end if;
  if (new.tenant_id, new.product, new.lane) is distinct from (old.tenant_id, old.product, old.lane) then
    perform refuse('a lane is never renamed');
  end if;
  if new.holder_promotion_id is not distinct from old.holder_promotion_id then
    if new.fencing_token <> old.fencing_token then
      perform refuse('a fencing token rises with a grant');
    end if;
    return new;
  end if;
  if new.fencing_token <= old.fencing_token then
    perform refuse('a fencing token only rises');
  end if;
  if exists (select 1 from promotions p
              where p.tenant_id = old.tenant_id and p.id = old.holder_promotion_id
                and (p.state in ('GUARDING', 'DEPLOYING', 'VERIFYING') or (p.state = 'ERRORED' and p.switched))) then
    perform refuse('the lane is held');
  end if;
  if new.holder_promotion_id is not null and not exists (
       select 1 from promotions p
        where p.tenant_id = new.tenant_id and p.id = new.holder_promotion_id and p.product = new.product and p.lane = new.lane
          and p.state = 'QUEUED') then
    perform refuse('a lane is granted to a promotion that is queued for it');
  end if;
  return new;
end
$$;
create trigger lanes_are_granted_in_order before insert or update on lanes for each row execute function check_lane();

create function check_step() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if new.step = 'attest' then
    if new.attempt <> 0 or not exists (
         select 1 from promotions p
          where p.tenant_id = new.tenant_id and p.id = new.promotion_id
            and (p.live_at is not null or p.state in ('FAILED', 'REJECTED')
                 or (p.state = 'ABORTED' and exists (
                       select 1 from method_events e
                        where e.tenant_id = p.tenant_id and e.promotion_id = p.id and e.data ? 'cause')))) then
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
create trigger promotion_steps_are_owed before insert on promotion_steps for each row execute function check_step();

create function check_alias() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
declare
  mover promotions;
  live digest;
begin
  if new.generation <> (case tg_op when 'INSERT' then 1 else old.generation + 1 end) then
    perform refuse('each switch is one generation');
  end if;
  select p.* into mover from promotions p join lanes l on l.tenant_id = p.tenant_id and l.holder_promotion_id = p.id
   where p.tenant_id = new.tenant_id and p.id = new.promotion_id and l.product = new.product and l.lane = new.lane
     and l.fencing_token = new.fencing_token;
  if mover.id is null then
    perform refuse('only the holder of a lane switches it');
  end if;
  select h.bundle_digest into live from lane_history h
   where h.tenant_id = new.tenant_id and h.product = new.product and h.lane = new.lane and h.withdrawn_by is null
   order by h.position desc limit 1;
  if not (
       (mover.ending_state is null and mover.state = 'DEPLOYING' and new.bundle_digest = mover.bundle_digest)
    or (mover.ending_state is not null and (new.bundle_digest is not distinct from live or (live is null and new.services = '[]')))) then
    perform refuse('a lane is switched to the bundle of its holder, or back to what is live');
  end if;
  return new;
end
$$;
create trigger lane_aliases_follow_promotions before insert or update on lane_aliases for each row execute function check_alias();

create function check_history() returns trigger
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
          and p.kind = case tg_op when 'INSERT' then 'PROMOTION' else 'ROLLBACK' end) then
    perform refuse('only a promotion that is live enters the history of its lane');
  end if;
  return new;
end
$$;
create trigger lane_history_follows_promotions before insert or update on lane_history for each row execute function check_history();

-- A decision counts through the registered statement of the person that it names. Whether that is signed is verified where it counts.
create function check_decision() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if not exists (
       select 1 from attestations a join principal_keys k on k.tenant_id = a.tenant_id and k.key_id = a.key_id
        where a.tenant_id = new.tenant_id and a.id = new.attestation_id and a.kind = 'decision'
          and a.statement_digest = new.statement_digest and k.purpose = 'person' and k.principal = new.principal) then
    perform refuse('a decision counts only through the statement of the person that it names');
  end if;
  return new;
end
$$;
create trigger decisions_count_through_statements before insert on decisions
  for each row when (new.accepted) execute function check_decision();

-- Rights -------------------------------------------------------------------------------------------------------------------------

do $$
declare
  t text;
begin
  foreach t in array array['gate_rounds', 'promotion_steps', 'statement_uses']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
    execute format('grant select, insert on %I to lanekeeper_app', t);
  end loop;
end
$$;

-- When something was recorded, and its place in the log, is said by the database and nobody else.
do $$
declare
  t record;
begin
  for t in
    select * from (values
      ('attestations', array['registered_at']), ('decisions', array['registered_at']), ('statement_uses', array['used_at']),
      ('promotion_steps', array['ended_at']), ('method_events', array['id', 'occurred_at', 'transaction_id'])) as own(name, columns)
  loop
    execute format('revoke insert on %I from lanekeeper_app', t.name);
    execute format('grant insert (%s) on %I to lanekeeper_app',
      (select string_agg(quote_ident(c.column_name), ', ') from information_schema.columns c
        where c.table_schema = 'public' and c.table_name = t.name and c.column_name <> all (t.columns)), t.name);
  end loop;
end
$$;
