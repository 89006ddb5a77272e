-- Rules have versions: drafted by one person, published by another, each naming the one before. Written by the process that
-- writes who is who, from signed statements alone; what a tenant begins with is installed once, and its digest is pinned
-- outside of the database.

-- Gates wait for time and for other lanes, too.
alter table check_runs drop constraint check_runs_waits_for_check;
alter table check_runs add constraint check_runs_waits_for_check
  check (waits_for in ('people', 'evidence', 'identities', 'policy', 'time', 'predecessors'));

create table policy_installations (
  tenant_id text primary key references tenants,
  digest digest not null, -- of the list of documents, which is pinned
  content text not null check (length(content) <= 100000), -- that list, canonical JSON
  installed_at timestamptz not null default transaction_timestamp()
);
create trigger policy_installations_are_immutable before update or delete on policy_installations
  for each row execute function refuse_change();

create table policy_versions (
  tenant_id text not null references tenants,
  digest digest not null, -- names the version; covers everything from kind to content_digest
  kind text not null check (kind in ('policy', 'profile', 'definition', 'governance')),
  name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  version integer not null check (version between 1 and 1000000),
  previous digest, -- the version that was published before it
  content_digest digest not null,
  content text not null check (length(content) <= 262144),
  author text, -- null for what was installed
  state text not null default 'DRAFT' check (state in ('DRAFT', 'PENDING_APPROVAL', 'PUBLISHED', 'RETIRED')),
  drafted_at timestamptz not null default clock_timestamp(),
  submitted_at timestamptz,
  published_at timestamptz,
  retired_at timestamptz,
  governed_by digest, -- the version of the policy of policies by which it was published; null for what was installed
  primary key (tenant_id, digest),
  foreign key (tenant_id, author) references principals,
  check ((version = 1) = (previous is null))
);
create index policy_versions_of_document on policy_versions (tenant_id, kind, name, version);
create index policy_versions_that_wait on policy_versions (tenant_id, submitted_at) where state = 'PENDING_APPROVAL';
create index policy_versions_by_author on policy_versions (tenant_id, author, drafted_at);

-- The newest version of each document that was published. It is in force unless it was retired.
create table policy_heads (
  tenant_id text not null,
  kind text not null,
  name text not null,
  version integer not null,
  digest digest not null,
  primary key (tenant_id, kind, name),
  foreign key (tenant_id, digest) references policy_versions
);

-- Every statement that counted, as it was signed, so that anybody can check it again.
create table policy_acts (
  tenant_id text not null,
  statement_digest digest not null,
  version_digest digest not null,
  verb text not null check (verb in ('draft', 'submit', 'publish', 'retire')),
  principal text not null,
  key_id digest not null,
  nonce text not null,
  comment text,
  signed text not null check (length(signed) <= 200000), -- the Sigstore bundle
  registered_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, statement_digest),
  unique (tenant_id, principal, nonce),
  foreign key (tenant_id, version_digest) references policy_versions deferrable initially deferred,
  foreign key (tenant_id, key_id) references principal_keys
);
create index policy_acts_by_version on policy_acts (tenant_id, version_digest);
create trigger policy_acts_are_immutable before update or delete on policy_acts
  for each row execute function refuse_change();

create function has_policy_act(tenant text, version_of digest, wanted text, by_whom text, other_than text) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
  as $$
  select exists (
    select 1 from policy_acts a
     where a.tenant_id = tenant and a.version_digest = version_of and a.verb = wanted
       and (by_whom is null or a.principal = by_whom) and (other_than is null or a.principal <> other_than))
$$;

