-- The initiatives around products. They decide how strict policies are, so they change by signed statements alone.

create table transformations (
  tenant_id text not null references tenants,
  name text not null check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  revision integer not null check (revision > 0),
  state text not null check (state in ('ACTIVE', 'RETIRED')),
  content text not null check (length(content) <= 1000000), -- canonical JSON
  content_digest digest not null,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, name)
);

-- One row a revision, with the statement that made it, so that anybody can check it again.
create table transformation_changes (
  tenant_id text not null references tenants,
  name text not null,
  revision integer not null check (revision > 0),
  verb text not null check (verb in ('put', 'retire')),
  statement_digest digest not null,
  content_digest digest not null,
  principal text not null,
  key_id digest not null,
  nonce text not null,
  words text[] not null,
  signed text not null check (length(signed) <= 1500000), -- the Sigstore bundle
  registered_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, name, revision),
  unique (tenant_id, statement_digest),
  unique (tenant_id, principal, nonce),
  foreign key (tenant_id, name) references transformations deferrable initially deferred,
  foreign key (tenant_id, key_id) references principal_keys
);
create index transformation_changes_by_principal on transformation_changes (tenant_id, principal, registered_at);
create trigger transformation_changes_are_immutable before update or delete on transformation_changes
  for each row execute function refuse_change();

-- Which products belong to a transformation: what its current content says.
create table transformation_products (
  tenant_id text not null,
  name text not null,
  product text not null,
  primary key (tenant_id, name, product),
  foreign key (tenant_id, name) references transformations,
  foreign key (tenant_id, product) references products
);
create index transformation_products_by_product on transformation_products (tenant_id, product);

create function check_transformation() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if new.revision <> (case tg_op when 'INSERT' then 1 else old.revision + 1 end) then
    perform refuse('the revisions of a transformation rise one by one');
  end if;
  if tg_op = 'UPDATE' and (new.tenant_id, new.name) is distinct from (old.tenant_id, old.name) then
    perform refuse('a transformation keeps its name');
  end if;
  if not exists (
       select 1 from transformation_changes c
        where c.tenant_id = new.tenant_id and c.name = new.name and c.revision = new.revision
          and c.content_digest = new.content_digest and c.principal = new.changed_by
          and c.verb = case new.state when 'ACTIVE' then 'put' else 'retire' end) then
    perform refuse('a transformation changes by a statement that a person has signed');
  end if;
  new.changed_at := clock_timestamp();
  return new;
end
$$;
create trigger transformations_follow_their_changes before insert or update on transformations
  for each row execute function check_transformation();
create trigger transformations_are_kept before delete on transformations for each row execute function refuse_change();

do $$
declare
  t text;
begin
  foreach t in array array['transformations', 'transformation_changes', 'transformation_products']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_rows on %I using (tenant_id = (select current_tenant())) with check (tenant_id = (select current_tenant()))', t);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', t || '_are_not_emptied', t);
  end loop;
end
$$;
