-- Who wrote a commit: principals by kind, the addresses that belong to them, and the keys that sign commits.

alter table principals no force row level security;
alter table principals drop constraint principals_kind_check;
update principals set kind = case kind when 'person' then 'human' else 'service' end;
alter table principals add constraint principals_kind_check check (kind in ('human', 'agent', 'service'));
alter table principals force row level security;

-- A principal stays what it is: an agent that became human would fill a quorum.
create function check_principal() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if (new.tenant_id, new.name, new.kind) is distinct from (old.tenant_id, old.name, old.kind) then
    perform refuse('a principal keeps its name and its kind');
  end if;
  return new;
end
$$;
create trigger principals_stay_what_they_are before update on principals for each row execute function check_principal();

-- Addresses are compared in lower case, as they are stored here. One can belong to several principals: then it is all of theirs.
create table principal_addresses (
  tenant_id text not null,
  address text not null check (address = lower(address) and address <> '' and length(address) <= 320),
  principal text not null,
  linked_by text not null, -- a principal: themselves, or whoever answers for it
  linked_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, address, principal),
  foreign key (tenant_id, principal) references principals
);
create index principal_addresses_by_principal on principal_addresses (tenant_id, principal);
alter table principals no force row level security;
insert into principal_addresses (tenant_id, address, principal, linked_by)
  select distinct tenant_id, lower(address), name, name from principals, unnest(emails) as address where address <> '';
alter table principals drop column emails;
alter table principals force row level security;

-- Keys that sign commits are not keys that decide: they are named by the fingerprint that git shows.
create table commit_keys (
  tenant_id text not null,
  fingerprint text not null check (length(fingerprint) <= 100),
  principal text not null,
  format text not null check (format in ('ssh', 'openpgp')),
  public_key text not null check (length(public_key) <= 65536),
  enrolled_by text not null,
  enrolled_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz, -- half-open: what was registered from then on does not count
  primary key (tenant_id, fingerprint),
  foreign key (tenant_id, principal) references principals
);

create function check_commit_key() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if (new.tenant_id, new.fingerprint, new.principal, new.format, new.public_key, new.enrolled_at)
       is distinct from (old.tenant_id, old.fingerprint, old.principal, old.format, old.public_key, old.enrolled_at)
     or new.revoked_at is null or old.revoked_at is not null then
    perform refuse('a key is revoked once, and otherwise never changed');
  end if;
  return new;
end
$$;
create trigger commit_keys_are_only_revoked before update on commit_keys for each row execute function check_commit_key();

-- The commit that a bundle was made from is one of its artifacts, so that the signed list of its commits is evidence of the bundle.
alter table artifacts drop constraint artifacts_kind_check;
alter table artifacts add constraint artifacts_kind_check check (kind in ('image', 'sdk', 'source'));

do $$
declare
  t text;
begin
  foreach t in array array['principal_addresses', 'commit_keys']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
  end loop;
end
$$;
grant select, insert (tenant_id, address, principal, linked_by), delete on principal_addresses to lanekeeper_app;
grant select, insert (tenant_id, fingerprint, principal, format, public_key, enrolled_by), update (revoked_at) on commit_keys to lanekeeper_app;
