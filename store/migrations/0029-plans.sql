-- What plans have read, by digest: so that it can be said what has changed since. No decision rests on a row.
create table plans (
  tenant_id text not null references tenants,
  digest digest not null,
  content text not null check (octet_length(content) between 2 and 1048576),
  planned_at timestamptz not null default now(),
  primary key (tenant_id, digest),
  constraint a_plan_is_named_by_its_content check (digest = 'sha256:' || encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
create index plans_by_age on plans (tenant_id, planned_at);

alter table plans enable row level security;
alter table plans force row level security;
create policy tenant_rows on plans using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()));
create trigger plans_are_not_emptied before truncate on plans
  for each statement execute function refuse_change();
