-- A version comes with the tests that its author has signed with its draft, if any.

alter table policy_acts
  add column tests digest, -- of the text of the tests that come with a draft
  add check (tests is null or verb = 'draft');

create table policy_tests (
  tenant_id text not null,
  version_digest digest not null,
  content text not null check (octet_length(content) between 1 and 262144),
  primary key (tenant_id, version_digest),
  foreign key (tenant_id, version_digest) references policy_versions
);
create trigger policy_tests_are_immutable before update or delete on policy_tests
  for each row execute function refuse_change();

create function check_policy_tests() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if not exists (
       select 1 from policy_versions v join policy_acts a on a.tenant_id = v.tenant_id and a.version_digest = v.digest
        where v.tenant_id = new.tenant_id and v.digest = new.version_digest
          and a.verb = 'draft' and a.principal = v.author
          and a.tests = 'sha256:' || encode(sha256(convert_to(new.content, 'UTF8')), 'hex')) then
    perform refuse('the tests of a version are those that its author has signed with its draft');
  end if;
  return new;
end
$$;
create trigger policy_tests_are_signed before insert on policy_tests
  for each row execute function check_policy_tests();

-- Deferred: the statement, the version and its tests are written in one transaction, one after the other.
create function check_tests_are_kept() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if not exists (
       select 1 from policy_tests t where t.tenant_id = new.tenant_id and t.version_digest = new.version_digest) then
    perform refuse('a draft whose author has signed tests comes with them');
  end if;
  return null;
end
$$;
create constraint trigger policy_acts_have_their_tests after insert on policy_acts
  deferrable initially deferred for each row when (new.tests is not null) execute function check_tests_are_kept();

alter table policy_tests enable row level security;
alter table policy_tests force row level security;
create policy tenant_rows on policy_tests using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()));
create trigger policy_tests_are_not_emptied before truncate on policy_tests
  for each statement execute function refuse_change();
