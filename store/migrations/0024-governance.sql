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
