-- Whose rows a statement may touch does not change while it runs. As a subquery it is asked for once in each statement; without
-- one it was asked for whenever a part of the plan began again, which cost more than reading the rows.
do $$
declare
  p record;
begin
  for p in select tablename, with_check is not null as checks from pg_policies
            where schemaname = 'public' and policyname = 'tenant_rows' and qual = '(tenant_id = current_tenant())'
  loop
    execute format('alter policy tenant_rows on %I using (tenant_id = (select current_tenant()))', p.tablename);
    if p.checks then
      execute format('alter policy tenant_rows on %I with check (tenant_id = (select current_tenant()))', p.tablename);
    end if;
  end loop;
end
$$;
alter policy tenant_rows on tenants using (id = (select current_tenant()));
