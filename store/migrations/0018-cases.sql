-- What people decide about has a case, named by its kind and the id of what it is about; so far that is a promotion. Statements,
-- decisions and what was shown before them belong to a case. What a kind is about is a column of its own, computed, so that it is there.

do $$
declare
  t text;
begin
  foreach t in array array['decisions', 'shown_facts', 'statement_uses']
  loop
    execute format('alter table %I no force row level security', t);
    execute format('alter table %I disable trigger user', t);
    execute format('alter table %I add column case_kind text check (case_kind in (''promotion'')), add column case_id text', t);
    execute format('update %I set case_kind = ''promotion'', case_id = promotion_id where promotion_id is not null', t);
    execute format('alter table %I drop column promotion_id', t);
    execute format(
      'alter table %I add column promotion_id text generated always as (case case_kind when ''promotion'' then case_id end) stored,
         add foreign key (tenant_id, promotion_id) references promotions', t);
    execute format('alter table %I enable trigger user', t);
    execute format('alter table %I force row level security', t);
  end loop;
end
$$;

alter table decisions
  alter column case_kind set not null,
  alter column case_id set not null;
create index decisions_by_case on decisions (tenant_id, case_kind, case_id, registered_at);
create index decisions_by_promotion on decisions (tenant_id, promotion_id);

alter table shown_facts
  alter column case_kind set not null,
  alter column case_id set not null,
  add primary key (tenant_id, case_kind, case_id, digest);

-- Both are null for a statement that was to start something, and was refused.
alter table statement_uses add constraint uses_name_a_case check ((case_kind is null) = (case_id is null));