create function check_policy_version() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    if new.author is null then
      if new.state <> 'PUBLISHED' or new.version <> 1 or not exists (
           select 1 from policy_installations i
            where i.tenant_id = new.tenant_id and i.installed_at = transaction_timestamp()) then
        perform refuse('a version without an author is installed, with everything that its tenant begins with');
      end if;
    elsif new.state <> 'DRAFT' or not has_policy_act(new.tenant_id, new.digest, 'draft', new.author, null) then
      perform refuse('a version begins as a draft that its author has signed');
    end if;
    return new;
  end if;
  if (new.tenant_id, new.digest, new.kind, new.name, new.version, new.previous, new.content_digest, new.content, new.author, new.drafted_at)
       is distinct from
     (old.tenant_id, old.digest, old.kind, old.name, old.version, old.previous, old.content_digest, old.content, old.author, old.drafted_at) then
    perform refuse('what a version says never changes');
  end if;
  case old.state || ' ' || new.state
    when 'DRAFT PENDING_APPROVAL' then
      if not has_policy_act(new.tenant_id, new.digest, 'submit', new.author, null) then
        perform refuse('the author of a version submits it');
      end if;
    when 'PENDING_APPROVAL PUBLISHED' then
      if not has_policy_act(new.tenant_id, new.digest, 'publish', null, new.author)
         or not exists (select 1 from policy_heads h where h.tenant_id = new.tenant_id and h.digest = new.digest) then
        perform refuse('a version is published by somebody other than its author, after the one before it');
      end if;
    when 'DRAFT RETIRED', 'PENDING_APPROVAL RETIRED' then
      if not has_policy_act(new.tenant_id, new.digest, 'retire', null, null) then
        perform refuse('a version is withdrawn by a statement');
      end if;
    when 'PUBLISHED RETIRED' then
      if exists (select 1 from policy_heads h where h.tenant_id = new.tenant_id and h.digest = new.digest)
         and not has_policy_act(new.tenant_id, new.digest, 'retire', null, null) then
        perform refuse('what is in force is retired by a statement, or by the version after it');
      end if;
    else
      perform refuse('a version goes from draft to approval, is published, and is retired');
  end case;
  return new;
end
$$;
create trigger policy_versions_follow_their_acts before insert or update on policy_versions
  for each row execute function check_policy_version();
create trigger policy_versions_are_kept before delete on policy_versions for each row execute function refuse_change();

create function check_policy_head() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
declare
  v policy_versions;
begin
  select * into v from policy_versions where tenant_id = new.tenant_id and digest = new.digest;
  if v is null or (v.kind, v.name, v.version) is distinct from (new.kind, new.name, new.version) then
    perform refuse('the newest version of a document is one of its versions');
  end if;
  if tg_op = 'INSERT' then
    if new.version <> 1 or not (v.author is null or v.state = 'PENDING_APPROVAL') then
      perform refuse('the first version of a document is installed or published');
    end if;
  elsif (new.tenant_id, new.kind, new.name) is distinct from (old.tenant_id, old.kind, old.name)
     or new.version <> old.version + 1 or v.previous is distinct from old.digest or v.state <> 'PENDING_APPROVAL' then
    perform refuse('each version of a document names the one before it, and none is skipped or put back');
  end if;
  return new;
end
$$;
create trigger policy_heads_form_a_chain before insert or update on policy_heads
  for each row execute function check_policy_head();
create trigger policy_heads_are_kept before delete on policy_heads for each row execute function refuse_change();

do $$
declare
  t text;
begin
  foreach t in array array['policy_installations', 'policy_versions', 'policy_heads', 'policy_acts']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = (select current_tenant())) with check (tenant_id = (select current_tenant()))', t);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_are_not_emptied', t);
  end loop;
end
$$;

-- The versions by which a promotion is judged, and the promotion definition that it runs, beside the pinned gates.
alter table promotions
  add column definition text check (length(definition) <= 80), -- name@version
  add column policy_sources text[]; -- kind/name@version, the lowest layer first

-- Whether a version of rules, `kind/name@version`, or a revision of a transformation, `transformation/name@revision`, is in force.
create function is_in_force(tenant text, source text) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
  as $$
  select exists (
      select 1 from policy_heads h join policy_versions v on v.tenant_id = h.tenant_id and v.digest = h.digest
       where h.tenant_id = tenant and v.state = 'PUBLISHED' and format('%s/%s@%s', h.kind, h.name, h.version) = source)
    or exists (
      select 1 from transformations t
       where t.tenant_id = tenant and t.state = 'ACTIVE' and format('transformation/%s@%s', t.name, t.revision) = source)
$$;

-- Until its lane is granted, a promotion is judged by the rules that are in force.
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
